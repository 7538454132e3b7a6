"""What each mutation answers: its success, or one of the refusals that it may meet."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from schema.attachments import Attachment
from schema.emails import Email
from schema.errors import ActionNotAllowedError, NotFoundError, PermissionDeniedError, StaleError, ValidationError
from schema.modifications import Modification
from schema.requests import FundingRequest
from schema.versions import Version

_MODIFICATION = "La modification, telle qu’elle est maintenant."
_REQUEST = "La demande, telle qu’elle est maintenant."


@strawberry.type(description="La demande est renvoyée au fournisseur.")
class RequestModificationSuccess:
    modification: Modification = strawberry.field(description=_MODIFICATION)


RequestModificationResult: TypeAlias = Annotated[
    RequestModificationSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("RequestModificationResult", description="Résultat d’un renvoi pour modification."),
]


@strawberry.type(description="La modification est annulée.")
class CancelModificationSuccess:
    modification: Modification = strawberry.field(description=_MODIFICATION)


CancelModificationResult: TypeAlias = Annotated[
    CancelModificationSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("CancelModificationResult", description="Résultat d’une annulation."),
]


@strawberry.type(description="L’échéance est repoussée.")
class ExtendDeadlineSuccess:
    modification: Modification = strawberry.field(description=_MODIFICATION)


ExtendDeadlineResult: TypeAlias = Annotated[
    ExtendDeadlineSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("ExtendDeadlineResult", description="Résultat d’un report d’échéance."),
]


@strawberry.type(description="Les coordonnées sont changées dans le brouillon.")
class ChangeSupportContactSuccess:
    modification: Modification = strawberry.field(description=_MODIFICATION)


ChangeSupportContactResult: TypeAlias = Annotated[
    ChangeSupportContactSuccess
    | ValidationError
    | NotFoundError
    | PermissionDeniedError
    | ActionNotAllowedError
    | StaleError,
    strawberry.union("ChangeSupportContactResult", description="Résultat d’un changement de coordonnées."),
]


@strawberry.type(description="La pièce est ajoutée au brouillon.")
class AddAttachmentSuccess:
    attachment: Attachment = strawberry.field(description="La pièce ajoutée.")
    modification: Modification = strawberry.field(description=_MODIFICATION)


AddAttachmentResult: TypeAlias = Annotated[
    AddAttachmentSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError | StaleError,
    strawberry.union("AddAttachmentResult", description="Résultat d’un ajout de pièce."),
]


@strawberry.type(description="La pièce est retirée du brouillon.")
class RemoveAttachmentSuccess:
    modification: Modification = strawberry.field(description=_MODIFICATION)


RemoveAttachmentResult: TypeAlias = Annotated[
    RemoveAttachmentSuccess
    | ValidationError
    | NotFoundError
    | PermissionDeniedError
    | ActionNotAllowedError
    | StaleError,
    strawberry.union("RemoveAttachmentResult", description="Résultat d’un retrait de pièce."),
]


@strawberry.type(description="La modification est confirmée : la demande est « en cours ».")
class ConfirmModificationSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)
    modification: Modification = strawberry.field(description=_MODIFICATION)
    version: Version = strawberry.field(description="La nouvelle version.")


ConfirmModificationResult: TypeAlias = Annotated[
    ConfirmModificationSuccess
    | ValidationError
    | NotFoundError
    | PermissionDeniedError
    | ActionNotAllowedError
    | StaleError,
    strawberry.union("ConfirmModificationResult", description="Résultat d’une confirmation."),
]


@strawberry.type(description="La demande est renvoyée sans modification : elle est « en cours ».")
class SkipModificationSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)
    modification: Modification = strawberry.field(description=_MODIFICATION)


SkipModificationResult: TypeAlias = Annotated[
    SkipModificationSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("SkipModificationResult", description="Résultat d’un renvoi sans modification."),
]


@strawberry.type(description="Le message est transmis à l’Assistance.")
class ContactSupportSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)


ContactSupportResult: TypeAlias = Annotated[
    ContactSupportSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("ContactSupportResult", description="Résultat d’un message à l’Assistance."),
]


@strawberry.type(description="La réponse est envoyée au fournisseur.")
class AnswerSupportSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)


AnswerSupportResult: TypeAlias = Annotated[
    AnswerSupportSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("AnswerSupportResult", description="Résultat d’une réponse de l’Assistance."),
]


@strawberry.type(description="Le courriel est remis en file.")
class ResendEmailSuccess:
    email: Email = strawberry.field(description="Le nouvel envoi.")


ResendEmailResult: TypeAlias = Annotated[
    ResendEmailSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("ResendEmailResult", description="Résultat d’un nouvel envoi de courriel."),
]


@strawberry.type(description="La lecture du commentaire est notée.")
class MarkCommentSeenSuccess:
    modification: Modification = strawberry.field(description=_MODIFICATION)


MarkCommentSeenResult: TypeAlias = Annotated[
    MarkCommentSeenSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("MarkCommentSeenResult", description="Résultat de la lecture du commentaire."),
]


@strawberry.type(description="La demande est validée.")
class ValidateRequestSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)


ValidateRequestResult: TypeAlias = Annotated[
    ValidateRequestSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("ValidateRequestResult", description="Résultat d’une validation."),
]


@strawberry.type(description="La demande est rejetée.")
class RejectRequestSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)


RejectRequestResult: TypeAlias = Annotated[
    RejectRequestSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("RejectRequestResult", description="Résultat d’un rejet."),
]


@strawberry.type(description="Le paiement est enregistré.")
class MarkPaidSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)


MarkPaidResult: TypeAlias = Annotated[
    MarkPaidSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("MarkPaidResult", description="Résultat de l’enregistrement d’un paiement."),
]


@strawberry.type(description="La demande est déposée.")
class ImportRequestSuccess:
    request: FundingRequest = strawberry.field(description=_REQUEST)
    already_imported: bool = strawberry.field(description="Le même document avait déjà été déposé : rien n’a changé.")


ImportRequestResult: TypeAlias = Annotated[
    ImportRequestSuccess | ValidationError | NotFoundError | PermissionDeniedError | ActionNotAllowedError,
    strawberry.union("ImportRequestResult", description="Résultat d’un dépôt."),
]
