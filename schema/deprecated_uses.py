"""Who still asks for what is deprecated, as managers read it."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models
from resolvers.deprecated_uses import DEPRECATED_USES, deprecated_uses, names_of
from schema.context import Info
from schema.pagination import After, Connection, First, read_page


@strawberry.type(description="Ce qu’un compte ou un jeton a demandé, un jour, et qui sera retiré de l’API.")
class DeprecatedUse:
    account: str = strawberry.field(description="Le compte ou le jeton, par sa clé.")
    name: str | None = strawberry.field(description="Son nom\u00a0; absent s’il n’existe plus.")
    field: str = strawberry.field(description="Ce qui est demandé, comme «\u00a0Type.champ\u00a0».")
    day: date = strawberry.field(description="Le jour, à Paris.")
    times: int = strawberry.field(description="Combien de fois ce jour-là.")
    last_at: datetime = strawberry.field(description="La dernière fois.")

    @classmethod
    def of(cls, row: models.DeprecatedUse) -> DeprecatedUse:
        return cls(account=row.account, name=None, field=row.field, day=row.day, times=row.times, last_at=row.last_at)


@strawberry.type
class DeprecationQuery:
    @strawberry.field(
        description="Qui demande encore ce qui sera retiré de l’API, du plus récent au plus ancien (gestionnaire)."
    )
    async def deprecated_uses(self, info: Info, first: First = 20, after: After = None) -> Connection[DeprecatedUse]:
        found = await read_page(deprecated_uses(info.context.viewer), DEPRECATED_USES, first, after, DeprecatedUse.of)
        names = await names_of(use.account for use in found.nodes)
        for use in found.nodes:
            use.name = names.get(use.account)
        return found
