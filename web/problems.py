"""What each HTTP status that we answer with means: a code for programs, a title and sentences for people."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """A code, what happened, and what whoever reads it can do in this very case."""

    code: str
    title: str
    message: str
    advice: str = ""


_BACK = "Revenez à la page précédente, puis réessayez."
_LATER = "Réessayez dans quelques minutes."
_KEPT = "Votre brouillon est conservé tel qu’il a été enregistré en dernier."
_HURRY = f"{_KEPT} Si votre date limite est proche, contactez l’assistance sans attendre."

PROBLEMS = {
    400: Problem("BAD_REQUEST", "Demande illisible", f"Le service n’a pas compris cette demande. {_BACK}"),
    401: Problem("UNAUTHENTICATED", "Identification nécessaire", "Cette adresse demande un jeton d’accès valable."),
    403: Problem(
        "FORBIDDEN",
        "Accès refusé",
        "Votre compte ne permet pas d’accéder à cette page.",
        "Un collègue dont le compte le permet peut agir à votre place, ou changer votre droit dans « Comptes de mes "
        "collègues ».",
    ),
    404: Problem(
        "NOT_FOUND",
        "Page introuvable",
        "Cette page n’existe pas, ou n’est pas accessible avec votre compte.",
        "Si l’adresse vient d’un courriel, ouvrez son lien en entier, avec le compte qui a reçu ce courriel. Si vous "
        "l’avez saisie, vérifiez-la.",
    ),
    405: Problem(
        "METHOD_NOT_ALLOWED",
        "Action impossible",
        "Cette adresse n’accepte pas ce type de demande.",
        "Elle ne s’ouvre pas directement : passez par la page qui y mène.",
    ),
    406: Problem("NOT_ACCEPTABLE", "Format indisponible", "Cette adresse ne répond pas dans le format demandé."),
    408: Problem(
        "TIMEOUT",
        "Envoi interrompu",
        "L’envoi a été interrompu. Vérifiez votre connexion, puis réessayez.",
        "Un fichier qui n’est pas arrivé en entier n’est pas enregistré.",
    ),
    410: Problem(
        "GONE",
        "Document indisponible",
        "Ce document n’est plus disponible.",
        "Son nom, sa taille et son empreinte restent inscrits dans l’historique de la demande.",
    ),
    413: Problem(
        "TOO_LARGE",
        "Envoi trop volumineux",
        "Ce que vous avez envoyé dépasse la taille acceptée.",
        f"Envoyez moins de fichiers à la fois, ou numérisez-les avec une résolution plus faible. {_KEPT}",
    ),
    415: Problem("UNSUPPORTED_MEDIA_TYPE", "Format non accepté", "Le format de cet envoi n’est pas accepté ici."),
    416: Problem("RANGE_NOT_SATISFIABLE", "Partie introuvable", "Ce document est plus court que la partie demandée."),
    422: Problem(
        "UNREADABLE", "Envoi illisible", f"Le service n’a pas pu lire ce que vous avez envoyé. {_BACK}", _KEPT
    ),
    429: Problem(
        "TOO_MANY_REQUESTS",
        "Trop de demandes",
        f"Trop de demandes ont été faites en peu de temps. {_LATER}",
        _KEPT,
    ),
    500: Problem(
        "INTERNAL_ERROR",
        "Une erreur est survenue",
        f"Le service a rencontré un problème, qui a été enregistré. {_LATER}",
        _HURRY,
    ),
    503: Problem("UNAVAILABLE", "Service momentanément indisponible", f"Le service ne répond pas. {_LATER}", _HURRY),
    507: Problem(
        "STORAGE_FULL",
        "Plus de place pour les documents",
        "Le service n’a plus de place pour recevoir des documents : rien n’a été enregistré. Réessayez plus tard.",
        _HURRY,
    ),
}

EXPIRED_PAGE = Problem("FORBIDDEN", "Page expirée", "Cette page a expiré. Rechargez-la : votre brouillon est conservé.")
# Of one document, by what stands against reading it.
REMOVED = PROBLEMS[410]._replace(message="Ce fichier a été supprimé.")
INFECTED = PROBLEMS[410]._replace(
    title="Document mis à l’écart",
    message="Ce document contient un virus : il a été mis à l’écart.",
    advice="Personne ne peut plus l’ouvrir. Pour le remplacer, ajoutez un fichier sain depuis la page de modification, "
    "ou contactez l’assistance.",
)
SCANNING = PROBLEMS[503]._replace(
    title="Analyse antivirus en cours",
    message="L’analyse antivirus de ce document est en cours. Réessayez dans quelques minutes.",
    advice="Vous n’avez rien à faire : le document s’ouvrira dès qu’il aura été jugé sain. Le reste de la demande se "
    "lit et se modifie en attendant.",
)
MISSING = PROBLEMS[500]._replace(
    title="Document introuvable",
    message="Ce document est introuvable dans le stockage du portail. L’anomalie a été enregistrée.",
    advice="Le reste de la demande se lit et se modifie. L’assistance vous dira s’il faut le renvoyer.",
)
ALTERED = MISSING._replace(
    title="Document abîmé",
    message="Ce document est abîmé dans le stockage du portail : il n’est plus celui qui a été reçu. "
    "L’anomalie a été enregistrée.",
)
NO_DEADLINE = PROBLEMS[410]._replace(
    title="Plus d’échéance à noter",
    advice="La date limite n’a plus d’objet : si elle est dans votre agenda, vous pouvez l’en retirer. Le suivi dit où "
    "en est la demande.",
)


def maintenance(words: str) -> Problem:
    """What every address answers while the portal is worked on, in the operator's words."""
    return PROBLEMS[503]._replace(title="Portail en maintenance", message=words)


def known(status: int) -> int:
    """The status to answer with: one of those above."""
    if status in PROBLEMS:
        return status
    return 500 if status >= 500 else 400
