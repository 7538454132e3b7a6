"""How events are sealed: each by its salted digest, to the one before, and the last of each chain by its head.

The digest covers what may be personal (author, payload, origin), the link everything else: once purged, an event
still has its place.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from models.actors import Author
from models.database import canonical_json
from models.events import Event
from settings import settings

PORTAL = "portal"
"""The chain of what concerns neither a request nor a known account."""
EMPTY = -1
"""The position of the head of a chain that has no event yet."""


def chain_name(request_id: UUID | str | None, user_id: UUID | str | None) -> str:
    """The chain of an event: its request's, else its account's, else the portal's own."""
    if request_id is not None:
        return f"request:{request_id}"
    return PORTAL if user_id is None else f"account:{user_id}"


def digest_of(event: Event) -> str:
    """Seals the author, the payload and the origin; salted, so that none can be guessed from it once purged."""
    author: Author = event.actor
    content: dict[str, Any] = {"actor": author.as_json(), "payload": event.payload}
    if event.origin is not None:
        content["origin"] = event.origin
    return sha256(f"{event.salt}{canonical_json(content)}".encode()).hexdigest()


def link_of(event: Event, previous: str) -> str:
    """Seals the event to the one before, with the portal's own key."""
    belongs_to = str(event.request_id) if event.request_id else chain_name(None, event.user_id)
    return _sealed([previous, belongs_to, event.position, event.kind.value, _utc(event.at), event.digest])


def head_seal(chain: str, position: int, last: str) -> str:
    """Seals where a chain ends: the position of its last event and that event's link."""
    return _sealed(["head", chain, position, last])


def remains(events: Iterable[Event]) -> str:
    """Seals what is left of purged events, in the order given: which they are, and the quality of their authors."""
    rest = sha256()
    for event in events:
        rest.update(canonical_json([event.id, event.digest, event.actor.as_json(), event.payload]).encode())
    return rest.hexdigest()


def _sealed(content: list[Any]) -> str:
    key = settings.audit_key.get_secret_value() or settings.secret_key.get_secret_value()
    return hmac.new(key.encode(), canonical_json(content).encode(), sha256).hexdigest()


def _utc(instant: datetime) -> str:
    """The instant as it is read back, whatever its offset was when it was recorded."""
    return instant.astimezone(UTC).isoformat()
