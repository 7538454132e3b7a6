"""What each HTTP status that we answer with means: a code for programs, a title and a sentence for people."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    code: str
    title: str
    message: str


_BACK = "Revenez à la page précédente, puis réessayez."
_LATER = "Réessayez dans quelques minutes."

PROBLEMS = {
    400: Problem("BAD_REQUEST", "Demande illisible", f"Le service n'a pas compris cette demande. {_BACK}"),
    401: Problem("UNAUTHENTICATED", "Identification nécessaire", "Cette adresse demande un jeton d'accès valable."),
    403: Problem("FORBIDDEN", "Accès refusé", "Votre compte ne permet pas d'accéder à cette page."),
    404: Problem(
        "NOT_FOUND", "Page introuvable", "Cette page n'existe pas, ou n'est pas accessible avec votre compte."
    ),
    405: Problem("METHOD_NOT_ALLOWED", "Action impossible", "Cette adresse n'accepte pas ce type de demande."),
    406: Problem("NOT_ACCEPTABLE", "Format indisponible", "Cette adresse ne répond pas dans le format demandé."),
    408: Problem("TIMEOUT", "Envoi interrompu", "L'envoi a été interrompu. Vérifiez votre connexion, puis réessayez."),
    410: Problem("GONE", "Document indisponible", "Ce document n'est plus disponible."),
    413: Problem("TOO_LARGE", "Envoi trop volumineux", "Ce que vous avez envoyé dépasse la taille acceptée."),
    415: Problem("UNSUPPORTED_MEDIA_TYPE", "Format non accepté", "Le format de cet envoi n'est pas accepté ici."),
    416: Problem("RANGE_NOT_SATISFIABLE", "Partie introuvable", "Ce document est plus court que la partie demandée."),
    422: Problem("UNREADABLE", "Envoi illisible", f"Le service n'a pas pu lire ce que vous avez envoyé. {_BACK}"),
    429: Problem("TOO_MANY_REQUESTS", "Trop de demandes", f"Trop de demandes ont été faites en peu de temps. {_LATER}"),
    500: Problem(
        "INTERNAL_ERROR",
        "Une erreur est survenue",
        f"Le service a rencontré un problème, qui a été enregistré. {_LATER}",
    ),
    503: Problem("UNAVAILABLE", "Service momentanément indisponible", f"Le service ne répond pas. {_LATER}"),
    507: Problem(
        "STORAGE_FULL",
        "Plus de place pour les documents",
        "Le service n'a plus de place pour recevoir des documents : rien n'a été enregistré. Réessayez plus tard.",
    ),
}


def known(status: int) -> int:
    """The status to answer with: one of those above."""
    if status in PROBLEMS:
        return status
    return 500 if status >= 500 else 400
