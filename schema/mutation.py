"""What can be done: each mutation hands its input to the use case of the same name."""

from __future__ import annotations

from typing import Annotated

import strawberry

import models
from models.modifications import ExpectedChange
from resolvers import editing, imports, modifications, requests, resending, support
from resolvers.visibility import found
from schema import inputs, results
from schema.account_mutations import AccountMutations
from schema.attachments import Attachment
from schema.context import Info
from schema.emails import Email
from schema.inputs import given
from schema.modifications import Modification
from schema.news_mutations import NewsMutations
from schema.nodes import as_uuid, uuid_of
from schema.requests import FundingRequest, request_of

_INPUT = strawberry.argument(description="Ce que prend la mutation.")


@strawberry.type(description="Ce que l’on peut faire. Tout refus est un membre du résultat, avec une phrase.")
class Mutation(AccountMutations, NewsMutations):
    @strawberry.mutation(description="Renvoyer une demande au fournisseur, avec un commentaire (gestionnaire).")
    async def request_modification(
        self, info: Info, input: Annotated[inputs.RequestModificationInput, _INPUT]
    ) -> results.RequestModificationResult:
        row = await requests.request_modification(
            info.context.viewer,
            uuid_of("FundingRequest", input.request_id),
            comment=input.comment,
            expected_changes=[
                ExpectedChange(given(change.field), given(change.document_type))
                for change in input.expected_changes or []
            ],
            as_of=info.context.as_of,
        )
        return results.RequestModificationSuccess(modification=_changed(row, info))

    @strawberry.mutation(description="Annuler la modification ouverte (gestionnaire).")
    async def cancel_modification(
        self, info: Info, input: Annotated[inputs.CancelModificationInput, _INPUT]
    ) -> results.CancelModificationResult:
        row = await modifications.cancel_modification(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            reason=input.reason,
            as_of=info.context.as_of,
        )
        return results.CancelModificationSuccess(modification=_changed(row, info))

    @strawberry.mutation(description="Repousser l’échéance de la modification ouverte (gestionnaire).")
    async def extend_deadline(
        self, info: Info, input: Annotated[inputs.ExtendDeadlineInput, _INPUT]
    ) -> results.ExtendDeadlineResult:
        row = await modifications.extend_deadline(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            closes_on=input.closes_on,
            reason=input.reason,
            as_of=info.context.as_of,
        )
        return results.ExtendDeadlineSuccess(modification=_changed(row, info))

    @strawberry.mutation(description="Changer les coordonnées de contact dans le brouillon (fournisseur).")
    async def change_support_contact(
        self, info: Info, input: Annotated[inputs.ChangeSupportContactInput, _INPUT]
    ) -> results.ChangeSupportContactResult:
        row = await editing.change_support_contact(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            support_contact=input.support_contact,
            based_on=given(input.based_on),
            as_of=info.context.as_of,
        )
        return results.ChangeSupportContactSuccess(modification=_changed(row, info))

    @strawberry.mutation(description="Ajouter une pièce justificative au brouillon (fournisseur).")
    async def add_attachment(
        self, info: Info, input: Annotated[inputs.AddAttachmentInput, _INPUT]
    ) -> results.AddAttachmentResult:
        row = await editing.add_attachment(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            document_type=input.document_type,
            upload_id=as_uuid(input.upload_id),
            as_of=info.context.as_of,
        )
        modification = _changed(found(row.modification), info)
        return results.AddAttachmentSuccess(attachment=Attachment.of(row, info.context), modification=modification)

    @strawberry.mutation(description="Retirer du brouillon une pièce ajoutée pendant la modification (fournisseur).")
    async def remove_attachment(
        self, info: Info, input: Annotated[inputs.RemoveAttachmentInput, _INPUT]
    ) -> results.RemoveAttachmentResult:
        row = await editing.remove_attachment(
            info.context.viewer, uuid_of("Attachment", input.attachment_id), as_of=info.context.as_of
        )
        return results.RemoveAttachmentSuccess(modification=_changed(row, info))

    @strawberry.mutation(description="Confirmer la modification et renvoyer la demande (fournisseur).")
    async def confirm_modification(
        self, info: Info, input: Annotated[inputs.ConfirmModificationInput, _INPUT]
    ) -> results.ConfirmModificationResult:
        row = await modifications.confirm_modification(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            based_on=given(input.based_on),
            note=given(input.note),
            as_of=info.context.as_of,
        )
        modification = _changed(row, info)
        return results.ConfirmModificationSuccess(
            request=await request_of(row.request_id, info),
            modification=modification,
            version=await modification.made_version(info),
        )

    @strawberry.mutation(description="Renvoyer la demande sans la modifier (fournisseur).")
    async def skip_modification(
        self, info: Info, input: Annotated[inputs.SkipModificationInput, _INPUT]
    ) -> results.SkipModificationResult:
        row = await modifications.skip_modification(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            assistance_contacted=input.assistance_contacted,
            note=given(input.note),
            as_of=info.context.as_of,
        )
        modification = _changed(row, info)
        request = await request_of(row.request_id, info)
        return results.SkipModificationSuccess(request=request, modification=modification)

    @strawberry.mutation(description="Écrire à l’Assistance à propos d’une demande (fournisseur).")
    async def contact_support(
        self, info: Info, input: Annotated[inputs.ContactSupportInput, _INPUT]
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
        self, info: Info, input: Annotated[inputs.AnswerSupportInput, _INPUT]
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
        self, info: Info, input: Annotated[inputs.ResendEmailInput, _INPUT]
    ) -> results.ResendEmailResult:
        row = await resending.resend_email(
            info.context.viewer, uuid_of("Email", input.email_id), as_of=info.context.as_of
        )
        info.context.forget()
        return results.ResendEmailSuccess(email=Email.of(row, info.context))

    @strawberry.mutation(description="Noter que le commentaire du gestionnaire est lu (fournisseur).")
    async def mark_comment_seen(
        self, info: Info, input: Annotated[inputs.MarkCommentSeenInput, _INPUT]
    ) -> results.MarkCommentSeenResult:
        row = await modifications.mark_comment_seen(
            info.context.viewer, uuid_of("Modification", input.modification_id), as_of=info.context.as_of
        )
        return results.MarkCommentSeenSuccess(modification=_changed(row, info))

    @strawberry.mutation(description="Valider une demande « en cours » (gestionnaire).")
    async def validate_request(
        self, info: Info, input: Annotated[inputs.ValidateRequestInput, _INPUT]
    ) -> results.ValidateRequestResult:
        row = await requests.validate_request(
            info.context.viewer, uuid_of("FundingRequest", input.request_id), as_of=info.context.as_of
        )
        return results.ValidateRequestSuccess(request=_decided(row, info))

    @strawberry.mutation(description="Rejeter une demande « en cours », avec un motif (gestionnaire).")
    async def reject_request(
        self, info: Info, input: Annotated[inputs.RejectRequestInput, _INPUT]
    ) -> results.RejectRequestResult:
        row = await requests.reject_request(
            info.context.viewer,
            uuid_of("FundingRequest", input.request_id),
            reason=input.reason,
            as_of=info.context.as_of,
        )
        return results.RejectRequestSuccess(request=_decided(row, info))

    @strawberry.mutation(description="Enregistrer le paiement d’une demande validée (gestionnaire).")
    async def mark_paid(self, info: Info, input: Annotated[inputs.MarkPaidInput, _INPUT]) -> results.MarkPaidResult:
        row = await requests.mark_paid(
            info.context.viewer, uuid_of("FundingRequest", input.request_id), as_of=info.context.as_of
        )
        return results.MarkPaidSuccess(request=_decided(row, info))

    @strawberry.mutation(description="Déposer une demande avec ses pièces (fournisseur ou gestionnaire).")
    async def import_request(
        self, info: Info, input: Annotated[inputs.ImportRequestInput, _INPUT]
    ) -> results.ImportRequestResult:
        row, already_imported = await imports.import_request(
            info.context.viewer,
            input.document,
            upload_ids=[as_uuid(value) for value in input.upload_ids],
            as_of=info.context.as_of,
        )
        return results.ImportRequestSuccess(request=_decided(row, info), already_imported=already_imported)


def _changed(row: models.Modification, info: Info) -> Modification:
    """The modification as it now is; whatever was loaded before it changed is forgotten."""
    info.context.forget()
    return Modification.of(row, info.context)


def _decided(row: models.FundingRequest, info: Info) -> FundingRequest:
    """The request as it now is; whatever was loaded before it changed is forgotten."""
    info.context.forget()
    return FundingRequest.of(row, info.context)


async def _written_about(message: models.SupportMessage, info: Info) -> FundingRequest:
    info.context.forget()
    return await request_of(message.request_id, info)
