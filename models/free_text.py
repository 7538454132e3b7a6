"""What people write in their own words: comments, reasons, notes, messages to the Assistance."""

import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

from models.errors import Fault, Invalid
from models.text import has_hidden, is_hidden, tidy

MAX_LENGTH = 5_000

Value = TypeVar("Value")


def check_free_text(field: str, text: str, *, empty: str) -> str:
    """The text as it is kept, or Invalid: `empty` is the sentence for one that says nothing."""
    kept = unicodedata.normalize("NFC", text[: 2 * MAX_LENGTH].replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _says_nothing(kept):
        raise Invalid(Fault(field, "REQUIRED", empty))
    if len(kept) > MAX_LENGTH or len(text) > 2 * MAX_LENGTH:
        raise Invalid(Fault(field, "TOO_LONG", f"Ce texte doit compter {MAX_LENGTH} caractères au plus."))
    if any(_is_unreadable(character) for character in kept):
        raise Invalid(Fault(field, "HIDDEN_CHARACTER", "Ce texte contient un caractère invisible : supprimez-le."))
    return kept


def check_note(field: str, text: str | None) -> str | None:
    """The same for what may be left out; one that says nothing is none."""
    return None if text is None or _says_nothing(text) else check_free_text(field, text, empty="")


def check_line(field: str, typed: str, longest: int, *, empty: str) -> str:
    """The same for what fits on one line, like a title."""
    line = tidy(typed)
    if not line:
        raise Invalid(Fault(field, "REQUIRED", empty))
    if len(line) > longest:
        raise Invalid(Fault(field, "TOO_LONG", f"Ce texte doit compter {longest} caractères au plus."))
    if has_hidden(line):
        raise Invalid(Fault(field, "HIDDEN_CHARACTER", "Ce texte contient un caractère invisible : supprimez-le."))
    return line


def all_of(checks: Iterable[Callable[[], Value]]) -> list[Value]:
    """What every check kept, or Invalid with the faults of all of them."""
    kept, faults = list[Value](), list[Fault]()
    for check in checks:
        try:
            kept.append(check())
        except Invalid as refusal:
            faults += refusal.faults
    if faults:
        raise Invalid.of(faults)
    return kept


def _says_nothing(text: str) -> bool:
    """Is there nothing that anybody could see? A control character is no silence: it is refused as such."""
    return all(character.isspace() or (is_hidden(character) and not _is_unreadable(character)) for character in text)


def _is_unreadable(character: str) -> bool:
    """Control characters but for line breaks and tabs, halves of pairs, and marks that turn the reading round."""
    if character in "\n\t":
        return False
    return unicodedata.category(character) in {"Cc", "Cs"} or character in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
