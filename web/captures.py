"""The pictures of the portal's own pages: `make screenshots` takes them, the help page and the README show them."""

from __future__ import annotations

from typing import NamedTuple


class Capture(NamedTuple):
    """How large a picture is, in pixels of a page, and what it shows to who cannot see it."""

    width: int
    height: int
    words: str


# Of what each pixel of a page becomes in the picture.
SCALE = 1.5
DESK, PHONE = 720, 390
CAPTURES = {
    "connexion": Capture(
        DESK,
        600,
        "La page de connexion : les champs « Votre identifiant » et « Votre mot de passe », le bouton Valider.",
    ),
    "accueil": Capture(DESK, 720, "L’accueil : en haut, la demande à modifier avec sa date limite et un bouton."),
    "suivi": Capture(
        DESK,
        900,
        "La page de suivi : le commentaire du gestionnaire, la date limite avec son heure, les jours qui restent, "
        "et le bouton pour modifier la demande.",
    ),
    "modification": Capture(
        DESK,
        400,
        "Les informations éditables : le contact changé est en vert, marqué « Modifié », avec sa valeur d’avant et de "
        "quoi la rétablir.",
    ),
    "pieces": Capture(
        DESK,
        930,
        "Les pièces justificatives : la pièce qui vient d’être ajoutée est marquée « Ajouté » et peut être supprimée ; "
        "dessous, de quoi en déposer une autre.",
    ),
    "verification": Capture(
        DESK, 1300, "La vérification : la donnée avant et après, la pièce ajoutée, puis le bouton Confirmer."
    ),
    "accuse": Capture(
        DESK,
        1000,
        "L’accusé de réception : son numéro, la date et l’heure, ce qui a été changé et les pièces ajoutées.",
    ),
    "historique": Capture(
        DESK, 900, "L’historique : les versions de la demande, ce que chacune a changé, et les courriels envoyés."
    ),
    "abandon": Capture(
        DESK,
        1080,
        "La page « Ne pas modifier » : ce qui va se passer, et la case à cocher sur l’assistance utilisateur.",
    ),
    "modification-telephone": Capture(
        PHONE, 600, "La même page sur un téléphone : le contact changé, en vert, avec sa valeur d’avant."
    ),
}
