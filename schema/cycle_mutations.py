"""What moves one cycle on: from sending a request back to its confirmation, or to leaving it as it is."""

from __future__ import annotations

from typing import Annotated

import strawberry

import models
from resolvers import editing, modifications, requests
from resolvers.visibility import found
from schema import inputs, results
from schema.attachments import Attachment
from schema.context import Info
from schema.inputs import INPUT, given
from schema.modifications import Modification
from schema.nodes import as_uuid, uuid_of
from schema.requests import request_of


@strawberry.type
class CycleMutations:
    """The part of `Mutation` that concerns modifications."""

    @strawberry.mutation(description="Renvoyer une demande au fournisseur, avec un commentaire (gestionnaire).")
    async def request_modification(
        self, info: Info, input: Annotated[inputs.RequestModificationInput, INPUT]
    ) -> results.RequestModificationResult:
        row = await requests.request_modification(
            info.context.viewer,
            uuid_of("FundingRequest", input.request_id),
            comment=input.comment,
            expected_changes=inputs.expected(input.expected_changes),
            template_id=input.template,
            as_of=info.context.as_of,
        )
        return results.RequestModificationSuccess(modification=changed(row, info))

    @strawberry.mutation(description="Annuler la modification ouverte (gestionnaire).")
    async def cancel_modification(
        self, info: Info, input: Annotated[inputs.CancelModificationInput, INPUT]
    ) -> results.CancelModificationResult:
        row = await modifications.cancel_modification(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            reason=input.reason,
            as_of=info.context.as_of,
        )
        return results.CancelModificationSuccess(modification=changed(row, info))

    @strawberry.mutation(description="Repousser l’échéance de la modification ouverte (gestionnaire).")
    async def extend_deadline(
        self, info: Info, input: Annotated[inputs.ExtendDeadlineInput, INPUT]
    ) -> results.ExtendDeadlineResult:
        row = await modifications.extend_deadline(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            closes_on=input.closes_on,
            reason=input.reason,
            as_of=info.context.as_of,
        )
        return results.ExtendDeadlineSuccess(modification=changed(row, info))

    @strawberry.mutation(description="Changer les coordonnées de contact dans le brouillon (fournisseur).")
    async def change_support_contact(
        self, info: Info, input: Annotated[inputs.ChangeSupportContactInput, INPUT]
    ) -> results.ChangeSupportContactResult:
        row = await editing.change_support_contact(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            support_contact=input.support_contact,
            based_on=given(input.based_on),
            as_of=info.context.as_of,
        )
        return results.ChangeSupportContactSuccess(modification=changed(row, info))

    @strawberry.mutation(description="Ajouter une pièce justificative au brouillon (fournisseur).")
    async def add_attachment(
        self, info: Info, input: Annotated[inputs.AddAttachmentInput, INPUT]
    ) -> results.AddAttachmentResult:
        row = await editing.add_attachment(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            document_type=input.document_type,
            upload_id=as_uuid(input.upload_id),
            as_of=info.context.as_of,
        )
        modification = changed(found(row.modification), info)
        return results.AddAttachmentSuccess(attachment=Attachment.of(row, info.context), modification=modification)

    @strawberry.mutation(description="Retirer du brouillon une pièce ajoutée pendant la modification (fournisseur).")
    async def remove_attachment(
        self, info: Info, input: Annotated[inputs.RemoveAttachmentInput, INPUT]
    ) -> results.RemoveAttachmentResult:
        row = await editing.remove_attachment(
            info.context.viewer, uuid_of("Attachment", input.attachment_id), as_of=info.context.as_of
        )
        return results.RemoveAttachmentSuccess(modification=changed(row, info))

    @strawberry.mutation(description="Confirmer la modification et renvoyer la demande (fournisseur).")
    async def confirm_modification(
        self, info: Info, input: Annotated[inputs.ConfirmModificationInput, INPUT]
    ) -> results.ConfirmModificationResult:
        row = await modifications.confirm_modification(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            based_on=given(input.based_on),
            note=given(input.note),
            as_of=info.context.as_of,
        )
        modification = changed(row, info)
        return results.ConfirmModificationSuccess(
            request=await request_of(row.request_id, info),
            modification=modification,
            version=await modification.made_version(info),
        )

    @strawberry.mutation(description="Renvoyer la demande sans la modifier (fournisseur).")
    async def skip_modification(
        self, info: Info, input: Annotated[inputs.SkipModificationInput, INPUT]
    ) -> results.SkipModificationResult:
        row = await modifications.skip_modification(
            info.context.viewer,
            uuid_of("Modification", input.modification_id),
            assistance_contacted=input.assistance_contacted,
            note=given(input.note),
            as_of=info.context.as_of,
        )
        modification = changed(row, info)
        request = await request_of(row.request_id, info)
        return results.SkipModificationSuccess(request=request, modification=modification)


def changed(row: models.Modification, info: Info) -> Modification:
    """The modification as it now is; whatever was loaded before it changed is forgotten."""
    info.context.forget()
    return Modification.of(row, info.context)
