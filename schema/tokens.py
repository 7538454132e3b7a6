"""Tokens of software, as managers and the supplier that they act for see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

import models
from models.actors import TokenScope
from models.colleagues import may_manage_accounts
from models.tokens import TokenState, state_of
from resolvers.tokens import TOKENS, tokens
from schema import actors
from schema.context import Context, Info
from schema.inputs import given
from schema.nodes import ActorRef, Node, node_id
from schema.pagination import After, Connection, First, read_page
from schema.suppliers import Supplier


@strawberry.type(description="Jeton d’accès à l’API, sans son secret.")
class ApiToken(Node):
    name: str = strawberry.field(description="Le logiciel qui s’en sert.")
    hint: str | None = strawberry.field(
        description="À quoi le reconnaître, comme « solde_…ab12 » ; absent d’un ancien jeton."
    )
    scopes: list[TokenScope] = strawberry.field(description="Ce qu’il permet.")
    supplier: Supplier | None = strawberry.field(
        description="Le fournisseur pour lequel il agit ; absent d’un jeton qui lit tout ou agit en gestionnaire."
    )
    state: TokenState = strawberry.field(description="Où il en est.")
    created_at: datetime = strawberry.field(description="Instant de son émission.")
    issued_by: ActorRef | None = strawberry.field(description="Qui l’a émis ; absent d’un ancien jeton.")
    expires_at: datetime | None = strawberry.field(
        description="Instant à partir duquel il ne sert plus ; absent d’un jeton sans fin."
    )
    last_used_at: datetime | None = strawberry.field(description="Dernière utilisation, à une minute près.")
    revoked_at: datetime | None = strawberry.field(description="Instant de sa révocation.")
    revocable: bool = strawberry.field(description="Ce compte peut le révoquer maintenant.")

    @classmethod
    def of(cls, row: models.ApiToken, context: Context) -> ApiToken:
        """A row loaded with its supplier."""
        return cls(
            id=node_id("ApiToken", row.id),
            name=row.name,
            hint=row.shown or None,
            scopes=[TokenScope(scope) for scope in row.scopes],
            supplier=Supplier.of(row.supplier) if row.supplier else None,
            state=state_of(row, context.as_of),
            created_at=row.created_at,
            issued_by=actors.Actor.of(row.issued_by, context) if row.issued_by else None,
            expires_at=row.expires_at,
            last_used_at=row.used_at,
            revoked_at=row.revoked_at,
            revocable=row.revoked_at is None and may_manage_accounts(context.viewer),
        )


_STATE = strawberry.argument(description="Ceux qui en sont là ; absent : tous.")
_SIRET = strawberry.argument(description="Ceux du fournisseur de ce SIRET ; absent : tous.")


@strawberry.type
class TokenQuery:
    """The part of `Query` that concerns tokens."""

    @strawberry.field(
        description="Les jetons d’accès à l’API, du plus récent au plus ancien : tous pour un gestionnaire, ceux de "
        "son fournisseur pour un compte qui peut confirmer, lui-même pour un jeton."
    )
    async def tokens(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        state: Annotated[TokenState | None, _STATE] = strawberry.UNSET,
        siret: Annotated[str | None, _SIRET] = strawberry.UNSET,
    ) -> Connection[ApiToken]:
        context = info.context
        rows = tokens(context.viewer, state=given(state), siret=given(siret), as_of=context.as_of)
        return await read_page(rows, TOKENS, first, after, lambda row: ApiToken.of(row, context))
