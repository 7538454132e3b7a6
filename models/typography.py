"""French typography of pages and mails: instants, amounts, sizes and numbers as their readers write them.

Values come as rows hold them or as GraphQL gives them (ISO 8601 texts, amounts as texts); spaces inside a value do
not break.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from math import ceil, floor

from models.deadlines import PARIS

NBSP = "\u00a0"
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_UNBROKEN = re.compile(r" (?=[:;?»]|!(?!=))|(?<=\bA) (?=modifier\b)")


def french(text: str) -> str:
    """The text with non-breaking spaces inside « », before : ; ! ? and in the status « A modifier »."""
    return _UNBROKEN.sub(NBSP, text).replace("« ", "«" + NBSP)


def _in_paris(instant: str | datetime) -> datetime:
    read = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return read.astimezone(PARIS)


def hour(instant: str | datetime) -> str:
    """« 14 h 32 »"""
    local = _in_paris(instant)
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02}"


def long_day(instant: str | datetime) -> str:
    """« dimanche 27 août 2023 »"""
    local = _in_paris(instant)
    number = "1er" if local.day == 1 else str(local.day)
    return f"{_DAYS[local.weekday()]} {number}{NBSP}{_MONTHS[local.month - 1]} {local.year}"


def moment(instant: str | datetime) -> str:
    """« dimanche 27 août 2023 à 14 h 32 »"""
    return f"{long_day(instant)} à{NBSP}{hour(instant)}"


def short_moment(instant: str | datetime) -> str:
    """« 27/08/2023 à 14 h 32 »"""
    return f"{day(instant)} à{NBSP}{hour(instant)}"


def deadline(instant: str | datetime) -> str:
    """« jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris) »: a day never stands without its hour."""
    return f"jusqu’au {moment(instant)} (heure de Paris)"


def day(value: str | date | datetime) -> str:
    """« 27/08/2023 »: of a calendar day as it is, of an instant as it is in Paris."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    local = value.astimezone(PARIS) if isinstance(value, datetime) else value
    return f"{local:%d/%m/%Y}"


def days_until(instant: str | datetime, now: datetime) -> int:
    """How many calendar days of Paris away that instant is."""
    return (_in_paris(instant).date() - _in_paris(now).date()).days


def day_number(instant: str | datetime, start: str | datetime) -> str:
    """« J », « J+10 »: how many calendar days of Paris after the first one."""
    days = days_until(instant, _in_paris(start))
    return f"J+{days}" if days else "J"


def days_left(instant: str | datetime, now: datetime) -> str:
    """« encore 12 jours », in calendar days of Paris; « encore 3 heures », « encore 12 minutes » below 24 hours."""
    minutes = int((_in_paris(instant) - now).total_seconds() // 60)
    if minutes >= 24 * 60:
        return f"encore {quantity(days_until(instant, now), 'jour')}"
    if minutes >= 60:
        return f"encore {quantity(minutes // 60, 'heure')}"
    return f"encore {quantity(minutes, 'minute')}" if minutes >= 1 else "encore moins d’une minute"


def is_past(instant: str | datetime, now: datetime) -> bool:
    """Has this instant come?"""
    return _in_paris(instant) <= now


def amount(value: str | Decimal | None) -> str:
    """« 70 000,00 € »; an amount that is not decided says so."""
    if value is None:
        return "Non décidé"
    grouped = f"{Decimal(value):,.2f}".replace(",", NBSP).replace(".", ",")
    return f"{grouped}{NBSP}€"


def size(count: int) -> str:
    """« 120 Ko », « 4,2 Mo », « 2 Go »: rounded up, so that no file seems to fit that does not."""
    return _size(count, ceil)


def room(count: int) -> str:
    """The same of what is left: rounded down, so that nothing seems to fit that does not."""
    return _size(count, floor)


def _size(count: int, rounded: Callable[[float], int]) -> str:
    if count < 1024:
        return quantity(count, "octet")
    if count < 1024 * 1024:
        return f"{rounded(count / 1024)}{NBSP}Ko"
    unit, name = (1024**2, "Mo") if count < 1024**3 else (1024**3, "Go")
    whole, tenth = divmod(rounded(count * 10 / unit), 10)
    return f"{whole},{tenth}{NBSP}{name}" if tenth else f"{whole}{NBSP}{name}"


def siret(number: str) -> str:
    """« 792 568 446 00019 »"""
    return NBSP.join((number[:3], number[3:6], number[6:9], number[9:]))


def grouped(count: int) -> str:
    """« 10 000 »"""
    return f"{count:,}".replace(",", NBSP)


def quantity(count: int, words: str) -> str:
    """« 1 pièce ajoutée », « 2 pièces ajoutées »: every word takes the s of the plural."""
    agreed = " ".join(word + "s" for word in words.split()) if count > 1 else words
    return f"{count}{NBSP}{agreed}"
