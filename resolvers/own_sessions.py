"""The sessions of one's own account: where it is signed in, and ending any of them."""

from __future__ import annotations

from datetime import datetime

from models import Session, User
from models.actors import Actor
from models.database import transaction
from models.errors import NotFound
from models.events import EventKind
from resolvers.events import record_account
from resolvers.sessions import ended
from resolvers.visibility import found, own_account

MOST_LISTED = 100


async def open_sessions(actor: Actor, *, as_of: datetime) -> list[Session]:
    """The sessions that run, the last used first; none for software."""
    user = await own_account(actor)
    if user is None:
        return []
    return await Session.filter(~ended(as_of), user=user).order_by("-seen_at", "digest").limit(MOST_LISTED)


async def revoke_session(actor: Actor, session_id: str, *, as_of: datetime) -> None:
    """End one session of one's own, known by what names it in the list."""
    user = found(await own_account(actor))
    wanted = [session for session in await open_sessions(actor, as_of=as_of) if session.public_id == session_id]
    if not wanted:
        raise NotFound
    await _revoke(user, actor, wanted, as_of)


async def revoke_sessions(actor: Actor, *, but: str | None = None, as_of: datetime) -> None:
    """End every session of one's own account, `but` that one."""
    user = found(await own_account(actor))
    others = [session for session in await Session.filter(user=user) if session.public_id != but]
    await _revoke(user, actor, others, as_of)


async def _revoke(user: User, actor: Actor, sessions: list[Session], as_of: datetime) -> None:
    async with transaction():
        if await Session.filter(digest__in=[session.digest for session in sessions]).delete():
            await record_account(EventKind.SESSION_REVOKED, user=user, actor=actor, at=as_of, sessions=len(sessions))
