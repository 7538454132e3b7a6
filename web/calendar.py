"""The deadline going out to the supplier's own calendar."""

from __future__ import annotations

from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models import Modification
from models.changes import overdue
from models.content_disposition import disposition
from models.dossiers import RequestKind
from models.lifecycle import ModificationOutcome
from models.typography import short_moment
from resolvers import calendar
from web.errors import Explained
from web.pages.addresses import BASE, asked_for
from web.problems import NO_DEADLINE
from web.session import signed_in

_ENDED = MappingProxyType(
    {
        ModificationOutcome.CONFIRMED: "Les modifications ont été transmises le {}.",
        ModificationOutcome.SKIPPED: "Le {}, il a été choisi de ne pas modifier la demande.",
        ModificationOutcome.CANCELLED: "Le {}, le gestionnaire a retiré sa demande de modification.",
    }
)


@signed_in
async def read(http: Request) -> Response:
    """GET /dossiers/{number}/{nature}/echeances.ics: 410 once there is nothing to note any more, saying why."""
    place, as_of = asked_for(http), http.state.as_of
    modification = await calendar.latest_modification(http.state.actor, place.number, RequestKind(place.kind))
    if outcome := modification.outcome_at(as_of):
        raise Explained(410, NO_DEADLINE._replace(message=_end(modification, outcome)))
    content = calendar.calendar_of(modification, as_of)
    headers = {"Content-Disposition": disposition("attachment", calendar.file_name(modification.request))}
    return Response(content, headers=headers, media_type=f"{calendar.MEDIA_TYPE}; charset=utf-8")


def _end(modification: Modification, outcome: ModificationOutcome) -> str:
    """How the cycle ended, swept or not."""
    if outcome is ModificationOutcome.EXPIRED or modification.closed_at is None:
        return overdue(modification.closes_at)
    return _ENDED[outcome].format(short_moment(modification.closed_at))


routes = [Route(BASE + "/echeances.ics", read)]
