"""Names of the files that people send: shown and compared, never used as a path."""

import re

from models.errors import Fault, Invalid
from models.text import excerpt, has_hidden, is_hidden, tidy

MAX_LENGTH = 200
_FOLDERS = re.compile(r"[/\\]")
_LEADING_DOTS = re.compile(r"\A[.\s]+")
_MESSAGES = {
    "REQUIRED": "Le nom du fichier est vide. Attendu : un nom de fichier, par exemple « guide.pdf ».",
    "TOO_LONG": f"Le nom du fichier doit compter {MAX_LENGTH} caractères au plus.",
    "HIDDEN_CHARACTER": "Le nom « {name} » contient un caractère invisible. Renommez le fichier.",
    "UNSAFE_FILE_NAME": "« {name} » n’est pas un simple nom de fichier. Attendu : un nom sans dossier, sans « / » ni "
    "« \\ », qui ne commence pas par un point, par exemple « guide.pdf ».",
}


def check_file_name(text: str, field: str = "fileName") -> str:
    """The name as it is kept, or Invalid: for names that somebody wrote down and must match."""
    name = tidy(text)
    code = _broken_rule(name)
    if code:
        raise Invalid(Fault(field, code, _MESSAGES[code].format(name=excerpt(name))))
    return name


def clean_file_name(text: str) -> str:
    """A name that is safe to keep, whatever a browser sent; a name without fault stays as it is."""
    name = _FOLDERS.split(text[-10 * MAX_LENGTH :])[-1]
    name = "".join(character for character in name if not is_hidden(character))
    return _shortened(tidy(_LEADING_DOTS.sub("", name))) or "document"


def _broken_rule(name: str) -> str | None:
    if not name:
        return "REQUIRED"
    if len(name) > MAX_LENGTH:
        return "TOO_LONG"
    if has_hidden(name):
        return "HIDDEN_CHARACTER"
    return "UNSAFE_FILE_NAME" if name.startswith(".") or _FOLDERS.search(name) else None


def _shortened(name: str) -> str:
    """At most MAX_LENGTH characters, the extension kept."""
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = dot + extension if 0 < len(extension) <= 10 else ""
    return tidy((stem if ending else name)[: MAX_LENGTH - len(ending)]) + ending
