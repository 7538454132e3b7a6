"""The accounts of people, as their owners, their colleagues and managers see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

import models
from models.accounts import User
from models.actors import AccountRight
from models.browsers import browser_name
from models.colleagues import AccountAction, AccountState, is_own, may_manage_accounts, state_of
from resolvers.colleagues import actions_on
from resolvers.invitations import invitation_ends
from resolvers.own_sessions import open_sessions
from resolvers.visibility import visible_accounts
from schema.context import Context, Info
from schema.nodes import Node, node_id


@strawberry.type(description="Le compte d’une personne.")
class Account(Node):
    row: strawberry.Private[User]
    name: str = strawberry.field(description="Son nom ; tant que l’invitation attend, son adresse.")
    email: str = strawberry.field(description="L’adresse à laquelle arrivent ses courriels.")
    identifier: str | None = strawberry.field(
        description="Son identifiant de connexion ; pour elle-même et pour qui gère les comptes."
    )
    right: AccountRight = strawberry.field(description="Jusqu’où elle peut aller.")
    state: AccountState = strawberry.field(description="Où en est le compte.")
    own: bool = strawberry.field(description="C’est le compte qui interroge l’API.")
    signed_in_at: datetime | None = strawberry.field(
        description="Sa dernière connexion ; pour elle-même et pour qui gère les comptes."
    )
    invited_at: datetime | None = strawberry.field(
        description="Instant de la dernière invitation, tant qu’elle attend."
    )
    invitation_ends_at: datetime | None = strawberry.field(description="Jusqu’à quand l’invitation peut être acceptée.")

    @strawberry.field(description="Ce que l’on peut faire maintenant de ce compte.")
    async def available_actions(self, info: Info) -> list[AccountAction]:
        if self.row.supplier_id is None:
            return []
        colleagues = await accounts_of(self.row.supplier_id, info)
        return actions_on(info.context.viewer, self.row, [account.row for account in colleagues])

    @classmethod
    def of(cls, row: User, context: Context) -> Account:
        viewer, invited = context.viewer, state_of(row) is AccountState.INVITED
        known = is_own(viewer, row) or may_manage_accounts(viewer)
        return cls(
            id=node_id("Account", row.id),
            row=row,
            name=row.name,
            email=row.email,
            identifier=row.identifier if known and not invited else None,
            right=row.right,
            state=state_of(row),
            own=is_own(viewer, row),
            signed_in_at=row.signed_in_at if known else None,
            invited_at=row.invited_at,
            invitation_ends_at=invitation_ends(row) if invited else None,
        )


@strawberry.type(description="Une session ouverte : un navigateur connecté.")
class Session:
    id: strawberry.ID = strawberry.field(description="Ce qui la désigne ; ne permet pas de l’utiliser.")
    current: bool = strawberry.field(description="C’est la session qui interroge l’API.")
    address: str = strawberry.field(description="Adresse réseau d’où elle a été ouverte.")
    browser: str = strawberry.field(description="Le navigateur, comme « Firefox sur Windows ».")
    opened_at: datetime = strawberry.field(description="Instant de la connexion.")
    seen_at: datetime = strawberry.field(description="Dernière utilisation, à une minute près.")
    ends_at: datetime = strawberry.field(description="Fin de la session, même utilisée.")

    @classmethod
    def of(cls, row: models.Session, context: Context) -> Session:
        return cls(
            id=strawberry.ID(row.public_id),
            current=row.public_id == context.session,
            address=row.address,
            browser=browser_name(row.agent),
            opened_at=row.created_at,
            seen_at=row.seen_at,
            ends_at=row.expires_at,
        )


async def accounts_of(supplier_id: UUID, info: Info) -> list[Account]:
    """The accounts of a supplier that the viewer may see, the oldest first."""
    context = info.context
    loader = context.loaders.accounts_of_supplier(visible_accounts(context.viewer))
    return [Account.of(row, context) for row in await loader.load(supplier_id)]


async def sessions_of_viewer(info: Info) -> list[Session]:
    """The sessions of whoever asks, the last used first."""
    rows = await open_sessions(info.context.viewer, as_of=info.context.as_of)
    return [Session.of(row, info.context) for row in rows]
