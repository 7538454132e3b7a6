"""Reads JSON without indulgence: a text becomes plain values and the list of what JSON lets through and we do not."""

import json
import re
from collections import Counter

from models.errors import Fault, Invalid
from models.text import excerpt, has_hidden

MAX_LENGTH = 100_000
ROOT = "$"
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXPECTED = {
    "Expecting property name": "une clé entre guillemets est attendue",
    "Expecting ',' delimiter": "une virgule ou une fermeture est attendue",
    "Expecting ':' delimiter": "deux-points sont attendus après la clé",
    "Expecting value": "une valeur est attendue",
    "Illegal trailing comma": "une valeur est attendue après la virgule",
    "Unterminated string": "un texte n’est pas fermé par un guillemet",
    "Invalid control character": "un texte contient un retour à la ligne ou un caractère de commande",
    "Invalid \\": "une barre oblique inverse n’est pas suivie d’un caractère permis",
    "Extra data": "du texte suit la fin du document",
}


class _Object(dict[str, object]):
    """A JSON object that remembers the keys that it was given twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        counts = Counter(key for key, _ in pairs) if len(self) < len(pairs) else {}
        self.repeated = [key for key, count in counts.items() if count > 1]


def parse_json(text: str) -> tuple[object, list[Fault]]:
    """The value of the text, and its keys that are given twice or hidden; Invalid when it is not JSON at all."""
    if len(text) > MAX_LENGTH:
        raise _unreadable("TOO_LONG", f"Le document compte {len(text)} caractères. Attendu : {MAX_LENGTH} au plus.")
    try:
        value = json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_Object, parse_int=float, parse_constant=float
        )
    except json.JSONDecodeError as error:
        raise _unreadable("INVALID_JSON", _syntax(error)) from None
    except RecursionError:
        message = "Le document est trop imbriqué. Attendu : trois niveaux au plus."
        raise _unreadable("INVALID_JSON", message) from None
    return value, _key_faults(value)


def path_of(parent: str, part: str | int) -> str:
    """The JSON path of a key or an index: `$.pieces[0].fichier`."""
    if isinstance(part, int):
        return f"{parent}[{part}]"
    return f"{parent}.{part}" if _PLAIN_KEY.fullmatch(part) and len(part) <= 60 else f"{parent}['{excerpt(part)}']"


def _unreadable(code: str, message: str) -> Invalid:
    return Invalid(Fault(ROOT, code, message))


def _syntax(error: json.JSONDecodeError) -> str:
    expected = next((text for start, text in _EXPECTED.items() if error.msg.startswith(start)), "la syntaxe est fausse")
    return f"Le document n’est pas du JSON : ligne {error.lineno}, colonne {error.colno}, {expected}."


def _key_faults(value: object) -> list[Fault]:
    """Walks without recursion, as deep as the text goes."""
    faults: list[Fault] = []
    waiting: list[tuple[str, object]] = [(ROOT, value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, _Object):
            faults += [_repeated(path, key) for key in each.repeated]
            faults += _without_hidden_keys(path, each)
            waiting += [(path_of(path, key), inner) for key, inner in each.items()]
        elif isinstance(each, list):
            waiting += [(path_of(path, index), inner) for index, inner in enumerate(each)]
    return faults


def _without_hidden_keys(path: str, found: _Object) -> list[Fault]:
    """Takes them away: no field has such a name, and half a surrogate pair in one would stop all further checks."""
    hidden = [key for key in found if has_hidden(key)]
    for key in hidden:
        del found[key]
    return [_hidden(path, key) for key in hidden]


def _repeated(path: str, key: str) -> Fault:
    message = f"La clé « {excerpt(key)} » est donnée plusieurs fois. Attendu : une seule fois."
    return Fault(path_of(path, key), "DUPLICATE_KEY", message)


def _hidden(path: str, key: str) -> Fault:
    message = f"La clé « {excerpt(key)} » contient un caractère invisible. Attendu : une clé du modèle."
    return Fault(path_of(path, key), "UNKNOWN_KEY", message)
