"""What can be done: each mutation hands its input to the use case of the same name."""

from __future__ import annotations

from typing import Annotated

import strawberry

import models
from resolvers import imports, modifications, requests, resending, support
from schema import inputs, results
from schema.account_mutations import AccountMutations
from schema.comment_templates import CommentTemplateMutations
from schema.context import Info
from schema.cycle_mutations import CycleMutations, changed
from schema.emails import Email
from schema.inputs import INPUT
from schema.news_mutations import NewsMutations
from schema.nodes import as_uuid, uuid_of
from schema.requests import FundingRequest, request_of
from schema.sending_back import SendingBackMutations
from schema.token_mutations import TokenMutations
from schema.webhook_mutations import WebhookMutations


@strawberry.type(description="Ce que l’on peut faire. Tout refus est un membre du résultat, avec une phrase.")
class Mutation(
    TokenMutations,
    AccountMutations,
    NewsMutations,
    CycleMutations,
    SendingBackMutations,
    CommentTemplateMutations,
    WebhookMutations,
):
    @strawberry.mutation(description="Écrire à l’Assistance à propos d’une demande (fournisseur).")
    async def contact_support(
        self, info: Info, input: Annotated[inputs.ContactSupportInput, INPUT]
    ) -> results.ContactSupportResult:
        message = await support.contact_support(
            info.context.viewer,
            uuid_of("FundingRequest", input.request_id),
            message=input.message,
            as_of=info.context.as_of,
        )
        return results.ContactSupportSuccess(request=await _written_about(message, info))

    @strawberry.mutation(description="Répondre à un message reçu par l’Assistance (gestionnaire).")
    async def answer_support(
        self, info: Info, input: Annotated[inputs.AnswerSupportInput, INPUT]
    ) -> results.AnswerSupportResult:
        message = await support.answer_support(
            info.context.viewer,
            uuid_of("SupportMessage", input.message_id),
            answer=input.answer,
            as_of=info.context.as_of,
        )
        return results.AnswerSupportSuccess(request=await _written_about(message, info))

    @strawberry.mutation(
        description="Envoyer de nouveau un courriel parti, refusé ou resté sans réponse (gestionnaire). "
        "Il ne l’est qu’une fois : pour insister, renvoyer le nouvel envoi."
    )
    async def resend_email(
        self, info: Info, input: Annotated[inputs.ResendEmailInput, INPUT]
    ) -> results.ResendEmailResult:
        row = await resending.resend_email(
            info.context.viewer, uuid_of("Email", input.email_id), as_of=info.context.as_of
        )
        info.context.forget()
        return results.ResendEmailSuccess(email=Email.of(row, info.context))

    @strawberry.mutation(description="Noter que le commentaire du gestionnaire est lu (fournisseur).")
    async def mark_comment_seen(
        self, info: Info, input: Annotated[inputs.MarkCommentSeenInput, INPUT]
    ) -> results.MarkCommentSeenResult:
        row = await modifications.mark_comment_seen(
            info.context.viewer, uuid_of("Modification", input.modification_id), as_of=info.context.as_of
        )
        return results.MarkCommentSeenSuccess(modification=changed(row, info))

    @strawberry.mutation(description="Valider une demande « en cours » (gestionnaire).")
    async def validate_request(
        self, info: Info, input: Annotated[inputs.ValidateRequestInput, INPUT]
    ) -> results.ValidateRequestResult:
        row = await requests.validate_request(
            info.context.viewer, uuid_of("FundingRequest", input.request_id), as_of=info.context.as_of
        )
        return results.ValidateRequestSuccess(request=_decided(row, info))

    @strawberry.mutation(description="Rejeter une demande « en cours », avec un motif (gestionnaire).")
    async def reject_request(
        self, info: Info, input: Annotated[inputs.RejectRequestInput, INPUT]
    ) -> results.RejectRequestResult:
        row = await requests.reject_request(
            info.context.viewer,
            uuid_of("FundingRequest", input.request_id),
            reason=input.reason,
            as_of=info.context.as_of,
        )
        return results.RejectRequestSuccess(request=_decided(row, info))

    @strawberry.mutation(description="Enregistrer le paiement d’une demande validée (gestionnaire).")
    async def mark_paid(self, info: Info, input: Annotated[inputs.MarkPaidInput, INPUT]) -> results.MarkPaidResult:
        row = await requests.mark_paid(
            info.context.viewer, uuid_of("FundingRequest", input.request_id), as_of=info.context.as_of
        )
        return results.MarkPaidSuccess(request=_decided(row, info))

    @strawberry.mutation(description="Déposer une demande avec ses pièces (fournisseur ou gestionnaire).")
    async def import_request(
        self, info: Info, input: Annotated[inputs.ImportRequestInput, INPUT]
    ) -> results.ImportRequestResult:
        row, already_imported = await imports.import_request(
            info.context.viewer,
            input.document,
            upload_ids=[as_uuid(value) for value in input.upload_ids],
            as_of=info.context.as_of,
        )
        return results.ImportRequestSuccess(request=_decided(row, info), already_imported=already_imported)


def _decided(row: models.FundingRequest, info: Info) -> FundingRequest:
    """The request as it now is; whatever was loaded before it changed is forgotten."""
    info.context.forget()
    return FundingRequest.of(row, info.context)


async def _written_about(message: models.SupportMessage, info: Info) -> FundingRequest:
    info.context.forget()
    return await request_of(message.request_id, info)
