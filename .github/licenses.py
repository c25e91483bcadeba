#!/usr/bin/env python3
"""Prints the licences of the crates in the binary, with their texts, from cargo's own metadata.

Fails if a crate names no licence, or one that a binary may not be shipped under.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0",
    "MPL-2.0", "Unicode-3.0", "Unlicense", "Zlib", "bzip2-1.0.6",
}


def allowed(expression: str) -> bool:
    """True if one side of each OR, and all sides of an AND, are allowed."""
    expression = re.sub(r"\s+WITH\s+[\w.-]+", "", expression.replace("/", " OR "))
    tokens = re.findall(r"\(|\)|[\w.+-]+", expression)
    words = [
        {"(": "(", ")": ")", "OR": "or", "AND": "and"}.get(token, str(token in ALLOWED))
        for token in tokens
    ]
    return bool(eval(" ".join(words), {"__builtins__": {}}))  # Only parentheses, or, and, True, False.


def main() -> int:
    tree = subprocess.run(
        ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--all-features"],
        capture_output=True, text=True, check=True,
    )
    shipped = {tuple(line.split()[:2]) for line in tree.stdout.splitlines() if line}
    metadata = json.loads(subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1"], capture_output=True, text=True, check=True,
    ).stdout)
    crates = [
        crate for crate in metadata["packages"]
        if (crate["name"], "v" + crate["version"]) in shipped and crate["name"] != "pcapstat"
    ]
    refused = [
        f"{crate['name']}: {crate['license']}" for crate in crates if not allowed(crate["license"] or "none")
    ]
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return 1
    print("# Licences of the crates in pcapstat\n")
    for crate in sorted(crates, key=lambda crate: (crate["name"], crate["version"])):
        print(f"- {crate['name']} {crate['version']}: {crate['license']}")
    texts: dict[str, list[str]] = {}
    for crate in crates:
        folder = Path(crate["manifest_path"]).parent
        for path in sorted(folder.glob("*")):
            if path.is_file() and re.match(r"(?i)(un)?licen[cs]e|copying|notice", path.name):
                texts.setdefault(path.read_text("utf-8", "replace").strip(), []).append(crate["name"])
    for text, names in sorted(texts.items(), key=lambda item: (item[1][0], item[0])):
        print(f"\n## {', '.join(sorted(set(names)))}\n\n```text\n{text}\n```")
    return 0


if __name__ == "__main__":
    sys.exit(main())
