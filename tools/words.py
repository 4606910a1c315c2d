"""The catalogues in their order: every .po file by msgid, each text once.

python -m tools.words      sorts them; a test compares

Two people who add texts to one file then touch different places of it, and what both added is seen at once.
"""

import ast
import re
import sys
from pathlib import Path
from typing import Final

from orderan.web.words import FOLDER

_ENTRY: Final = re.compile(r"\n\s*\n")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


def sorted_catalogue(text: str) -> str:
    """A .po file as it should stand: its head, then its entries by text and context.

    Raises:
        ValueError: A text is there twice, with different translations.
    """
    blocks = [block.strip("\n") for block in _ENTRY.split(text.strip("\n"))]
    head, *entries = blocks
    found: dict[tuple[str, str], str] = {}
    for entry in entries:
        key = (_said(entry, "msgid"), _said(entry, "msgctxt"))
        if found.setdefault(key, entry) != entry:
            raise ValueError(f"{key[0]!r} is translated twice")
    return "\n\n".join([head, *(found[key] for key in sorted(found))]) + "\n"


def _said(entry: str, keyword: str) -> str:
    """What stands after a keyword, which may go on over several lines; empty where it is not there."""
    lines = re.search(rf'^{keyword} ((?:".*"\n?)+)', entry, re.MULTILINE)
    if lines is None:
        return ""
    return "".join(ast.literal_eval(part) for part in _QUOTED.findall(lines.group(1)))


def catalogues() -> list[Path]:
    """Every .po file that is shipped."""
    return sorted(FOLDER.glob("*/*.po"))


def main() -> None:
    for path in catalogues():
        text = path.read_text("utf-8")
        if (after := sorted_catalogue(text)) != text:
            path.write_text(after, "utf-8")
            sys.stdout.write(f"{path.parent.name}/{path.name}\n")


if __name__ == "__main__":
    main()
