"""What each mutation takes."""

from __future__ import annotations

from datetime import date
from typing import TypeVar
from uuid import UUID

import strawberry
from strawberry import UNSET

from models.modifications import EditableField, ExpectedChange
from schema.nodes import any_uuid

Value = TypeVar("Value")

INPUT = strawberry.argument(description="Ce que prend la mutation.")
"""The one argument of every mutation."""

_MODIFICATION = "La modification concernée."
_REQUEST = "La demande concernée."
_BASED_ON = "La révision du brouillon que l’on a lue (« Draft.revision ») : refusé si elle a changé depuis."
_NOTE = "Mot pour le gestionnaire."


def given(value: Value | None) -> Value | None:
    """The value, or None when it was left out."""
    return None if value is UNSET else value


@strawberry.input(one_of=True, description="Une modification attendue : une information ou un type de pièce.")
class ExpectedChangeInput:
    field: EditableField | None = strawberry.field(default=UNSET, description="L’information à corriger.")
    document_type: str | None = strawberry.field(default=UNSET, description="Code du type de pièce à ajouter.")


def expected(changes: list[ExpectedChangeInput] | None) -> list[ExpectedChange]:
    """What is ticked, as the use cases take it."""
    return [ExpectedChange(given(change.field), given(change.document_type)) for change in changes or []]


@strawberry.input(description="Renvoyer une demande au fournisseur pour modification.")
class RequestModificationInput:
    request_id: strawberry.ID = strawberry.field(description=_REQUEST)
    comment: str = strawberry.field(description="Commentaire pour le fournisseur : ce qui ne va pas.")
    expected_changes: list[ExpectedChangeInput] | None = strawberry.field(
        default_factory=list, description="Ce qui est attendu du fournisseur."
    )
    comment_template_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Un modèle de commentaire, dont le texte et ce qu’il coche remplacent ce qui est laissé vide.",
    )

    @property
    def template(self) -> UUID | None:
        """The template's key."""
        asked = given(self.comment_template_id)
        return any_uuid("CommentTemplate", asked) if asked else None


@strawberry.input(description="Changer les coordonnées de contact dans le brouillon.")
class ChangeSupportContactInput:
    modification_id: strawberry.ID = strawberry.field(description=_MODIFICATION)
    support_contact: str = strawberry.field(
        description="Adresse électronique, numéro de téléphone ou adresse http(s) : une seule valeur, 250 caractères."
    )
    based_on: int | None = strawberry.field(default=UNSET, description=_BASED_ON)


@strawberry.input(description="Ajouter une pièce justificative au brouillon.")
class AddAttachmentInput:
    modification_id: strawberry.ID = strawberry.field(description=_MODIFICATION)
    document_type: str = strawberry.field(description="Code du type de pièce.")
    upload_id: strawberry.ID = strawberry.field(description="Le fichier, envoyé auparavant par « POST /uploads ».")


@strawberry.input(description="Retirer du brouillon une pièce ajoutée pendant la modification ouverte.")
class RemoveAttachmentInput:
    attachment_id: strawberry.ID = strawberry.field(description="La pièce à retirer.")


@strawberry.input(description="Confirmer la modification et renvoyer la demande.")
class ConfirmModificationInput:
    modification_id: strawberry.ID = strawberry.field(description=_MODIFICATION)
    based_on: int | None = strawberry.field(default=UNSET, description=_BASED_ON)
    note: str | None = strawberry.field(default=UNSET, description=_NOTE)


@strawberry.input(description="Renvoyer la demande sans la modifier.")
class SkipModificationInput:
    modification_id: strawberry.ID = strawberry.field(description=_MODIFICATION)
    assistance_contacted: bool = strawberry.field(
        description="Vous avez échangé avec l’Assistance : il faut l’avoir fait avant de décliner."
    )
    note: str | None = strawberry.field(default=UNSET, description=_NOTE)


@strawberry.input(description="Annuler une modification ouverte.")
class CancelModificationInput:
    modification_id: strawberry.ID = strawberry.field(description=_MODIFICATION)
    reason: str = strawberry.field(description="Motif, donné au fournisseur.")


@strawberry.input(description="Repousser l’échéance d’une modification.")
class ExtendDeadlineInput:
    modification_id: strawberry.ID = strawberry.field(description=_MODIFICATION)
    closes_on: date = strawberry.field(description="Nouveau jour de l’échéance ; l’heure ne change pas.")
    reason: str = strawberry.field(description="Motif, donné au fournisseur.")


@strawberry.input(description="Écrire à l’Assistance.")
class ContactSupportInput:
    request_id: strawberry.ID = strawberry.field(description=_REQUEST)
    message: str = strawberry.field(description="Le message.")


@strawberry.input(description="Répondre à un message reçu par l’Assistance.")
class AnswerSupportInput:
    message_id: strawberry.ID = strawberry.field(description="Le message auquel on répond.")
    answer: str = strawberry.field(description="La réponse.")


@strawberry.input(description="Envoyer de nouveau un courriel.")
class ResendEmailInput:
    email_id: strawberry.ID = strawberry.field(description="Le courriel à envoyer de nouveau.")


@strawberry.input(description="Valider une demande.")
class ValidateRequestInput:
    request_id: strawberry.ID = strawberry.field(description=_REQUEST)


@strawberry.input(description="Rejeter une demande.")
class RejectRequestInput:
    request_id: strawberry.ID = strawberry.field(description=_REQUEST)
    reason: str = strawberry.field(description="Motif, donné au fournisseur.")


@strawberry.input(description="Enregistrer le paiement d’une demande validée.")
class MarkPaidInput:
    request_id: strawberry.ID = strawberry.field(description=_REQUEST)


@strawberry.input(description="Noter que le fournisseur a lu le commentaire.")
class MarkCommentSeenInput:
    modification_id: strawberry.ID = strawberry.field(description=_MODIFICATION)


@strawberry.input(description="Déposer une demande avec ses pièces : tout, ou rien.")
class ImportRequestInput:
    document: str = strawberry.field(description="Le texte JSON de la demande ; son schéma : /schemas/demande.json.")
    upload_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Les fichiers qu’elle nomme, envoyés auparavant par « POST /uploads »."
    )
