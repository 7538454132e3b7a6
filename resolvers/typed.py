"""What was typed on a page whose session had ended: sealed, it goes through the sign-in and back to its fields."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from models import Session
from models.database import canonical_json
from models.free_text import MAX_LENGTH
from resolvers import sealed_links
from resolvers.accounts import digest
from settings import settings

KEPT_FOR = timedelta(days=1)

_PURPOSE = "typed"
_LONGEST = 2 * MAX_LENGTH
"""Of each text so much is kept: more than any field of the pages takes."""


@dataclass(frozen=True)
class Typed:
    """The texts of one page's fields, and whether files came with them: those are not kept."""

    path: str
    owner: str
    """The mark of the account whose page it was; nothing when the form carried none."""
    fields: dict[str, str] = field(default_factory=dict)
    had_files: bool = False


def mark(account: str) -> str:
    """What the forms of an account's pages carry: whose they are, read by nobody and known however the session ends."""
    key = settings.secret_key.get_secret_value().encode()
    return urlsafe_b64encode(hmac.digest(key, f"typed by:{account}".encode(), "sha256")[:18]).decode()


def sealed(typed: Typed, *, as_of: datetime) -> str:
    """What may go through the sign-in's pages: nobody but this portal reads it, and for a day."""
    # Whose it was is not known without a mark: what nobody can be given back is not kept.
    kept = {name: text[:_LONGEST] for name, text in typed.fields.items()} if typed.owner else {}
    facts = canonical_json(asdict(typed) | {"fields": kept})
    return sealed_links.sealed_whole(_PURPOSE, ends_at=as_of + KEPT_FOR, typed=facts)


def opened(text: str | None, *, as_of: datetime) -> Typed | None:
    """What was sealed so; None for anything else, or a day later."""
    facts = sealed_links.opened(_PURPOSE, text, as_of=as_of) if text else None
    return Typed(**json.loads(facts["typed"])) if facts else None


async def keep(secret: str, text: str, *, as_of: datetime) -> None:
    """Keep with the session just opened what was typed before it, by the same account alone."""
    typed = opened(text, as_of=as_of)
    session = await Session.get_or_none(digest=digest(secret)).select_related("user") if typed else None
    if typed and session and hmac.compare_digest(typed.owner.encode(), mark(session.user.actor.account).encode()):
        await Session.filter(digest=session.digest).update(typed=text)


async def forget(secret: str) -> None:
    """It was sent again: keep it no longer."""
    await Session.filter(digest=digest(secret)).update(typed=None)
