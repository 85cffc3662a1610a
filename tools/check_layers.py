#!/usr/bin/env python3
"""Checks every #include of src/ against layers.txt, and that the tree keeps its include habits."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"


def read_layers() -> dict[str, set[str]]:
    """Folder -> folders it may use. A line may name only folders above it."""
    layers: dict[str, set[str]] = {}
    for number, line in enumerate((ROOT / "layers.txt").read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        folder, uses = line.split(":")
        names = set(uses.split())
        below = names - layers.keys()
        if below:
            sys.exit(f"layers.txt:{number}: {folder} names {sorted(below)}, which no line above declares")
        layers[folder] = names
    return layers


def folder_of(path: str, layers: dict[str, set[str]]) -> str | None:
    """The longest declared folder that holds the path."""
    holding = [folder for folder in layers if path.startswith(folder + "/")]
    return max(holding, key=len, default=None)


def main() -> None:
    layers = read_layers()
    faults = []
    included = set()
    files = sorted(p for p in SOURCE.rglob("*") if p.suffix in (".h", ".cc"))
    for path in files:
        name = path.relative_to(SOURCE).as_posix()
        home = folder_of(name, layers)
        if home is None:
            faults.append(f"{name}: its folder is not in layers.txt")
            continue
        is_test = re.search(r"_(test|bench|fuzz)\.cc$|/test_[a-z_]+\.h$", name) is not None
        allowed = layers[home] | {home} | ({"testing"} if is_test else set())
        own = re.findall(r'^#include "([^"]+)"', path.read_text(), re.M)
        for target in own:
            included.add(target)
            if ".." in target:
                faults.append(f"{name}: include {target} by its full path from src/")
            elif not (SOURCE / target).exists():
                faults.append(f"{name}: includes {target}, which is not there")
            elif folder_of(target, layers) not in allowed:
                faults.append(f"{name}: {home} may not use {folder_of(target, layers)} (includes {target})")
        header = name.removesuffix(".cc") + ".h"
        if name.endswith(".cc") and (SOURCE / header).exists() and own[:1] != [header]:
            faults.append(f"{name}: must include its own header first")
    for path in files:
        name = path.relative_to(SOURCE).as_posix()
        if path.suffix == ".h" and name not in included:
            faults.append(f"{name}: nothing includes it")
    if faults:
        sys.exit("\n".join(faults))
    print(f"layers: {len(files)} files keep to layers.txt")


if __name__ == "__main__":
    main()
