"""What can be printed: the characters that the fonts of the receipts draw, and the others told by their code."""

from __future__ import annotations

import unicodedata

from models.text import is_hidden

# Latin, Greek, Cyrillic, Armenian, Hebrew, Georgian, punctuation, currencies, arrows, mathematics, frames: of every
# other writing a font would be missing, and an accessible PDF may not show a box in place of a letter.
_DRAWN = (
    range(0x20, 0x500),
    range(0x530, 0x600),
    range(0x10D0, 0x1100),
    range(0x1E00, 0x2041),
    range(0x2070, 0x20D0),
    range(0x2100, 0x211F),
    range(0x2126, 0x2150),
    range(0x2190, 0x2400),
    range(0x2500, 0x2600),
)


def printable(text: str) -> str:
    """The text on its lines, each character that no font draws, or that nobody sees, as « [U+1F600] »."""
    lines = text.replace("\t", "    ").splitlines()
    return "\n".join("".join(map(_shown, line)) for line in lines)


def is_drawn(character: str) -> bool:
    """Does a font of the receipts draw it, so that it can be seen?"""
    known = any(ord(character) in block for block in _DRAWN)
    return known and not is_hidden(character) and unicodedata.category(character) != "Cn"


def _shown(character: str) -> str:
    return character if is_drawn(character) else f"[U+{ord(character):04X}]"
