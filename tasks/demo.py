"""The demo: two suppliers, a manager and a partner's token, with a dossier in each state."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import ApiToken, Dossier, User
from models.actors import Actor, Role, TokenScope
from models.deadlines import paris_day
from resolvers.accounts import add_user, hash_password, issue_token, supplier_of
from resolvers.integrity import verify_due
from resolvers.requests import mark_paid, validate_request
from tasks import demo_stories as stories
from tasks.demo_requests import (
    GUIDE_NUMBER,
    GUIDE_SUPPLIER,
    OTHER_SUPPLIER,
    file_advance,
    file_balance,
    file_guide_request,
)
from tasks.demo_stories import Scene, Story
from tasks.sweep import sweep

PASSWORD = "demonstration-segur"  # noqa: S105 (everybody may know it: production refuses the demo)
TOKEN_NAME = "Logiciel partenaire (démonstration)"  # noqa: S105

STORIES: dict[str, Story] = {
    "FINSAS008601": stories.reminded,
    "FINSAS008602": stories.last_day,
    "FINSAS008603": stories.draft_waiting,
    "FINSAS008604": stories.confirmed_twice,
    "FINSAS008605": stories.declined,
    "FINSAS008606": stories.expired,
    "FINSAS008607": stories.validated,
    "FINSAS008608": stories.rejected,
    "FINSAS008609": stories.untouched,
}
WITH_AN_ADVANCE = {"FINSAS008604", "FINSAS008607"}


@dataclass(frozen=True)
class Account:
    """Who may sign in to the demo."""

    identifier: str
    name: str
    email: str
    siret: str | None = None  # none: a manager


MANAGER = Account("gestionnaire", "Camille Martin", "gestionnaire@asp.example")
GUIDE_ACCOUNT = Account("poulat", "Pascal Breton", "pascal.breton@garage-poulat.example", str(GUIDE_SUPPLIER["siret"]))
OTHER_ACCOUNT = Account("logisante", "Sophie Laurent", "sophie.laurent@logisante.example", str(OTHER_SUPPLIER["siret"]))
ACCOUNTS = (GUIDE_ACCOUNT, OTHER_ACCOUNT, MANAGER)


@dataclass(frozen=True)
class Demo:
    """What there is to try; the token's secret only when it has just been issued."""

    created: list[str]
    token: str | None


async def load(as_of: datetime) -> Demo:
    """Make what the demo lacks; what is there already stays as its visitors left it."""
    guide, other, manager = [await _account(account, as_of) for account in ACCOUNTS]
    created = await _guide_dossier(guide, manager, as_of)
    for number, story in STORIES.items():
        created += await _other_dossier(number, story, other, manager, as_of)
    # A worker would have compared them over the years that they seem to have been here.
    await verify_due(as_of)
    return Demo(created, await _token(as_of))


async def _guide_dossier(supplier: Actor, manager: Actor, as_of: datetime) -> list[str]:
    if await Dossier.exists(number=GUIDE_NUMBER):
        return []
    request = await file_guide_request(supplier)
    await stories.guide_example(Scene(request, supplier, manager, as_of))
    return [GUIDE_NUMBER]


async def _other_dossier(number: str, story: Story, supplier: Actor, manager: Actor, as_of: datetime) -> list[str]:
    if await Dossier.exists(number=number):
        return []
    if number in WITH_AN_ADVANCE:
        await _paid_advance(number, supplier, manager, as_of)
    request = await file_balance(supplier, number, paris_day(as_of) - timedelta(days=120))
    await story(Scene(request, supplier, manager, as_of))
    return [number]


async def _paid_advance(number: str, supplier: Actor, manager: Actor, as_of: datetime) -> None:
    request = await file_advance(supplier, number, paris_day(as_of) - timedelta(days=300))
    validated_at = as_of - timedelta(days=280)
    await validate_request(manager, request.id, as_of=validated_at)
    await sweep(validated_at)
    await mark_paid(manager, request.id, as_of=as_of - timedelta(days=270))


async def _account(account: Account, as_of: datetime) -> Actor:
    user = await User.get_or_none(identifier=account.identifier)
    if user is None:
        user = await add_user(
            identifier=account.identifier,
            email=account.email,
            name=account.name,
            role=Role.SUPPLIER if account.siret else Role.MANAGER,
            password=secrets.token_urlsafe(),
            supplier=await supplier_of(account.siret) if account.siret else None,
            as_of=as_of - timedelta(days=1000),
        )
        # No rule on passwords would let one through that everybody knows.
        await User.filter(id=user.id).update(password_hash=await hash_password(PASSWORD))
    return user.actor


async def _token(as_of: datetime) -> str | None:
    """A token that acts for the guide's supplier; None when it was issued before."""
    if await ApiToken.exists(name=TOKEN_NAME):
        return None
    supplier = await supplier_of(str(GUIDE_SUPPLIER["siret"]))
    scopes = [TokenScope.READ, TokenScope.WRITE]
    return await issue_token(name=TOKEN_NAME, scopes=scopes, supplier=supplier, as_of=as_of)
