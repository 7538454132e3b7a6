"""What only a sandbox can do: bring time forward, and begin again."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from resolvers import sandbox
from resolvers.sandbox import TravelStop
from schema.context import Info
from schema.cycle_mutations import changed
from schema.dossiers import Dossier
from schema.errors import ActionNotAllowedError, NotFoundError, PermissionDeniedError, ValidationError
from schema.inputs import INPUT
from schema.modifications import Modification
from schema.mutation import Mutation
from schema.nodes import uuid_of


@strawberry.input(description="Avancer le temps d’une modification ouverte.")
class TravelToInput:
    modification_id: strawberry.ID = strawberry.field(description="La modification concernée.")
    to: TravelStop = strawberry.field(description="Jusqu’où.")


@strawberry.type(description="Le temps est avancé ; ce qui était dû a eu lieu.")
class TravelToSuccess:
    modification: Modification = strawberry.field(description="La modification, telle qu’elle est maintenant.")


TravelToResult: TypeAlias = Annotated[
    TravelToSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("TravelToResult", description="Résultat d’un voyage dans le temps."),
]


@strawberry.type(description="Le bac à sable est remis dans son état initial.")
class ResetSandboxSuccess:
    put_aside: int = strawberry.field(description="Nombre de dossiers rangés : on ne les voit plus.")
    dossiers: list[Dossier] = strawberry.field(description="Les dossiers visibles maintenant, par numéro.")


ResetSandboxResult: TypeAlias = Annotated[
    ResetSandboxSuccess | PermissionDeniedError,
    strawberry.union("ResetSandboxResult", description="Résultat d’une remise à l’état initial."),
]


@strawberry.type(
    name="Mutation", description="Ce que l’on peut faire. Tout refus est un membre du résultat, avec une phrase."
)
class SandboxMutation(Mutation):
    @strawberry.mutation(description="Avancer le temps d’une modification : relance, dernier jour, échéance.")
    async def travel_to(self, info: Info, input: Annotated[TravelToInput, INPUT]) -> TravelToResult:
        row = await sandbox.travel_to(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            to=input.to,
            as_of=info.context.as_of,
        )
        return TravelToSuccess(modification=changed(row, info))

    @strawberry.mutation(
        description="Ranger ses dossiers et refaire ceux de la démonstration : les siens, ou tous (gestionnaire)."
    )
    async def reset_sandbox(self, info: Info) -> ResetSandboxResult:
        done = await sandbox.reset_sandbox(info.context.viewer, as_of=info.context.as_of)
        info.context.forget()
        return ResetSandboxSuccess(put_aside=done.put_aside, dossiers=[Dossier.of(row) for row in done.dossiers])
