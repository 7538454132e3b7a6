"""The deadline as a calendar file: one event at its hour, with an alarm at the reminder and two days before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from settings import settings
from web.errors import NotFoundPage
from web.pages.addresses import BASE, RequestAddress, asked_for, read
from web.session import signed_in

LONGEST_LINE = 75  # octets, RFC 5545 section 3.1


@signed_in
async def page(http: Request) -> Response:
    """The open modification's deadline; without one there is nothing to put in a calendar."""
    place = asked_for(http)
    cycle = (await read(http, "DeadlineCalendar", place))["request"]["modification"]
    if cycle is None:
        raise NotFoundPage
    text = "".join(f"{folded}\r\n" for line in _lines(place, cycle) for folded in _folded(line))
    headers = {"Content-Disposition": f'attachment; filename="rappel-{place.number}.ics"'}
    return Response(text, headers=headers, media_type="text/calendar; charset=utf-8")


def _lines(place: RequestAddress, cycle: dict[str, Any]) -> Iterator[str]:
    closes_at = datetime.fromisoformat(cycle["closesAt"])
    address = f"{settings.base_url}{place.path}/modification"
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Segur Solde//Echeances//FR", "BEGIN:VEVENT")
    yield f"UID:{cycle['id']}@{urlsplit(settings.base_url).hostname}"
    yield f"DTSTAMP:{_instant(datetime.fromisoformat(cycle['openedAt']))}"
    yield f"DTSTART:{_instant(closes_at)}"
    yield f"SUMMARY:{_text(f'Date limite : modifier la demande {place.of} {place.number}')}"
    comment = f"Commentaire du gestionnaire : {cycle['comment']}"
    yield "DESCRIPTION:" + _text(f"{comment}\n{address}")
    yield f"URL:{address}"
    for alarm in (datetime.fromisoformat(cycle["remindsAt"]), closes_at - timedelta(days=2)):
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER;VALUE=DATE-TIME:{_instant(alarm)}")
        yield from (f"DESCRIPTION:{_text(f'Modifier la demande {place.of} {place.number}')}", "END:VALARM")
    yield from ("END:VEVENT", "END:VCALENDAR")


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A text with what the format gives a meaning to escaped; nobody can begin a line of their own."""
    for character in "\\;,":
        value = value.replace(character, f"\\{character}")
    return "\\n".join(value.splitlines())


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of 75 octets at most, never cutting a letter in two."""
    piece = ""
    for character in line:
        if len((piece + character).encode()) > LONGEST_LINE:
            yield piece
            piece = " "
        piece += character
    yield piece


routes = [Route(BASE + "/echeances.ics", page)]
