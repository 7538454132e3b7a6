"""A PDF: its mark first, its end last, nothing else besides, and it opens without a password."""

import mmap
import re
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from models.probes import marks
from models.probes.outcomes import Outcome

_MAGIC = b"%PDF-"
_END = b"%%EOF"
_TAIL = 2048  # bytes at the end in which the end mark must stand; some software pads after it
_PADDING = re.compile(rb"(?:[\0\t\n\f\r ]|%[^\r\n]*+)*+")


def examine(path: Path, content_type: str) -> Outcome:  # noqa: ARG001 - the one format of this probe
    """Is it a PDF and nothing else, with at least one page, and without a password?"""
    with marks.content_of(path) as content:
        # The mark must come first: a file that is something else before it may be run as that.
        if not _has_both_marks(content) or marks.begins_as_a_page(content) or marks.is_an_archive(content):
            return Outcome.UNREADABLE
    return _opened(path)


def _opened(path: Path) -> Outcome:
    try:
        with PdfReader(path, strict=False) as reader:
            if reader.is_encrypted:
                return Outcome.ENCRYPTED
            return Outcome.ACCEPTED if reader.pages[0].mediabox is not None else Outcome.UNREADABLE
    except (DependencyError, FileNotDecryptedError):  # raised for ciphers that are not even tried
        return Outcome.ENCRYPTED


def _has_both_marks(content: mmap.mmap) -> bool:
    before, mark, after = content[-_TAIL:].rpartition(_END)
    ends = mark and before and _PADDING.fullmatch(after) and not marks.has_markup(after)
    return content[: len(_MAGIC)] == _MAGIC and bool(ends)
