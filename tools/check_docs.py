#!/usr/bin/env python3
"""Links between documents resolve; every `file` and `file: function` a document names exists."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`((?:src|web|tools|config|cmake|tests|bench|docs)/[\w./-]+?)(?:: ?([\w:~]+))?`")


def documents() -> list[pathlib.Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def broken_links(path: pathlib.Path):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
        if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
            yield f"{path.relative_to(ROOT)}: link to {target}, which is not there"


def broken_names(path: pathlib.Path):
    """`src/x/y.cc` must exist; `src/x/y.cc: name` must contain that word."""
    for file, name in NAMED.findall(path.read_text()):
        target = ROOT / file
        if not target.exists():
            yield f"{path.relative_to(ROOT)}: {file} is not there"
        elif name and target.is_file():
            word = re.escape(name.split("::")[-1])
            if not re.search(rf"\b{word}\b", target.read_text()):
                yield f"{path.relative_to(ROOT)}: {file} has no {name}"


def main() -> None:
    faults = [fault for path in documents() for check in (broken_links, broken_names) for fault in check(path)]
    if faults:
        sys.exit("\n".join(faults))
    print(f"docs: {len(documents())} documents, every link and name resolves")


if __name__ == "__main__":
    main()
