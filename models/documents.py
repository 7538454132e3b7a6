"""Is a file what it says it is? Its extension, its size, its first and last bytes, and whether it opens."""

import subprocess
import sys
from pathlib import Path

from models import pdf_probe, typography
from models.document_types import DOCUMENT_TYPES, DocumentType
from models.errors import Fault
from models.text import excerpt
from settings import settings

_FIELD = "file"
_MAGIC = b"%PDF-"
_END = b"%%EOF"
_TAIL = 2048  # bytes at the end in which the end mark must stand; some software pads after it
_PROBE_SECONDS = 20  # of wall clock; the probe limits its own processor time well below
_MESSAGES = {
    "WRONG_FORMAT": "« {name} » n'est pas un fichier {formats}. Formats acceptés : {formats}.",
    "EMPTY_FILE": "« {name} » est vide.",
    "TOO_LARGE": "« {name} » pèse {size}. La taille maximale est de {limit}.",
    "UNREADABLE": "« {name} » n'est pas un PDF lisible. Enregistrez-le de nouveau au format PDF, puis réessayez.",
    "ENCRYPTED": "« {name} » est protégé par un mot de passe.",
}


def document_fault(path: Path, file_name: str) -> Fault | None:
    """What is wrong with the file at `path` that was sent as `file_name`, None when nothing is.

    Blocks for some tenths of a second: call it in a thread.
    """
    if fault := name_fault(file_name):
        return fault
    size = path.stat().st_size
    if size > settings.max_upload_bytes:
        return too_large(file_name, size)
    code = _broken_rule(path, size)
    return Fault(_FIELD, code, _MESSAGES[code].format(name=excerpt(file_name, 200))) if code else None


def name_fault(file_name: str, document_type: DocumentType | None = None, field: str = _FIELD) -> Fault | None:
    """What is wrong with the extension, None when nothing is; without a type, any that some type accepts will do."""
    types = (document_type,) if document_type else DOCUMENT_TYPES
    if any(each.accepts(file_name) for each in types):
        return None
    formats = " ou ".join(dict.fromkeys(each.formats for each in types))
    sentence = _MESSAGES["WRONG_FORMAT"].format(name=excerpt(file_name, 200), formats=formats)
    return Fault(field, "WRONG_FORMAT", sentence)


def too_large(file_name: str, size: int | None = None) -> Fault:
    """The refusal of a file over the limit; without its size, it says only that it is over."""
    limit = typography.size(settings.max_upload_bytes)
    shown = typography.size(size) if size else f"plus de {limit}"
    sentence = _MESSAGES["TOO_LARGE"].format(name=excerpt(file_name, 200), size=shown, limit=limit)
    return Fault(_FIELD, "TOO_LARGE", sentence)


def _broken_rule(path: Path, size: int) -> str | None:
    if not size:
        return "EMPTY_FILE"
    # The mark must come first: a file that is something else before it may be run as that.
    if not _has_marks(path, size):
        return "UNREADABLE"
    return {pdf_probe.READABLE: None, pdf_probe.ENCRYPTED: "ENCRYPTED"}.get(_probe(path), "UNREADABLE")


def _has_marks(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        starts = file.read(len(_MAGIC)) == _MAGIC
        file.seek(max(0, size - _TAIL))
        return starts and _END in file.read(_TAIL)


def _probe(path: Path) -> int:
    command = [sys.executable, "-I", pdf_probe.__file__, str(path.absolute())]
    try:
        return subprocess.run(command, capture_output=True, timeout=_PROBE_SECONDS, check=False).returncode  # noqa: S603
    except subprocess.TimeoutExpired:
        return pdf_probe.UNREADABLE
