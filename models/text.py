"""One line of text as people type it: trimmed, composed, free of what nobody can see."""

import unicodedata

# Beyond this length a text is refused everywhere, so it is not worth composing: that costs the square of its length.
_COMPOSED_AT_MOST = 2_000
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters that draw nothing: the Hangul and Braille blanks, the grapheme joiner.
_BLANKS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


def tidy(text: str) -> str:
    """The text without the spaces around it, each accented letter as one character (NFC)."""
    trimmed = text.strip()
    return trimmed if len(trimmed) > _COMPOSED_AT_MOST else unicodedata.normalize("NFC", trimmed)


def is_hidden(character: str) -> bool:
    """Is it a control, a line break, a direction mark, half of a pair, or another character that nobody sees?"""
    return character in _BLANKS or unicodedata.category(character) in _HIDDEN_CATEGORIES


def has_hidden(text: str) -> bool:
    """Does any character hide, a line break included?"""
    return any(map(is_hidden, text))


def storable(text: str, longest: int) -> str:
    """The text to look for; one that no column can hold is looked for as nothing, which no row holds."""
    return "" if len(text) > longest or has_hidden(text) else text


def excerpt(text: str, limit: int = 60) -> str:
    """What may be repeated in a message: the beginning, with every hidden character made visible."""
    shown = "".join("\ufffd" if is_hidden(character) else character for character in text[:limit])
    return shown if len(text) <= limit else shown + "…"
