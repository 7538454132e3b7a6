"""Is a file what it says it is? Its extension, its declared type and its content must agree, and it must open."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from models import opening, typography
from models.document_formats import DocumentFormat, format_of, labels
from models.document_types import DOCUMENT_TYPES, DocumentType
from models.document_words import EMPTY_FILE, TOO_LARGE, WRONG_FORMAT
from models.errors import Fault
from models.probes.outcomes import Outcome
from models.text import excerpt
from settings import settings

_FIELD = "file"
# As many probes at once, whatever arrives; in threads of their own, so that those that wait hold up nothing else.
_PROBES = ThreadPoolExecutor(4, "probe")
_REFUSED = {
    Outcome.UNREADABLE: (
        "UNREADABLE",
        "« {name} » n’est pas un {format} lisible. Enregistrez-le de nouveau au format {format}, puis réessayez.",
    ),
    Outcome.ENCRYPTED: ("ENCRYPTED", "« {name} » est protégé par un mot de passe."),
    Outcome.TOO_MANY_PIXELS: (
        "TOO_LARGE",
        "« {name} » compte plus de 50 millions de pixels. Réduisez l’image, puis réessayez.",
    ),
    Outcome.MACROS: ("WRONG_FORMAT", "« {name} » contient des macros. Enregistrez-le sans macros, puis réessayez."),
}


async def check_document(
    path: Path, file_name: str, declared: str = "", document_type: DocumentType | None = None
) -> Fault | None:
    """What is wrong with a file, as `document_fault` says it, without holding up anything else."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_PROBES, document_fault, path, file_name, declared, document_type)


def document_fault(
    path: Path, file_name: str, declared: str = "", document_type: DocumentType | None = None
) -> Fault | None:
    """What is wrong with the file at `path` that was sent as `file_name`, None when nothing is.

    `declared` is the Content-Type that came with it. Blocks while it is opened: call it in a thread.
    """
    known = format_of(file_name)
    fault = name_fault(file_name, document_type)
    if fault or known is None:
        return fault
    size = path.stat().st_size
    if size > _limit(document_type):
        return too_large(file_name, size, document_type)
    if not size:
        return _fault("EMPTY_FILE", EMPTY_FILE, file_name)
    if not known.may_be_declared(declared):
        return _wrong_format(file_name, document_type, known=known)
    outcome = opening.outcome_of(known.probe, known.content_type, path)
    return None if outcome is Outcome.ACCEPTED else _fault(*_REFUSED[outcome], file_name, format=known.label)


def name_fault(file_name: str, document_type: DocumentType | None = None, field: str = _FIELD) -> Fault | None:
    """What is wrong with the extension, None when nothing is; without a type, any that some type accepts will do."""
    if any(each.accepts(file_name) for each in _types(document_type)):
        return None
    return _wrong_format(file_name, document_type, field)


def too_large(file_name: str, size: int | None = None, document_type: DocumentType | None = None) -> Fault:
    """The refusal of a file over the limit of its type; without its size, it says only that it is over."""
    limit = typography.size(_limit(document_type))
    shown = typography.size(size) if size else f"plus de {limit}"
    return _fault("TOO_LARGE", TOO_LARGE, file_name, size=shown, limit=limit)


def _limit(document_type: DocumentType | None) -> int:
    """The largest file of that type, in bytes; without a type, of any."""
    return document_type.max_bytes if document_type else settings.max_upload_bytes


def _types(document_type: DocumentType | None) -> tuple[DocumentType, ...]:
    return (document_type,) if document_type else DOCUMENT_TYPES


def _wrong_format(
    file_name: str, document_type: DocumentType | None, field: str = _FIELD, known: DocumentFormat | None = None
) -> Fault:
    accepted = labels(tuple(extension for each in _types(document_type) for extension in each.extensions))
    # A name that is accepted announces a format, which the file is said not to be.
    one = known.label if known else accepted[0] if len(accepted) == 1 else "accepté"
    return _fault("WRONG_FORMAT", WRONG_FORMAT, file_name, field, format=one, formats=", ".join(accepted))


def _fault(code: str, message: str, file_name: str, field: str = _FIELD, **words: str) -> Fault:
    return Fault(field, code, typography.french(message.format(name=excerpt(file_name, 200), **words)))
