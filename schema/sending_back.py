"""Sending several requests back with one comment."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from models.errors import NotFound
from models.typography import french
from resolvers import sending_back
from schema.context import Info
from schema.errors import Error, PermissionDeniedError, ValidationError
from schema.inputs import INPUT, ExpectedChangeInput, expected, given
from schema.modifications import Modification
from schema.nodes import any_uuid
from schema.requests import FundingRequest
from schema.results import RequestModificationResult, RequestModificationSuccess

_OUTCOMES = "Ce qu’il est advenu de chaque demande, dans l’ordre donné ; une demande nommée deux fois n’y est qu’une."


@strawberry.input(description="Renvoyer plusieurs demandes à leurs fournisseurs, avec le même commentaire.")
class RequestModificationsInput:
    request_ids: list[strawberry.ID] = strawberry.field(description="Les demandes, de 1 à 100.")
    comment: str = strawberry.field(
        default="", description="Commentaire pour les fournisseurs ; vide : le texte du modèle."
    )
    expected_changes: list[ExpectedChangeInput] = strawberry.field(
        default_factory=list, description="Ce qui est attendu des fournisseurs ; vide : ce que coche le modèle."
    )
    comment_template_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Un modèle de commentaire, dont ce qui est laissé vide est repris."
    )


@strawberry.type(description="Ce qu’il est advenu d’une demande parmi celles que l’on renvoie.")
class RequestModificationOutcome:
    outcome: strawberry.Private[sending_back.Outcome]
    request_id: strawberry.ID = strawberry.field(description="L’identifiant, tel qu’il a été donné.")

    @strawberry.field(description="La demande, telle qu’elle est maintenant ; absente si elle n’existe pas.")
    async def request(self, info: Info) -> FundingRequest | None:
        row = await info.context.loaders.requests.load(self.outcome.request_id)
        return FundingRequest.of(row, info.context) if row else None

    @strawberry.field(description="Le résultat, celui que « requestModification » donnerait de cette demande.")
    def result(self, info: Info) -> RequestModificationResult:
        if self.outcome.modification is None:
            raise self.outcome.refusal or NotFound()
        return RequestModificationSuccess(modification=Modification.of(self.outcome.modification, info.context))


@strawberry.type(description="Toutes les demandes sont renvoyées.")
class RequestModificationsSuccess:
    outcomes: list[RequestModificationOutcome] = strawberry.field(description=_OUTCOMES)


@strawberry.type(description="Des demandes ne sont pas renvoyées, chacune pour sa raison ; les autres le sont.")
class RequestModificationsIncomplete(Error):
    sent_back: int = strawberry.field(description="Combien de demandes sont renvoyées.")
    refused: int = strawberry.field(description="Combien ne le sont pas.")
    outcomes: list[RequestModificationOutcome] = strawberry.field(description=_OUTCOMES)


RequestModificationsResult: TypeAlias = Annotated[
    RequestModificationsSuccess | RequestModificationsIncomplete | ValidationError | PermissionDeniedError,
    strawberry.union("RequestModificationsResult", description="Résultat du renvoi de plusieurs demandes."),
]


@strawberry.type
class SendingBackMutations:
    @strawberry.mutation(
        description="Renvoyer plusieurs demandes, chacune pour elle-même, avec le même commentaire (gestionnaire). "
        "Refaite avec les mêmes valeurs, elle rend les mêmes modifications, sans nouveau courriel."
    )
    async def request_modifications(
        self, info: Info, input: Annotated[RequestModificationsInput, INPUT]
    ) -> RequestModificationsResult:
        asked = {each: any_uuid("FundingRequest", each) for each in input.request_ids}
        template = given(input.comment_template_id)
        outcomes = await sending_back.request_modifications(
            info.context.viewer,
            list(asked.values()),
            comment=input.comment,
            expected_changes=expected(input.expected_changes),
            template_id=any_uuid("CommentTemplate", template) if template else None,
            as_of=info.context.as_of,
        )
        info.context.forget()
        told = [
            RequestModificationOutcome(outcome=outcome, request_id=given_id)
            for given_id, outcome in zip(asked, outcomes, strict=True)
        ]
        refused = sum(outcome.modification is None for outcome in outcomes)
        if not refused:
            return RequestModificationsSuccess(outcomes=told)
        return RequestModificationsIncomplete(
            message=_sentence(refused, len(told)), sent_back=len(told) - refused, refused=refused, outcomes=told
        )


def _sentence(refused: int, asked: int) -> str:
    said = "n’est pas renvoyée" if refused == 1 else "ne sont pas renvoyées"
    return french(f"{refused} demande{'s' if refused > 1 else ''} sur {asked} {said} : lisez pourquoi.")
