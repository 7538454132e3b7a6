"""The plain enums of the house, with the French sentences that the API shows for them and for each value."""

from enum import Enum
from typing import cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.actors import AccountRight, Role, TokenScope
from models.attachments import Integrity, ScanStatus
from models.colleagues import AccountAction, AccountState
from models.dossiers import RequestKind
from models.emails import EmailKind, EmailStatus
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestAction, RequestStatus
from models.modifications import EditableField
from models.tokens import TokenState
from models.webhooks import DeliveryStatus, WebhookState
from resolvers.reading import DossierOrder
from resolvers.request_lists import RequestOrder
from resolvers.sandbox import TravelStop


def _describe(kind: type[Enum], description: str, *, name: str | None = None, **values: str) -> None:
    """Register a plain enum with a sentence for itself and for each of its values, none missing."""
    if set(values) != {member.name for member in kind}:
        raise ValueError(f"{kind.__name__} and its descriptions do not name the same values")
    strawberry.enum(kind, name=name, description=description)
    definition = cast("StrawberryEnumDefinition", kind.__strawberry_definition__)  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]


def sentences(kind: type[Enum]) -> dict[str, str]:
    """What `_describe` said of each value, by its name."""
    definition = cast("StrawberryEnumDefinition", kind.__strawberry_definition__)  # type: ignore[attr-defined]
    return {value.name: value.description or "" for value in definition.values}


