"""Who may sign in to the demo: two suppliers' people, somebody whose company has filed nothing, a manager."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import ApiToken, Supplier, User
from models.actors import AccountRight, Actor, Role, TokenScope
from resolvers.accounts import add_user, hash_password, supplier_of
from resolvers.colleagues import invite_account
from resolvers.demo.requests import GUIDE_SUPPLIER, OTHER_SUPPLIER
from resolvers.tokens import create_token

PASSWORD = "demonstration-segur"  # noqa: S105 (everybody may know it: production refuses the demo)
TOKEN_NAME = "Logiciel partenaire (démonstration)"  # noqa: S105
INVITED = "lea.moreau@logisante.example"


@dataclass(frozen=True)
class Account:
    """Who may sign in to the demo."""

    identifier: str
    name: str
    email: str
    siret: str | None = None  # none: a manager
    right: AccountRight = AccountRight.CONFIRM


_GUIDE, _OTHER = str(GUIDE_SUPPLIER["siret"]), str(OTHER_SUPPLIER["siret"])
_NEWCOMER, _NEWCOMER_NAME = "81234567600017", "NOUVEL EDITEUR"
GUIDE_ACCOUNT = Account("poulat", "Pascal Breton", "pascal.breton@garage-poulat.example", _GUIDE)
OTHER_ACCOUNT = Account("logisante", "Sophie Laurent", "sophie.laurent@logisante.example", _OTHER)
EDITOR = Account("karim", "Karim Haddad", "karim.haddad@logisante.example", _OTHER, AccountRight.EDIT)
READER = Account("nadia", "Nadia Benali", "nadia.benali@logisante.example", _OTHER, AccountRight.READ)
NEWCOMER = Account("nouveau", "Anne Petit", "anne.petit@nouvel-editeur.example", _NEWCOMER)
MANAGER = Account("gestionnaire", "Camille Martin", "gestionnaire@asp.example")
ACCOUNTS = (GUIDE_ACCOUNT, OTHER_ACCOUNT, EDITOR, READER, NEWCOMER, MANAGER)


async def open_account(account: Account, as_of: datetime, since: timedelta = timedelta(days=1000)) -> Actor:
    """That account, opened so long ago unless it is there."""
    user = await User.get_or_none(identifier=account.identifier)
    if user is None:
        user = await add_user(
            identifier=account.identifier,
            email=account.email,
            name=account.name,
            role=Role.SUPPLIER if account.siret else Role.MANAGER,
            password=secrets.token_urlsafe(),
            supplier=await supplier_of(account.siret) if account.siret else None,
            right=account.right,
            as_of=as_of - since,
        )
        # No rule on passwords would let one through that everybody knows.
        await User.filter(id=user.id).update(password_hash=await hash_password(PASSWORD))
    return user.actor


async def open_newcomer(as_of: datetime) -> None:
    """Somebody whose company has no dossier yet, and is known by its name all the same."""
    await open_account(NEWCOMER, as_of, since=timedelta(days=2))
    await Supplier.filter(siret=_NEWCOMER, legal_name=_NEWCOMER).update(legal_name=_NEWCOMER_NAME)


async def invite_colleague(actor: Actor, as_of: datetime, live: Callable[[datetime], Awaitable[object]]) -> None:
    """An invitation that waits for its answer, unless it was sent before."""
    if not await User.exists(email=INVITED):
        at = as_of - timedelta(days=1)
        await invite_account(actor, email=INVITED, right=AccountRight.READ, as_of=at)
        await live(at)


async def open_token(as_of: datetime) -> str | None:
    """A token that acts for the guide's supplier; None when it was issued before."""
    if await ApiToken.exists(name=TOKEN_NAME):
        return None
    supplier = await supplier_of(_GUIDE)
    scopes = [TokenScope.READ, TokenScope.WRITE]
    return (await create_token(name=TOKEN_NAME, scopes=scopes, supplier=supplier, as_of=as_of)).secret
