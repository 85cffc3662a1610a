#!/usr/bin/env python3
"""Turns built page folders into one assembly file (the bytes, by .incbin) and one table in C++.

usage: embed_assets.py OUT.S OUT.cc FOLDER=URL_PREFIX ...
"""
import hashlib
import mimetypes
import pathlib
import sys

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
         ".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".ico": "image/x-icon"}


def content_type(path: pathlib.Path) -> str:
    return TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def main() -> None:
    assembly, table = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    code = ['.section .rodata, "a"\n']
    names, rows = [], []
    for pair in sys.argv[3:]:
        folder, prefix = pair.split("=")
        root = pathlib.Path(folder)
        for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")):
            label = f"vitrine_asset_{len(rows)}"
            code.append(f".global {label}\n{label}:\n.incbin \"{path}\"\n.global {label}_end\n{label}_end:\n")
            url = prefix + path.relative_to(root).as_posix()
            etag = hashlib.sha256(path.read_bytes()).hexdigest()[:20]
            names.append(f"extern const char {label}[], {label}_end[];")
            rows.append(f'    {{"{url}", "{content_type(path)}", "\\"{etag}\\"", {label}, {label}_end}},')
    code.append('.section .note.GNU-stack, "", %progbits\n')
    assembly.write_text("".join(code))
    table.write_text(
        '#include "app/assets.h"\n\nextern "C" {\n' + "\n".join(names) + "\n}\n\nnamespace vitrine {\n"
        "namespace {\nstruct Row {\n  const char* path;\n  const char* type;\n  const char* etag;\n"
        "  const char* begin;\n  const char* end;\n};\n"
        "std::vector<Asset> make_table() {\n  const std::vector<Row> rows = {\n" + "\n".join(rows) + "\n  };\n"
        "  std::vector<Asset> out;\n  for (const Row& row : rows) {\n"
        "    out.push_back({row.path, row.type, row.etag, {row.begin, static_cast<size_t>(row.end - row.begin)}});\n"
        "  }\n  return out;\n}\n}  // namespace\n\n"
        "const std::vector<Asset>& embedded_assets() {\n  static const std::vector<Asset> table = make_table();\n"
        "  return table;\n}\n\n}  // namespace vitrine\n")


if __name__ == "__main__":
    main()
