"""What was typed on a page whose session had ended: sealed, it goes through the sign-in and back to its fields."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from models import Session
from models.free_text import MAX_LENGTH
from models.sealing import Unreadable, seal, unseal
from resolvers.accounts import digest

_LONGEST = 2 * MAX_LENGTH
"""Of each text so much is kept: more than any field of the pages takes."""


@dataclass(frozen=True)
class Typed:
    """The texts of one page's fields, and whether files came with them: those are not kept."""

    path: str
    fields: dict[str, str] = field(default_factory=dict)
    had_files: bool = False
    owner: str = ""
    """Whose session had ended, where that is still known."""


def sealed(typed: Typed) -> str:
    """What may go through the sign-in's pages: nobody but this portal reads it."""
    kept = {name: text[:_LONGEST] for name, text in typed.fields.items()}
    return seal(json.dumps(asdict(typed) | {"fields": kept}))


def opened(text: str | None) -> Typed | None:
    """What was sealed so; None for anything else."""
    try:
        return Typed(**json.loads(unseal(text))) if text else None
    except (Unreadable, TypeError, ValueError):
        return None


async def owner_of(secret: str) -> str:
    """Whose session this is or was, as far as its row still tells."""
    session = await Session.get_or_none(digest=digest(secret))
    return str(session.user_id) if session else ""


async def keep(secret: str, text: str) -> None:
    """Keep with the session just opened what was typed before it, unless somebody else had typed it."""
    typed = opened(text)
    if typed is not None and typed.owner in {"", await owner_of(secret)}:
        await Session.filter(digest=digest(secret)).update(typed=text)


async def forget(secret: str) -> None:
    """It was sent again: keep it no longer."""
    await Session.filter(digest=digest(secret)).update(typed=None)
