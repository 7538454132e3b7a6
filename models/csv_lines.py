"""Lines of a table that a spreadsheet opens as what they are: French columns, and texts that it never computes.

A cell that begins with = + - or @ is a formula to a spreadsheet, whoever wrote it. Such a text is kept from that by
an apostrophe before it: what OWASP calls « CSV injection ».
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from models.deadlines import PARIS
from models.text import is_hidden

Cell: TypeAlias = str | int | date | datetime | Decimal | bool | None

BEGINNING = "\ufeff".encode()
"""Without it Excel reads accents wrong."""

# Also as they are written full-width, which spreadsheets of the Far East compute alike.
_FORMULAS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\u2212")


def lines(rows: Iterable[Iterable[Cell]]) -> bytes:
    """The rows as CSV: semicolons, every text in quotes, lines ended as RFC 4180 wants."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [written(cell) for cell in row] for row in rows
    )
    return text.getvalue().encode("utf-8", "replace")


def written(cell: Cell) -> str:
    """« 70000,00 », « 27/08/2023 14:32 » in Paris, « oui »; a text as it is, unless a spreadsheet would compute it."""
    match cell:
        case None:
            return ""
        case bool():
            return "oui" if cell else "non"
        case Decimal():
            return f"{cell:.2f}".replace(".", ",")
        case datetime():
            return f"{cell.astimezone(PARIS):%d/%m/%Y %H:%M}"
        case date():
            return f"{cell:%d/%m/%Y}"
        case int():
            return str(cell)
    return _as_text(cell.replace("\0", ""))


def _as_text(text: str) -> str:
    """A tab or a return at the beginning is one of the ways in; spaces and what nobody sees hide the others."""
    first = next((sign for sign in text if not sign.isspace() and not is_hidden(sign)), "")
    return f"'{text}" if first in _FORMULAS or text[:1] in {"\t", "\r", "\n"} else text
