"""Telling an account's owner by mail that what opens it, or how far it goes, has changed: nobody does it unseen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from models import User
from models.actors import RIGHT_LABELS, AccountRight, Actor, Role
from models.colleagues import is_own
from models.emails import EmailKind
from models.events import EventKind
from models.typography import french
from resolvers import links
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import render

_THIEF = (
    "Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe avec « J’ai oublié mon mot de passe »,"
    " puis prévenez l’assistance utilisateur."
)
# The link came by mail: whoever used it may read the next one as well.
_READER = (
    "Si ce n’était pas vous, changez d’abord le mot de passe de votre messagerie. Choisissez ensuite un nouveau mot de"
    " passe avec « J’ai oublié mon mot de passe », puis prévenez l’assistance utilisateur."
)
# A new password does not take a stranger's generator off.
_GENERATOR = (
    "Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe avec « J’ai oublié mon mot de passe » et"
    " prévenez l’assistance utilisateur, qui fera retirer cette double authentification."
)
_SURPRISED = "Si vous ne vous y attendiez pas, prévenez l’assistance utilisateur."


@dataclass(frozen=True)
class _Words:
    """The mail's subject, what happened, what follows from it, and what to do when it is not welcome."""

    about: str
    happened: str
    follows: str
    advice: str


_CLOSED = _Words(
    "Votre compte a été fermé",
    "l’accès au portail a été fermé",
    "Ce compte ne permet plus de se connecter, et toutes ses sessions ont pris fin.",
    _SURPRISED,
)
_WORDS = {
    EventKind.PASSWORD_RESET: _Words(
        "Votre mot de passe a été réinitialisé",
        "le mot de passe a été réinitialisé avec le lien reçu par courriel",
        "Toutes les sessions ouvertes avec ce compte sont fermées.",
        _READER,
    ),
    EventKind.TOTP_ENABLED: _Words(
        "La double authentification de votre compte est activée",
        "la double authentification a été activée",
        "Chaque connexion demande désormais un code après le mot de passe.",
        _GENERATOR,
    ),
    EventKind.TOTP_DISABLED: _Words(
        "La double authentification de votre compte est retirée",
        "la double authentification a été retirée",
        "Les codes de l’application et les codes de secours ne servent plus.",
        _THIEF,
    ),
    EventKind.RECOVERY_CODE_USED: _Words(
        "Un code de secours de votre compte a servi",
        "un code de secours a servi à se connecter",
        "Il ne servira plus ; de nouveaux codes s’obtiennent dans « Mon compte ».",
        _THIEF,
    ),
    EventKind.RECOVERY_CODES_RENEWED: _Words(
        "Les codes de secours de votre compte sont renouvelés",
        "de nouveaux codes de secours ont été créés",
        "Les précédents ne servent plus.",
        _THIEF,
    ),
    EventKind.RIGHT_CHANGED: _Words(
        "Le droit de votre compte a changé",
        "le droit « {before} » a été changé en « {after} »",
        "Toutes les sessions ouvertes avec ce compte sont fermées.",
        _SURPRISED,
    ),
    EventKind.ACCOUNT_REVOKED: _CLOSED,
    EventKind.ACCOUNT_DISABLED: _CLOSED,
    EventKind.ACCOUNT_ENABLED: _Words(
        "Votre compte a été rouvert",
        "l’accès au portail a été rouvert",
        "Ce compte permet de nouveau de se connecter, avec le mot de passe qu’il avait.",
        _SURPRISED,
    ),
}


async def tell_owner(kind: EventKind, user: User, actor: Actor, at: datetime, **rights: AccountRight) -> None:
    """Mail to the account's address what was just written down, in the same transaction."""
    # Somebody invited has no password yet, and no account to lose: they are told nothing.
    if not user.password_hash:
        return
    facts = {name: french(words) for name, words in asdict(_WORDS[kind]).items()}
    facts["happened"] = facts["happened"].format(**{name: RIGHT_LABELS[right] for name, right in rights.items()})
    letter = render(
        EmailKind.ACCOUNT_CHANGED,
        at=at,
        identifier=user.identifier,
        by=_by(actor, user),
        sign_in_link=links.sign_in(),
        help_link=links.help_page(),
        **facts,
    )
    await outgoing(EmailKind.ACCOUNT_CHANGED, letter, user.email, at).save()


def _by(actor: Actor, user: User) -> str | None:
    """Whose doing it is when it is not the owner's; names, which people choose themselves, are for the journal."""
    if is_own(actor, user):
        return None
    return {Role.MANAGER: "un gestionnaire de l’ASP", Role.SYSTEM: "l’exploitant du portail"}.get(
        actor.role, "un collègue"
    )
