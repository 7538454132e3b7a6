"""Which passwords are refused: short ones, and those that somebody who tries common ones would soon find.

No rule on characters: length, and a guess at how long guessing would take (zxcvbn, with its lists of common
passwords, names and keyboard walks), are what counts. The words that stand around an account weigh nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import combining, normalize

from zxcvbn import zxcvbn

from models import Supplier, User
from models.errors import Fault

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256

# Of zxcvbn's five degrees, the first at which even a leaked hash holds against many guesses (ten to the eighth).
_SAFE = 3
# Past it zxcvbn takes too long, and what comes before has decided already.
_LOOKED_AT = 72
_SHORTEST_WORD = 4

_OUR_WORDS = (
    "segur solde portail numerique sante asp agence paiement fournisseur gestionnaire demande dossier financement "
    "avance modification editeur logiciel ministere"
)
# What zxcvbn, made for English, does not know.
_FRENCH_WORDS = (
    "azerty azertyuiop qsdfgh qsdfghjklm wxcvbn aqwzsx motdepasse bonjour soleil chouchou doudou loulou jetaime "
    "marseille paris france bienvenue administrateur secret entreprise janvier fevrier mars avril juin juillet aout "
    "septembre octobre novembre decembre printemps automne hiver vacances chocolat nicolas camille julien thomas"
)


def password_faults(password: str, *about: str) -> list[Fault]:
    """What is wrong with a new password; `about` are the names that stand around its account."""
    if len(password) < SHORTEST_PASSWORD:
        message = f"Le mot de passe doit compter au moins {SHORTEST_PASSWORD} caractères."
        return [Fault("password", "TOO_SHORT", message)]
    if len(password) > LONGEST_PASSWORD:
        message = f"Le mot de passe doit compter au plus {LONGEST_PASSWORD} caractères."
        return [Fault("password", "TOO_LONG", message)]
    if _is_guessable(password, about):
        message = (
            "Ce mot de passe est trop facile à deviner. Évitez les mots et les suites courantes, votre nom, "
            "votre identifiant et le nom de votre société."
        )
        return [Fault("password", "GUESSABLE", message)]
    return []


def words_about(user: User) -> tuple[str, ...]:
    """The names that stand around an account, fetched with its supplier."""
    return (user.identifier, user.email, user.name, *company_names(user.supplier))


def company_names(supplier: Supplier | None) -> tuple[str, ...]:
    """The names of the company that an account is of."""
    return (supplier.legal_name, supplier.siret) if supplier else ()


def _is_guessable(password: str, about: Iterable[str]) -> bool:
    words = [*_words(about), *_OUR_WORDS.split()]
    rest = _plain(password)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return not rest or zxcvbn(rest[:_LOOKED_AT], [*words, *_FRENCH_WORDS.split()])["score"] < _SAFE


def _words(about: Iterable[str]) -> list[str]:
    """Each name whole and in pieces, but for the pieces that any sentence may hold."""
    pieces = [piece for name in map(_plain, about) for piece in (name, *re.split(r"[\W_]+", name))]
    return sorted({piece for piece in pieces if len(piece) >= _SHORTEST_WORD})


def _plain(text: str) -> str:
    """In small letters without accents."""
    return "".join(letter for letter in normalize("NFD", text.casefold()) if not combining(letter))
