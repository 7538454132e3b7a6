"""The deadline of an open modification as a calendar file: one event at its hour, with an alarm at the reminder's
and one two days before (RFC 5545, published as RFC 5546 says).

The event keeps its UID and its SEQUENCE grows with the deadline: a later file takes the place of an earlier one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from models import FundingRequest, Modification
from models.actors import Actor
from models.deadlines import paris_day
from models.dossiers import LONGEST_NUMBER, REQUEST_NAMES, RequestKind
from models.emails import SENDER
from models.text import storable
from models.typography import french
from resolvers import links
from resolvers.visibility import found, visible_modifications
from settings import settings

MEDIA_TYPE: Final = "text/calendar"
METHOD: Final = "PUBLISH"
_LAST_ALARM = timedelta(days=2)


def file_name(request: FundingRequest) -> str:
    """« rappel-FINSAS008539.ics »; its dossier must be loaded."""
    return f"rappel-{request.dossier.number}.ics"


async def latest_modification(actor: Actor, number: str, kind: RequestKind) -> Modification:
    """The latest cycle of a request, open or not, with the request; NotFound without one that the actor may see."""
    of_request = {"request__dossier__number": storable(number, LONGEST_NUMBER), "request__kind": kind}
    return found(await visible_modifications(actor).filter(**of_request).order_by("-number").first())


def calendar_of(modification: Modification, as_of: datetime) -> bytes:
    """The file of an open cycle, with the alarms that are still to come. The request must be loaded."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Segur Solde//Echeances//FR")
    calendar.add("method", METHOD)
    calendar.add_component(_event(modification, as_of))
    content: bytes = calendar.to_ical()
    return content


def _event(modification: Modification, as_of: datetime) -> Event:
    request, address = modification.request, links.modification(modification.request)
    name = f"{REQUEST_NAMES[request.kind]} {request.dossier.number}"
    event = Event()
    event.add("uid", f"{modification.id}@{urlsplit(settings.base_url).hostname}")
    # In days of Paris: between two instants, the night of summer time has lost one.
    event.add("sequence", (paris_day(modification.closes_at) - paris_day(modification.opened_at)).days)
    event.add("dtstamp", modification.opened_at)
    event.add("dtstart", modification.closes_at)
    event.add("summary", french(f"Date limite : modifier la {name}"))
    event.add("description", french(f"Commentaire du gestionnaire : {modification.comment}\n{address}"))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")  # nobody is busy at that hour
    event["organizer"] = vCalAddress(f"mailto:{settings.mail_from}")
    event["organizer"].params["CN"] = vText(SENDER)
    for instant in (modification.reminds_at, modification.closes_at - _LAST_ALARM):
        if instant > as_of:
            event.add_component(_alarm(instant - modification.closes_at, french(f"Modifier la {name}")))
    return event


def _alarm(before: timedelta, words: str) -> Alarm:
    """An alarm at that distance of the deadline: some calendars know no alarm at an instant."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", before)
    alarm.add("description", words)
    return alarm
