"""What a list is searched for: read from the address, for the page and for the table that one downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from models.deadlines import PARIS
from models.errors import Fault
from models.text import storable

Reader = Callable[[str], Any]
Readers = Mapping[str, tuple[str, Reader]]
"""For each name of the address what it asks for, and how it is read: ValueError or KeyError when it cannot be."""


LONGEST = 100
"""What is longer is the name of nothing."""


@dataclass
class Search:
    """What was asked for, as it was typed and as it was understood."""

    typed: dict[str, str]
    wanted: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def address(self, **others: str | None) -> str:
        """What leads to the same list again, as the end of an address."""
        told = urlencode(self.typed | {name: text for name, text in others.items() if text})
        return f"?{told}" if told else ""

    @property
    def variables(self) -> dict[str, Any]:
        """The filter, as the API is given it."""
        return {_camel(name): _said(value) for name, value in self.wanted.items()}


def asked(params: Mapping[str, str], readers: Readers) -> Search:
    """The search that an address names; what is empty asks for nothing."""
    search = Search({name: params[name].strip() for name in readers if params.get(name, "").strip()})
    for name, text in search.typed.items():
        key, read = readers[name]
        try:
            search.wanted[key] = read(_kept(text))
        except (ValueError, KeyError, OverflowError):
            search.faults.append(Fault(name, "UNREADABLE", _SENTENCES.get(read, _OTHERWISE)))
    return search


def _kept(text: str) -> str:
    """The text, if the journal may repeat it: ValueError for one that no column can hold, or that is no search."""
    if text != storable(text, LONGEST):
        raise ValueError(text)
    return text


def day(text: str) -> date:
    """As a browser's own field sends it, or as one writes it: 2023-08-27, 27/08/2023."""
    return datetime.strptime(text, "%d/%m/%Y").date() if "/" in text else date.fromisoformat(text)  # noqa: DTZ007


def beginning(text: str) -> datetime:
    """The instant at which that day begins in Paris."""
    return datetime.combine(day(text), time(), PARIS).astimezone(UTC)


def end(text: str) -> datetime:
    """The instant at which it ends."""
    return datetime.combine(day(text) + timedelta(days=1), time(), PARIS).astimezone(UTC)


def number(text: str) -> str:
    """That of a dossier, however it was typed: FINSAS008539."""
    return "".join(text.split()).upper()


def digits(text: str) -> str:
    """A SIRET without its spaces."""
    return "".join(text.split())


_DAY = "Saisissez un jour comme 27/08/2023."
_TEXT = f"Saisissez {LONGEST} caractères au plus, sans caractère invisible."
_OTHERWISE = "Choisissez une valeur de la liste."
_SENTENCES = {day: _DAY, beginning: _DAY, end: _DAY, str: _TEXT, number: _TEXT, digits: _TEXT}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
