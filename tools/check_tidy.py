#!/usr/bin/env python3
"""Habits a compiler does not check. With --sizes, lists what has grown past the sizes we aim at."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES = 400
FUNCTION_LINES = 40

SOURCES = re.compile(r"\.(h|cc|py|ts|vue|md|cmake|txt|toml|sh|scn)$")
# Each habit: what to look for, in which files (a pattern of the path), and what to do instead.
HABITS = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), SOURCES, "finish it or write an issue"),
    (re.compile(r"std::this_thread::sleep"), re.compile(r"_test\.cc$"),
     "wait for a condition with a deadline"),
    (re.compile(r"\bstd::mutex\b"),
     re.compile(r"^src/(?!runtime/|store/|bus/|testing/)(?!.*_(test|bench)\.cc).*\.(h|cc)$"),
     "no mutex outside runtime/, store/ and bus/: post to the home core"),
    (re.compile(r"\b(GTEST_SKIP|DISABLED_)"), re.compile(r"_test\.cc$"), "no skipped tests"),
    (re.compile(r"\b(it|test|describe)\.(skip|only)\b"), re.compile(r"\.ts$"), "no skipped tests"),
]


def tracked() -> list[str]:
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in out.split("\n") if name and (ROOT / name).is_file()]


def functions(lines: list[str]):
    """Function bodies by brace depth: (title line, length)."""
    start, depth, base = None, 0, 0
    for number, line in enumerate(lines):
        code = re.sub(r'"(\\.|[^"\\])*"|//.*', "", line)
        opens = re.search(r"\)\s*(const|noexcept|override|final|->.*)*\s*\{\s*$", code)
        if start is None and opens and not re.match(r"\s*(if|for|while|switch|else|do|catch)\b", code):
            start, base = number, depth
        depth += code.count("{") - code.count("}")
        if start is not None and depth <= base:
            yield lines[start].strip(), number - start + 1
            start = None


def sizes(names: list[str]) -> None:
    for name in names:
        if not re.match(r"src/.*\.(h|cc)$", name):
            continue
        lines = (ROOT / name).read_text().splitlines()
        if len(lines) > FILE_LINES:
            print(f"{name}: {len(lines)} lines")
        if not name.endswith("_test.cc"):
            for title, length in functions(lines):
                if length > FUNCTION_LINES:
                    print(f"{name}: {length} lines: {title[:90]}")


def main() -> None:
    names = tracked()
    if "--sizes" in sys.argv:
        sizes(names)
        return
    faults = []
    for name in names:
        if not SOURCES.search(name) or name == "tools/check_tidy.py":
            continue
        for number, line in enumerate((ROOT / name).read_text(errors="replace").splitlines(), 1):
            for pattern, files, mend in HABITS:
                if files.search(name) and pattern.search(line):
                    faults.append(f"{name}:{number}: {line.strip()[:80]} ({mend})")
    if faults:
        sys.exit("\n".join(faults))
    print(f"tidy: {len(names)} files keep our habits")


if __name__ == "__main__":
    main()
