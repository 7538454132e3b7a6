"""The events: recorded once with what they are about, read by the timeline, the feed and the audit."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from models import ChainHead, Event, FundingRequest, User
from models.actors import SYSTEM, Actor, Author
from models.chains import EMPTY, PORTAL, chain_name, digest_of, head_seal, link_of, remains
from models.database import after_commit, is_postgres, transaction
from models.events import EventKind
from resolvers.visibility import visible_events

log = structlog.get_logger(__name__)


async def record(kind: EventKind, request: FundingRequest, actor: Actor, *, at: datetime, **payload: Any) -> Event:
    """Append what happened to a request, sealed to the event before.

    Called inside the transaction whose first statement wrote the request's row: that write lets one
    transaction at a time extend the request's chain.
    """
    event = _event(kind, actor, at, payload)
    event.request = request
    await _append(event)
    after_commit(partial(_log, event, request))
    return event


async def record_account(kind: EventKind, *, user: User | None, actor: Actor, at: datetime, **payload: Any) -> Event:
    """Append what happened to an account, or to the portal when it concerns none, to that chain.

    In the caller's transaction if there is one, so that neither is kept without the other; no secret in `payload`.
    """
    event = _event(kind, actor, at, payload)
    if user is not None:
        event.user = user
    async with transaction():
        await _hold(chain_name(None, event.user_id))
        await _append(event)
        after_commit(partial(_log_account, event))
    return event


async def record_denial(actor: Actor, wanted: Iterable[str], *, at: datetime) -> Event:
    """Append that the actor asked for what it may never do, on its account's chain."""
    user = await account_of(actor)
    return await record_account(EventKind.ACCESS_DENIED, user=user, actor=actor, at=at, wanted=sorted(wanted))


async def account_of(author: Author) -> User | None:
    """The account of whoever acts: a token and the portal itself have none."""
    kind, _, key = author.account.partition(":")
    return await User.get_or_none(id=key) if kind == "user" and _is_uuid(key) else None


def _is_uuid(key: str) -> bool:
    try:
        return bool(UUID(key))
    except ValueError:
        return False


def _event(kind: EventKind, actor: Actor, at: datetime, payload: dict[str, Any]) -> Event:
    origin = actor.origin.as_json() if actor.origin else None
    return Event(kind=kind, actor=actor.author, at=at, payload=payload, origin=origin, salt=secrets.token_hex(16))


async def _hold(chain: str) -> None:
    """Let one transaction at a time extend this chain: it has no row of its own but its head."""
    begun = ChainHead(chain=chain, position=EMPTY, seal=head_seal(chain, EMPTY, ""))
    await ChainHead.bulk_create([begun], ignore_conflicts=True)
    await ChainHead.filter(chain=chain).select_for_update().get()


async def _append(event: Event) -> None:
    chain = chain_name(event.request_id, event.user_id)
    head = await ChainHead.get_or_none(chain=chain)
    last = await Event.filter(request_id=event.request_id, user_id=event.user_id).order_by("-position").first()
    position, link = (last.position, last.chain) if last else (EMPTY, "")
    event.position = position + 1
    event.digest = digest_of(event)
    event.chain = link_of(event, link)
    await event.save()
    seal = head_seal(chain, event.position, event.chain)
    if head is None and last is None:
        await ChainHead.create(chain=chain, position=event.position, seal=seal)
    elif head is not None and head.seal == head_seal(chain, position, link):
        await ChainHead.filter(chain=chain).update(position=event.position, seal=seal)
    else:
        # What follows an alteration must not cover it up: the head stays as it is, and the audit names the chain.
        log.error("audit.chain_broken", chain=chain, position=event.position)


# How many events are purged in one transaction, each with an event that accounts for them.
_PURGED_AT_ONCE = 500


async def purge_events(which: Q, *, as_of: datetime) -> int:
    """Empty the author, the payload and the origin of those events; how many there were.

    Every lot leaves an event of the portal's own that seals which they are and what remains of them.
    """
    count = 0
    while lot := await _purge_lot(which, as_of):
        count += lot
    return count


async def _purge_lot(which: Q, as_of: datetime) -> int:
    kept = Event.filter(which, purged_at=None, kind__not=EventKind.DATA_PURGED)
    async with transaction():
        await _hold(PORTAL)
        at = await _after_last_purge(as_of)
        rows = await kept.order_by("id").limit(_PURGED_AT_ONCE)
        for row in rows:
            row.actor, row.payload, row.origin = Author(row.actor.role, "", ""), {}, None
            # With the salt what was purged could be guessed again, word by word, against the digest.
            row.salt, row.purged_at = "", at
        if rows:
            await Event.bulk_update(rows, ["actor", "payload", "origin", "salt", "purged_at"])
            facts = {"events": len(rows), "first": rows[0].id, "last": rows[-1].id}
            left = remains((row.id, row.digest, row.actor.as_json()) for row in rows)
            await record_account(EventKind.DATA_PURGED, user=None, actor=SYSTEM, at=at, **facts, left=left)
    return len(rows)


async def _after_last_purge(as_of: datetime) -> datetime:
    """An instant of its own for each lot, by which its rows are told from those of every other."""
    purges = Event.filter(kind=EventKind.DATA_PURGED, request_id=None, user_id=None).order_by("-position")
    last = await purges.first()
    return as_of if last is None else max(as_of, last.at + timedelta(microseconds=1))


def _log(event: Event, request: FundingRequest) -> None:
    """One line for what happened, once it has: the actor's role, and nothing that says who that is."""
    facts: dict[str, Any] = {"dossier": request.dossier.number, "request": str(request.id), "kind": request.kind.value}
    if event.kind is not EventKind.REQUEST_IMPORTED and "number" in event.payload:
        facts["modification"] = event.payload["number"]
    log.info(event.kind.value.lower(), **facts, role=event.actor.role.value, at=_utc(event.at))


def _log_account(event: Event) -> None:
    """One line for what happened to an account, under its key and no name."""
    account = str(event.user_id) if event.user_id else None
    log.info(event.kind.value.lower(), account=account, role=event.actor.role.value, at=_utc(event.at))


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


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
