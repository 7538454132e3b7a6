"""Is it really the account's owner? A browser left open does not say: what matters asks for the password again."""

from __future__ import annotations

from datetime import datetime

from models import User
from models.actors import NOWHERE, Actor
from models.errors import Fault, Invalid
from resolvers.accounts import is_password
from resolvers.attempts import attempt
from resolvers.throttling import bounds, give_back

WRONG_PASSWORD = Fault("current", "WRONG", "Le mot de passe actuel est incorrect.")


async def prove(user: User, actor: Actor, password: str, *, as_of: datetime) -> None:
    """Raise unless this is the account's present password; tried no oftener than signing in."""
    origin = actor.origin or NOWHERE
    tried = bounds("password", user.identifier, origin.address)
    await attempt(tried, user.identifier, origin, as_of=as_of)
    if not await is_password(user.password_hash, password):
        raise Invalid(WRONG_PASSWORD)
    await give_back(tried, as_of=as_of)
