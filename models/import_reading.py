"""Reads an import document and names every fault at once, those of the files that it names included.

`examine` reads whatever can be read, `check_files` compares with the files that were given, and the use case
refuses with both lists together.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.document_types import DocumentType, document_type
from models.documents import name_fault
from models.errors import Fault, Invalid
from models.file_names import check_file_name
from models.import_document import ImportDocument
from models.import_json import ROOT, parse_json, path_of
from models.import_words import message_of
from models.text import excerpt, tidy
from settings import settings

_MOST_FAULTS = 500  # beyond, the answer would outgrow the document that it is about


@dataclass(frozen=True)
class NamedFile:
    """A file that the document names, with its JSON path; the type is None when it cannot be told."""

    path: str
    file_name: str
    document_type: DocumentType | None


@dataclass(frozen=True)
class Reading:
    """What could be read of a document: `document` when it has no fault, the files that it names in any case."""

    document: ImportDocument | None
    faults: tuple[Fault, ...]
    files: tuple[NamedFile, ...]


def examine(text: str, today: date | None = None) -> Reading:
    """Everything that can be said of the text alone; a deposit after `today` (in Paris) is a fault."""
    try:
        value, faults = parse_json(text)
    except Invalid as refusal:
        return Reading(None, refusal.faults, ())
    document = None
    try:
        document = ImportDocument.model_validate(value, context={"today": today})
    except ValidationError as error:
        faults += map(_fault, error.errors(include_url=False))
    files = _named_files(value)
    faults += _list_faults(files)
    return Reading(None if faults else document, tuple(_bounded(faults)), files)


def check_files(files: Sequence[NamedFile], given: Collection[str]) -> list[Fault]:
    """What is wrong between the files named and the names of the files given: each was checked when it was received."""
    names = set(map(tidy, given))
    named = {file.file_name: file for file in reversed(files)}
    absent = [_absent(file) for file in reversed(named.values()) if file.file_name not in names]
    return absent + [_extra(name) for name in sorted(names - named.keys())]


def _fault(error: ErrorDetails) -> Fault:
    code, message = message_of(error)
    path = ROOT
    for part in error["loc"]:
        path = path_of(path, part)
    return Fault(path, code, message)


def _named_files(value: object) -> tuple[NamedFile, ...]:
    """The files that can be told from the raw value, even when all the rest is wrong."""
    pieces = value.get("pieces") if isinstance(value, dict) else None
    files = []
    for index, piece in enumerate(pieces if isinstance(pieces, list) else []):
        name = _safe_name(piece.get("fichier")) if isinstance(piece, dict) else None
        if name:
            code = piece.get("type")
            known = document_type(tidy(code)) if isinstance(code, str) else None
            files.append(NamedFile(f"$.pieces[{index}].fichier", name, known))
    return tuple(files)


def _safe_name(value: object) -> str | None:
    try:
        return check_file_name(value) if isinstance(value, str) else None
    except Invalid:
        return None


def _list_faults(files: tuple[NamedFile, ...]) -> list[Fault]:
    """What no piece shows on its own: too many, the same twice, a name that does not suit the type."""
    most = settings.max_files_at_once
    faults = [] if len(files) <= most else [_too_many(len(files), most)]
    seen: set[str] = set()
    for file in files:
        if file.file_name in seen:
            faults.append(_repeated(file))
        elif fault := name_fault(file.file_name, file.document_type, file.path):
            faults.append(fault)
        seen.add(file.file_name)
    return faults


def _too_many(count: int, most: int) -> Fault:
    return Fault("$.pieces", "TOO_MANY", f"Le document nomme {count} pièces. Attendu : {most} au plus.")


def _repeated(file: NamedFile) -> Fault:
    message = f"« {excerpt(file.file_name)} » est nommé plusieurs fois. Attendu : chaque fichier une seule fois."
    return Fault(file.path, "DUPLICATE_FILE", message)


def _absent(file: NamedFile) -> Fault:
    message = f"« {excerpt(file.file_name)} » est nommé et n’est pas fourni. Attendu : ce fichier avec le document."
    return Fault(file.path, "MISSING_FILE", message)


def _extra(name: str) -> Fault:
    message = f"« {excerpt(name)} » est fourni et n’est pas nommé. Attendu : une pièce qui le nomme, avec son type."
    return Fault("$.pieces", "EXTRA_FILE", message)


def _bounded(faults: list[Fault]) -> list[Fault]:
    more = len(faults) - _MOST_FAULTS
    if more <= 0:
        return faults
    last = Fault(ROOT, "TOO_MANY_FAULTS", f"Le document a encore {more} autres fautes. Corrigez d’abord celles-ci.")
    return [*faults[:_MOST_FAULTS], last]
