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
    return digest(event.salt, author.as_json(), event.payload, event.origin)


def digest(salt: str, actor: Any, payload: Any, origin: Any) -> str:
    """The same, from what the row holds; without an origin as before there were any."""
    content = {"actor": actor, "payload": payload}
    if origin is not None:
        content["origin"] = origin
    return sha256(f"{salt}{canonical_json(content)}".encode()).hexdigest()


def link_of(event: Event, previous: str) -> str:
    """Seals the event to the one before, with the portal's own key."""
    chain = chain_name(event.request_id, event.user_id)
    return link(previous, chain, event.position, event.kind.value, event.at, event.digest)


def link(previous: str, chain: str, position: int, kind: str, at: datetime, digest: str) -> str:
    """The same, from what the row holds."""
    return _sealed([previous, chain.removeprefix("request:"), position, kind, _utc(at), digest])


def head_seal(chain: str, position: int, last: str) -> str:
    """Seals where a chain ends: the position of its last event and that event's link."""
    return _sealed(["head", chain, position, last])


def remains(events: Iterable[tuple[int, str, Any]]) -> str:
    """Seals what is left of purged events, each by its key, its digest and its author: which they are, and no more."""
    rest = sha256()
    for key, kept, actor in events:
        rest.update(canonical_json([key, kept, actor]).encode())
    return rest.hexdigest()


def export_seal(lines: str) -> str:
    """Seals an export by the digest of its lines."""
    return _sealed(["export", lines])


def _sealed(content: list[Any]) -> str:
    key = settings.audit_key.get_secret_value() or settings.secret_key.get_secret_value()
    return hmac.new(key.encode(), canonical_json(content).encode(), sha256).hexdigest()


def _utc(instant: datetime) -> str:
    """The instant as it is read back, whatever its offset was when it was recorded."""
    return instant.astimezone(UTC).isoformat()
