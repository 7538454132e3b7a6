"""Which requests a list is asked for."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import strawberry

from models.dossiers import RequestKind
from models.lifecycle import RequestStatus
from resolvers.request_lists import RequestFilter
from schema.coded_errors import BadUserInput
from schema.inputs import given
from schema.nodes import any_uuid
from schema.pagination import LARGEST_PAGE


@strawberry.input(description="Quelles demandes lister ; ce qui est absent n’est pas filtré.")
class FundingRequestFilter:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Celles-là, 100 au plus ; un identifiant inconnu ne compte pas."
    )
    status: RequestStatus | None = strawberry.field(default=strawberry.UNSET, description="De ce statut.")
    kind: RequestKind | None = strawberry.field(default=strawberry.UNSET, description="De cette nature.")
    siret: str | None = strawberry.field(default=strawberry.UNSET, description="Du fournisseur de ce SIRET.")
    dossier_number: str | None = strawberry.field(default=strawberry.UNSET, description="Du dossier de ce numéro.")
    legal_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="D’un fournisseur dont la dénomination sociale contient ce texte."
    )
    updated_since: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Mises à jour à cet instant ou depuis."
    )
    submitted_since: date | None = strawberry.field(default=strawberry.UNSET, description="Déposées ce jour ou depuis.")
    submitted_until: date | None = strawberry.field(default=strawberry.UNSET, description="Déposées ce jour ou avant.")
    closes_after: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Dont la modification ouverte a son échéance à cet instant ou après."
    )
    closes_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Dont la modification ouverte a son échéance avant cet instant."
    )
    has_draft: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Dont le brouillon de la modification ouverte contient un changement, ou n’en contient aucun.",
    )
    comment_seen: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Dont le fournisseur a lu le commentaire de la modification ouverte, ou ne l’a pas lu.",
    )
    reminded: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Dont le rappel de la modification ouverte est parti, ou ne l’est pas."
    )

    def as_filter(self) -> RequestFilter:
        asked = {name: given(value) for name, value in vars(self).items()}
        if asked["ids"] is not None:
            asked["ids"] = _keys(asked["ids"])
        return RequestFilter(**asked)


def _keys(ids: list[strawberry.ID]) -> list[UUID]:
    if len(ids) > LARGEST_PAGE:
        raise BadUserInput(f"« ids » nomme {LARGEST_PAGE} demandes au plus.")
    return [any_uuid("FundingRequest", each) for each in ids]
