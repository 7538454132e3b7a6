"""One French sentence for each event."""

from types import MappingProxyType

from models import Event
from models.events import EventKind
from models.typography import french

_K = EventKind

_SENTENCES = MappingProxyType(
    {
        _K.REQUEST_IMPORTED: "La demande est déposée.",
        _K.MODIFICATION_REQUESTED: "La demande est renvoyée au fournisseur pour modification{cycle}.",
        _K.COMMENT_SEEN: "Le fournisseur a lu le commentaire du gestionnaire{cycle}.",
        _K.SUPPORT_CONTACT_CHANGED: "Les coordonnées de contact sont changées dans le brouillon{cycle}.",
        _K.ATTACHMENT_ADDED: "Une pièce justificative est ajoutée au brouillon{cycle}.",
        _K.ATTACHMENT_REMOVED: "Une pièce justificative est retirée du brouillon{cycle}.",
        _K.MODIFICATION_REMINDED: "Un rappel est envoyé au fournisseur{cycle}.",
        _K.MODIFICATION_CONFIRMED: "Le fournisseur a confirmé ses modifications{cycle} : la demande est « en cours ».",
        _K.MODIFICATION_SKIPPED: "Le fournisseur a renvoyé sa demande sans la modifier{cycle}.",
        _K.MODIFICATION_EXPIRED: "Le délai de modification est écoulé{cycle} : la demande est « en cours ».",
        _K.MODIFICATION_CANCELLED: "Le gestionnaire a annulé la modification{cycle}.",
        _K.DEADLINE_EXTENDED: "L’échéance de la modification est repoussée{cycle}.",
        _K.SUPPORT_CONTACTED: "Le fournisseur a écrit à l’Assistance.",
        _K.SUPPORT_ANSWERED: "L’Assistance a répondu au fournisseur.",
        _K.REQUEST_VALIDATED: "La demande est validée.",
        _K.REQUEST_REJECTED: "La demande est rejetée.",
        _K.REQUEST_PAID: "La demande est décidée et payée.",
    }
)


def summary_of(event: Event) -> str:
    """What happened, with the cycle that it belongs to; never a manager's name."""
    number = event.payload.get("number")
    return french(_SENTENCES[event.kind].format(cycle=f" (M{number})" if number is not None else ""))
