"""Who did something, and who asks."""

from __future__ import annotations

import strawberry

from models import actors
from models.actors import Role, TokenScope
from resolvers.visibility import own_account, own_token
from schema import accounts, tokens
from schema.context import Context, Info
from schema.nodes import AccountRef, ApiTokenRef, SessionRef
from schema.suppliers import Supplier

MANAGER_NAME = "Gestionnaire ASP"
"""What suppliers and partners read instead of a manager's name."""


@strawberry.type(description="Celui qui a agi.")
class Actor:
    role: Role = strawberry.field(description="Sa qualité.")
    name: str = strawberry.field(
        description="Son nom ; pour un fournisseur, tout gestionnaire est « Gestionnaire ASP »."
    )

    @classmethod
    def of(cls, author: actors.Author, context: Context) -> Actor:
        """The author of a row, as the viewer may know them."""
        hidden = author.role is Role.MANAGER and not context.for_manager
        return cls(role=author.role, name=MANAGER_NAME if hidden else author.name)


@strawberry.type(description="La personne connectée ou le jeton d’accès qui interroge l’API.")
class Viewer:
    actor: strawberry.Private[actors.Actor]
    role: Role = strawberry.field(description="Sa qualité.")
    name: str = strawberry.field(description="Son nom, ou celui du jeton.")
    scopes: list[TokenScope] = strawberry.field(description="Portées du jeton ; vide pour une personne connectée.")

    @strawberry.field(description="Le fournisseur auquel le compte ou le jeton est lié ; absent pour un gestionnaire.")
    async def supplier(self, info: Info) -> Supplier | None:
        if self.actor.supplier_id is None:
            return None
        row = await info.context.loaders.suppliers.load(self.actor.supplier_id)
        return Supplier.of(row) if row else None

    @strawberry.field(description="Le compte de la personne connectée ; absent pour un jeton.")
    async def account(self, info: Info) -> AccountRef | None:
        row = await own_account(self.actor)
        return accounts.Account.of(row, info.context) if row else None

    @strawberry.field(description="Les sessions de la personne connectée, la dernière utilisée d’abord.")
    async def sessions(self, info: Info) -> list[SessionRef]:
        return await accounts.sessions_of_viewer(info)

    @strawberry.field(description="Le jeton d’accès qui interroge l’API ; absent pour une personne connectée.")
    async def token(self, info: Info) -> ApiTokenRef | None:
        row = await own_token(self.actor)
        return tokens.ApiToken.of(row, info.context) if row else None

    @classmethod
    def of(cls, actor: actors.Actor) -> Viewer:
        """Who asks."""
        return cls(actor=actor, role=actor.role, name=actor.name, scopes=list(actor.scopes))