_describe(
    Role,
    "Qualité de celui qui consulte ou agit.",
    SUPPLIER="Fournisseur de logiciels de santé, connecté au portail.",
    MANAGER="Gestionnaire de l’ASP.",
    PARTNER="Logiciel d’un partenaire, muni d’un jeton d’accès.",
    SYSTEM="Le portail lui-même, par exemple à l’échéance d’un délai.",
)
_describe(
    TokenScope,
    "Portée d’un jeton d’accès à l’API.",
    READ="Consulter.",
    WRITE="Modifier et confirmer, au nom du fournisseur auquel le jeton est lié.",
    MANAGE="Agir comme gestionnaire. Ce jeton ne se délivre qu’en ligne de commande.",
)
_describe(
    TokenState,
    "Où en est un jeton d’accès.",
    VALID="Le jeton sert.",
    EXPIRED="Le jeton a expiré.",
    REVOKED="Le jeton est révoqué.",
)
_describe(
    AccountRight,
    "Jusqu’où un compte de fournisseur peut aller ; chaque droit comprend le précédent.",
    READ="Consulter les demandes et leurs pièces.",
    EDIT="Préparer une modification et écrire à l’Assistance.",
    CONFIRM="Confirmer ou décliner une modification, et gérer les comptes du fournisseur.",
)
_describe(
    AccountState,
    "Où en est un compte.",
    ACTIVE="Le compte est ouvert.",
    INVITED="L’invitation est partie et attend d’être acceptée.",
    CLOSED="Le compte est fermé.",
)
_describe(
    AccountAction,
    "Action possible sur les comptes d’un fournisseur.",
    INVITE_ACCOUNT="Inviter quelqu’un à ouvrir un compte.",
    RESEND_INVITATION="Envoyer l’invitation de nouveau.",
    CHANGE_ACCOUNT_RIGHT="Changer le droit du compte.",
    REVOKE_ACCOUNT="Révoquer le compte ou l’invitation.",
)
_describe(
    RequestKind,
    "Nature d’une demande de financement.",
    ADVANCE="Demande d’avance.",
    BALANCE="Demande de solde.",
)
_describe(
    RequestStatus,
    "Statut d’une demande de financement.",
    IN_REVIEW="« en cours » : la demande est examinée par l’ASP.",
    TO_MODIFY="« A modifier » : le fournisseur doit corriger sa demande ou décliner, avant l’échéance.",
    VALIDATED="« Validée » : la demande est acceptée.",
    REJECTED="« Rejetée » : la demande est refusée, avec un motif.",
    PAID="« Décidée et payée » : le financement est versé.",
)
_describe(
    RequestAction,
    "Action possible sur une demande ; porte le nom de la mutation correspondante.",
    REQUEST_MODIFICATION="Renvoyer la demande au fournisseur, avec un commentaire (gestionnaire).",
    CANCEL_MODIFICATION="Annuler la modification en cours (gestionnaire).",
    EXTEND_DEADLINE="Repousser l’échéance de la modification (gestionnaire).",
    CHANGE_SUPPORT_CONTACT="Changer les coordonnées de contact (fournisseur).",
    ADD_ATTACHMENT="Ajouter une pièce justificative (fournisseur).",
    REMOVE_ATTACHMENT="Retirer une pièce ajoutée pendant la modification en cours (fournisseur).",
    CONFIRM_MODIFICATION="Confirmer la modification et renvoyer la demande (fournisseur).",
    SKIP_MODIFICATION="Renvoyer la demande sans la modifier (fournisseur).",
    EXPIRE_MODIFICATION="Clore la modification à l’échéance (portail).",
    CONTACT_SUPPORT="Écrire à l’Assistance (fournisseur).",
    VALIDATE_REQUEST="Valider la demande (gestionnaire).",
    REJECT_REQUEST="Rejeter la demande (gestionnaire).",
    MARK_PAID="Enregistrer le paiement (gestionnaire).",
)
_describe(
    EditableField,
    "Information que le fournisseur peut modifier.",
    SUPPORT_CONTACT="Coordonnées de contact ou lien vers la plateforme de support.",
)
_describe(
    ScanStatus,
    "Résultat de l’analyse antivirus d’une pièce.",
    PENDING="Analyse en attente.",
    CLEAN="Aucune menace trouvée.",
    INFECTED="Menace trouvée : la pièce ne peut pas être ouverte.",
    NOT_SCANNED="Analyse antivirus désactivée sur cette installation.",
)
_describe(
    Integrity,
    "Ce que la dernière comparaison du contenu d’une pièce avec son empreinte a montré.",
    INTACT="Le contenu est celui qui a été reçu.",
    ALTERED="Le contenu n’est plus celui qui a été reçu.",
    MISSING="Le contenu est introuvable.",
)
_describe(
    ModificationOutcome,
    "Issue d’une modification.",
    CONFIRMED="Le fournisseur a confirmé ses modifications : une nouvelle version existe.",
    SKIPPED="Le fournisseur a renvoyé sa demande sans la modifier.",
    EXPIRED="L’échéance est passée : la demande est revenue « en cours » telle quelle.",
    CANCELLED="Le gestionnaire a annulé la modification.",
)
_describe(
    EmailKind,
    "Objet d’un courriel automatique.",
    MODIFICATION_REQUESTED="La demande nécessite des modifications.",
    MODIFICATION_REMINDER="Rappel : la demande attend toujours une modification.",
    MODIFICATION_LAST_NOTICE="Dernier avis : le délai de modification s’achève.",
    MODIFICATION_EXPIRED="Le délai de modification est écoulé.",
    MODIFICATION_CONFIRMED="La modification est bien reçue.",
    MODIFICATION_SKIPPED="La demande est renvoyée sans modification.",
    MODIFICATION_CANCELLED="La modification est annulée par le gestionnaire.",
    DEADLINE_EXTENDED="L’échéance de la modification est repoussée.",
    REQUEST_VALIDATED="La demande est validée.",
    REQUEST_REJECTED="La demande est rejetée.",
    SUPPORT_ANSWERED="L’Assistance a répondu.",
    PASSWORD_RESET="Réinitialisation du mot de passe d’un compte.",  # noqa: S106
    IDENTIFIER_REMINDER="Rappel de l’identifiant d’un compte.",
    ACCOUNT_INVITATION="Invitation à ouvrir un compte.",
    PASSWORD_CHANGED="Le mot de passe d’un compte a été changé.",  # noqa: S106
    ADDRESS_CONFIRMATION="Confirmation de la nouvelle adresse d’un compte.",
    ADDRESS_CHANGED="L’adresse d’un compte a été changée.",
    ACCOUNT_CHANGED="Ce qui ouvre un compte, ou ce qu’il permet, a changé.",
    WEBHOOK_DISABLED="Un webhook est désactivé : son destinataire ne prend plus rien.",
    TOKEN_EXPIRES="Un jeton d’accès à l’API expire bientôt, ou a expiré et sert encore.",  # noqa: S106
)
_describe(
    EmailStatus,
    "Où en est l’envoi d’un courriel.",
    QUEUED="En attente d’envoi.",
    UNKNOWN="Remis au serveur de messagerie, qui n’a pas répondu : peut-être arrivé.",
    SENT="Accepté par le serveur de messagerie.",
    FAILED="Refusé définitivement.",
)
_describe(
    EventKind,
    "Nature d’un événement.",
    REQUEST_IMPORTED="La demande est déposée.",
    MODIFICATION_REQUESTED="La demande est renvoyée au fournisseur pour modification.",
    COMMENT_SEEN="Le fournisseur a lu le commentaire du gestionnaire.",
    SUPPORT_CONTACT_CHANGED="Les coordonnées de contact sont changées dans le brouillon.",
    ATTACHMENT_ADDED="Une pièce est ajoutée au brouillon.",
    ATTACHMENT_REMOVED="Une pièce est retirée du brouillon.",
    ATTACHMENT_INFECTED="L’antivirus a trouvé un virus dans une pièce : elle est mise à l’écart.",
    ATTACHMENT_DAMAGED="Le contenu d’une pièce n’est plus celui qui a été reçu.",
    ATTACHMENT_RESTORED="Le contenu d’une pièce est de nouveau celui qui a été reçu.",
    MODIFICATION_REMINDED="Le rappel est envoyé au fournisseur.",
    MODIFICATION_LAST_NOTICE_SENT="Le dernier avis avant l’échéance est envoyé au fournisseur.",
    MODIFICATION_CONFIRMED="Le fournisseur a confirmé ses modifications.",
    MODIFICATION_SKIPPED="Le fournisseur a renvoyé sa demande sans la modifier.",
    MODIFICATION_EXPIRED="Le délai de modification est écoulé.",
    MODIFICATION_CANCELLED="Le gestionnaire a annulé la modification.",
    DEADLINE_EXTENDED="L’échéance de la modification est repoussée.",
    SUPPORT_CONTACTED="Le fournisseur a écrit à l’Assistance.",
    SUPPORT_ANSWERED="L’Assistance a répondu.",
    REQUEST_VALIDATED="La demande est validée.",
    REQUEST_REJECTED="La demande est rejetée.",
    REQUEST_PAID="Le paiement est enregistré.",
    TIME_TRAVELLED="Le temps est avancé pour une modification (bac à sable).",
    SIGNED_IN="Connexion à un compte.",
    SIGN_IN_FAILED="Connexion refusée : l’identifiant, le mot de passe ou le code est incorrect.",
    SIGN_IN_THROTTLED="Connexion refusée après trop de tentatives.",
    SIGNED_OUT="Déconnexion d’un compte.",
    SESSION_REVOKED="Des sessions d’un compte sont fermées à distance.",
    IDENTIFIER_ASKED="Un identifiant oublié est demandé par courriel.",
    PASSWORD_RESET_ASKED="Un lien de réinitialisation du mot de passe est demandé.",  # noqa: S106
    PASSWORD_RESET="Le mot de passe est réinitialisé par un lien reçu par courriel.",  # noqa: S106
    PASSWORD_CHANGED="Le mot de passe d’un compte est changé.",  # noqa: S106
    EMAIL_CHANGE_ASKED="Une nouvelle adresse électronique est à confirmer.",
    EMAIL_CHANGED="L’adresse électronique d’un compte est changée.",
    TOTP_ENABLED="La double authentification d’un compte est activée.",
    TOTP_DISABLED="La double authentification d’un compte est désactivée.",
    RECOVERY_CODE_USED="Un code de secours est utilisé.",
    RECOVERY_CODES_RENEWED="Les codes de secours d’un compte sont renouvelés.",
    ACCOUNT_OPENED="Un compte est ouvert.",
    ACCOUNT_INVITED="Une personne est invitée à ouvrir un compte.",
    ACCOUNT_ACTIVATED="La personne invitée a activé son compte.",
    ACCOUNT_DISABLED="Un compte est désactivé.",
    ACCOUNT_ENABLED="Un compte est réactivé.",
    ACCOUNT_REVOKED="L’accès d’un compte est retiré.",
    RIGHT_CHANGED="Le droit d’un compte est changé.",
    TOKEN_ISSUED="Un jeton d’accès à l’API est émis.",  # noqa: S106
    TOKEN_REVOKED="Un jeton d’accès à l’API est révoqué.",  # noqa: S106
    TOKEN_END_TOLD="La fin d’un jeton d’accès à l’API est annoncée par courriel.",  # noqa: S106
    ACCESS_DENIED="Une action est refusée, faute de droit.",
    WEBHOOK_CREATED="Un webhook est créé.",
    WEBHOOK_CHANGED="Un webhook est modifié.",
    WEBHOOK_ENABLED="Un webhook est réactivé.",
    WEBHOOK_DISABLED="Un webhook est désactivé, par son propriétaire ou parce que rien n’y arrive plus.",
    WEBHOOK_SECRET_RENEWED="Le secret d’un webhook est renouvelé.",  # noqa: S106
    WEBHOOK_REPLAYED="Les événements d’un webhook sont envoyés de nouveau à partir d’un endroit du fil.",
    WEBHOOK_DELETED="Un webhook est supprimé.",
    DATA_EXPORTED="Des données sont exportées.",
    DATA_PURGED="Des données personnelles sont purgées à la fin de leur durée de conservation.",
    KEYS_ROTATED="Les données chiffrées le sont de nouveau avec la première clé.",
    SANDBOX_RESET="Le bac à sable est remis dans son état initial.",
    NEWS_PUBLISHED="Une actualité est publiée.",
    NEWS_CHANGED="Une actualité est modifiée.",
    NEWS_WITHDRAWN="Une actualité est retirée.",
    NEWS_INFECTED="L’antivirus a trouvé un virus dans la pièce jointe d’une actualité : elle est mise à l’écart.",
    NEWS_DAMAGED="Le contenu de la pièce jointe d’une actualité n’est plus celui qui a été reçu.",
    NEWS_RESTORED="Le contenu de la pièce jointe d’une actualité est de nouveau celui qui a été reçu.",
    COMMENT_TEMPLATE_SAVED="Un modèle de commentaire est enregistré.",
    COMMENT_TEMPLATE_CHANGED="Un modèle de commentaire est modifié.",
    COMMENT_TEMPLATE_WITHDRAWN="Un modèle de commentaire est retiré.",
)
_describe(
    RequestOrder,
    "Ordre d’une liste de demandes, croissant sauf mention contraire.",
    name="FundingRequestOrder",
    UPDATED_AT="Par date de dernière mise à jour.",
    UPDATED_AT_DESC="Par date de dernière mise à jour, la plus récente d’abord.",
    CLOSES_AT="Par échéance de la modification ouverte ; les demandes sans échéance viennent en dernier.",
    CLOSES_AT_DESC="Par échéance, la plus lointaine d’abord ; les demandes sans échéance viennent en dernier.",
    SUBMITTED_ON="Par date de dépôt.",
    SUBMITTED_ON_DESC="Par date de dépôt, la plus récente d’abord.",
)
_describe(
    DossierOrder,
    "Ordre d’une liste de dossiers.",
    NUMBER="Par numéro.",
    TO_MODIFY_FIRST="D’abord ceux dont une demande est « A modifier », puis les autres ; par numéro.",
)
_describe(
    WebhookState,
    "Où en est un webhook.",
    ACTIVE="Il est prévenu de ce qui arrive.",
    DISABLED="Il n’est plus prévenu, et garde sa place : réactivé, il reçoit ce qu’il a manqué.",
    DELETED="Il est supprimé.",
)
_describe(
    DeliveryStatus,
    "Où en est un envoi à un webhook.",
    PENDING="En attente d’un premier essai, d’un nouveau, ou de l’arrivée d’un événement antérieur de sa demande.",
    DELIVERED="Reçu : le destinataire a répondu par un statut 2xx.",
    FAILED="Abandonné : un essai (« ping ») qui n’est pas arrivé.",
)
_describe(
    TravelStop,
    "Jusqu’où avancer le temps d’une modification ; ce qui a lieu en chemin a lieu aussi.",
    REMINDER="La relance (J+10).",
    LAST_DAY="La veille de l’échéance, à la même heure : il reste un jour.",
    EXPIRY="L’échéance (J+20).",
)
