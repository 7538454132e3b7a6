"""One French sentence for each event."""

from types import MappingProxyType

from models import Event
from models.events import EventKind
from models.typography import french, moment

_K = EventKind

_SENTENCES = MappingProxyType(
    {
        _K.REQUEST_IMPORTED: "La demande est déposée.",
        _K.MODIFICATION_REQUESTED: "La demande est renvoyée au fournisseur pour modification{cycle}.",
        _K.COMMENT_SEEN: "Le fournisseur a lu le commentaire du gestionnaire{cycle}.",
        _K.SUPPORT_CONTACT_CHANGED: "Les coordonnées de contact sont changées dans le brouillon{cycle}.",
        _K.ATTACHMENT_ADDED: "La pièce{document} est ajoutée au brouillon{cycle}.",
        _K.ATTACHMENT_REMOVED: "La pièce{document} est supprimée du brouillon{cycle}.",
        _K.ATTACHMENT_INFECTED: "La pièce{document} contient un virus{cycle} : elle est mise à l’écart.",
        _K.ATTACHMENT_DAMAGED: "Le contenu de la pièce{document} n’est plus celui qui a été reçu{cycle}.",
        _K.ATTACHMENT_RESTORED: "Le contenu de la pièce{document} est de nouveau celui qui a été reçu{cycle}.",
        _K.MODIFICATION_REMINDED: "Un rappel est envoyé au fournisseur{cycle}.",
        _K.MODIFICATION_LAST_NOTICE_SENT: "Le dernier avis avant l’échéance est envoyé au fournisseur{cycle}.",
        _K.MODIFICATION_CONFIRMED: "Le fournisseur a confirmé ses modifications{cycle} : la demande est « en cours ».",
        _K.MODIFICATION_SKIPPED: "Le fournisseur a renvoyé sa demande sans la modifier{cycle}.",
        _K.MODIFICATION_EXPIRED: "Le délai de modification est écoulé{cycle} : la demande est « en cours ».",
        _K.MODIFICATION_CANCELLED: "Le gestionnaire a annulé la modification{cycle}.",
        _K.DEADLINE_EXTENDED: "L’échéance de la modification{cycle} est repoussée{until}.",
        _K.SUPPORT_CONTACTED: "Le fournisseur a écrit à l’Assistance.",
        _K.SUPPORT_ANSWERED: "L’Assistance a répondu au fournisseur.",
        _K.REQUEST_VALIDATED: "La demande est validée.",
        _K.REQUEST_REJECTED: "La demande est rejetée.",
        _K.REQUEST_PAID: "La demande est décidée et payée.",
        _K.TIME_TRAVELLED: "Le temps est avancé pour la modification{cycle}, dans ce bac à sable.",
        _K.SIGNED_IN: "Le compte s’est connecté.",
        _K.SIGN_IN_FAILED: "Une connexion a échoué.",
        _K.SIGN_IN_THROTTLED: "Une connexion est refusée après trop de tentatives.",
        _K.SIGNED_OUT: "Le compte s’est déconnecté.",
        _K.SESSION_REVOKED: "Des sessions du compte sont fermées à distance.",
        _K.IDENTIFIER_ASKED: "Un identifiant oublié est demandé par courriel.",
        _K.PASSWORD_RESET_ASKED: "Un lien de réinitialisation du mot de passe est demandé.",
        _K.PASSWORD_RESET: "Le mot de passe est réinitialisé par un lien reçu par courriel.",
        _K.PASSWORD_CHANGED: "Le mot de passe est changé.",
        _K.EMAIL_CHANGE_ASKED: "Une nouvelle adresse électronique est à confirmer.",
        _K.EMAIL_CHANGED: "L’adresse électronique est changée.",
        _K.TOTP_ENABLED: "La double authentification est activée.",
        _K.TOTP_DISABLED: "La double authentification est désactivée.",
        _K.RECOVERY_CODE_USED: "Un code de secours est utilisé.",
        _K.RECOVERY_CODES_RENEWED: "Les codes de secours sont renouvelés.",
        _K.ACCOUNT_OPENED: "Le compte est ouvert.",
        _K.ACCOUNT_INVITED: "La personne est invitée à ouvrir son compte.",
        _K.ACCOUNT_ACTIVATED: "La personne invitée a activé son compte.",
        _K.ACCOUNT_DISABLED: "Le compte est désactivé.",
        _K.ACCOUNT_ENABLED: "Le compte est réactivé.",
        _K.ACCOUNT_REVOKED: "L’accès du compte est retiré.",
        _K.RIGHT_CHANGED: "Le droit du compte est changé.",
        _K.TOKEN_ISSUED: "Le jeton d’accès à l’API{name} est émis.",
        _K.TOKEN_REVOKED: "Le jeton d’accès à l’API{name} est révoqué.",
        _K.TOKEN_END_TOLD: "La fin du jeton d’accès à l’API{name} est annoncée par courriel.",
        _K.ACCESS_DENIED: "Une action est refusée, faute de droit.",
        _K.WEBHOOK_CREATED: "Le webhook{name} est créé.",
        _K.WEBHOOK_CHANGED: "Le webhook{name} est modifié.",
        _K.WEBHOOK_ENABLED: "Le webhook{name} est réactivé.",
        _K.WEBHOOK_DISABLED: "Le webhook{name} est désactivé.",
        _K.WEBHOOK_SECRET_RENEWED: "Le secret du webhook{name} est renouvelé.",
        _K.WEBHOOK_REPLAYED: "Les événements du webhook{name} sont envoyés de nouveau.",
        _K.WEBHOOK_DELETED: "Le webhook{name} est supprimé.",
        _K.DATA_EXPORTED: "Des données sont exportées.",
        _K.DATA_PURGED: "Des données personnelles sont purgées à la fin de leur durée de conservation.",
        _K.KEYS_ROTATED: "Les données chiffrées le sont de nouveau avec la première clé.",
        _K.SANDBOX_RESET: "Le bac à sable est remis dans son état initial.",
        _K.NEWS_PUBLISHED: "L’actualité{title} est publiée.",
        _K.NEWS_CHANGED: "L’actualité{title} est modifiée.",
        _K.NEWS_WITHDRAWN: "L’actualité{title} est retirée.",
        _K.NEWS_INFECTED: "La pièce{document} de l’actualité{title} contient un virus : elle est mise à l’écart.",
        _K.NEWS_DAMAGED: "Le contenu de la pièce{document} de l’actualité{title} n’est plus celui qui a été reçu.",
        _K.NEWS_RESTORED: "Le contenu de la pièce{document} de l’actualité{title} est de nouveau celui qui a été reçu.",
        _K.COMMENT_TEMPLATE_SAVED: "Le modèle de commentaire{title} est enregistré.",
        _K.COMMENT_TEMPLATE_CHANGED: "Le modèle de commentaire{title} est modifié.",
        _K.COMMENT_TEMPLATE_WITHDRAWN: "Le modèle de commentaire{title} est retiré.",
    }
)


def summary_of_expiry(number: int) -> str:
    """That of the end of a delay which nothing has written down yet."""
    return summary_of(Event(kind=_K.MODIFICATION_EXPIRED, payload={"number": number}))


def summary_of(event: Event) -> str:
    """What happened, with what a payload still tells of it: it may have been purged. Never a manager's name."""
    facts = event.payload
    number, document, title, name = (facts.get(each) for each in ("number", "fileName", "title", "name"))
    until = facts.get("after") if event.kind is _K.DEADLINE_EXTENDED else None
    return french(_SENTENCES[event.kind]).format(
        cycle=f" (M{number})" if number is not None else "",
        document=french(" « {} »").format(document) if document else "",
        title=french(" « {} »").format(title) if title else "",
        name=french(" « {} »").format(name) if name else "",
        until=f" au {moment(until)} (heure de Paris)" if until else "",
    )
