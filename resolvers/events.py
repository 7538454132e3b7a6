"""The events: recorded once with what they are about, read by the timeline, the feed and the audit."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from models import Event, FundingRequest
from models.actors import Actor, Author
from models.database import after_commit, canonical_json, is_postgres
from models.events import EventKind
from resolvers.visibility import visible_events
from settings import settings

log = structlog.get_logger(__name__)


async def record(kind: EventKind, request: FundingRequest, actor: Actor, *, at: datetime, **payload: Any) -> Event:
    """Append what happened to a request, sealed to the event before.

    Called inside the transaction whose first statement wrote the request's row: that write lets one
    transaction at a time extend the request's chain.
    """
    last = await Event.filter(request_id=request.id).order_by("-position").first()
    event = Event(
        request=request,
        position=last.position + 1 if last else 0,
        kind=kind,
        actor=actor.author,
        at=at,
        payload=payload,
        salt=secrets.token_hex(16),
    )
    event.digest = _digest(event)
    event.chain = _chain(event, last.chain if last else "")
    await event.save()
    after_commit(partial(_log, event, request))
    return event


def _log(event: Event, request: FundingRequest) -> None:
    """One line for what happened, once it has: the actor's role, and nothing that says who that is."""
    facts: dict[str, Any] = {"dossier": request.dossier.number, "request": str(request.id), "kind": request.kind.value}
    if event.kind is not EventKind.REQUEST_IMPORTED and "number" in event.payload:
        facts["modification"] = event.payload["number"]
    log.info(event.kind.value.lower(), **facts, role=event.actor.role.value, at=_utc(event.at))


def feed(actor: Actor) -> QuerySet[Event]:
    """The events that the actor may see, to be read in the order of (transaction, id).

    An event's transaction may commit after one that began later: on PostgreSQL only those before every
    transaction still running are served, so that a reader never passes over one. SQLite writes one after the other.
    """
    events = visible_events(actor)
    if not is_postgres():
        return events
    return events.annotate(settled=RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")).filter(
        settled__gt=RawSQL('"event"."transaction"')
    )


def _digest(event: Event) -> str:
    """Seals the author and the payload; salted, so that neither can be guessed from it once purged."""
    author: Author = event.actor
    content = canonical_json({"actor": author.as_json(), "payload": event.payload})
    return hashlib.sha256(f"{event.salt}{content}".encode()).hexdigest()


def _chain(event: Event, previous: str) -> str:
    """Seals the event to the one before, with the portal's own key."""
    sealed = canonical_json(
        [previous, str(event.request_id), event.position, event.kind.value, _utc(event.at), event.digest]
    )
    key = settings.secret_key.get_secret_value().encode()
    return hmac.new(key, sealed.encode(), hashlib.sha256).hexdigest()


def _utc(instant: datetime) -> str:
    """The instant as it is read back, whatever its offset was when it was recorded."""
    return instant.astimezone(UTC).isoformat()
