"""What betrays a file that is two things at once: a document to us, something else to whoever opens it."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Browsers guess a type from about as many bytes, and PDF readers look for their mark in as many.
_HEAD = 1024
_TAGS = tuple(
    b"<" + name for name in (b"!doctype", b"html", b"head", b"body", b"script", b"iframe", b"object", b"?php")
)
_ENDS_OF_TAGS = frozenset(b" \t\r\n\f/>")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_END_OF_ZIP = b"PK\x05\x06"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_END_LENGTH = 22
_LONGEST_COMMENT = 65_535


@contextmanager
def content_of(path: Path) -> Iterator[mmap.mmap]:
    """The bytes of a file that is not empty, read as they are asked for."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def begins_as_a_page(content: mmap.mmap) -> bool:
    """Is there markup where a browser would look for it?"""
    head = content[:_HEAD]
    return has_markup(head) or b"<svg" in head.lower()


def has_markup(data: bytes) -> bool:
    """Does a tag of a page or a script stand in it? Whole tags: shorter marks stand in many a photograph by chance."""
    lowered = data.lower()
    return any(_stands_in(lowered, tag) for tag in _TAGS)


def _stands_in(lowered: bytes, tag: bytes) -> bool:
    at = lowered.find(tag)
    while at >= 0:
        if _ENDS_OF_TAGS.intersection(lowered[at + len(tag) : at + len(tag) + 1]):
            return True
        at = lowered.find(tag, at + 1)
    return False


def begins_as_a_pdf(content: mmap.mmap) -> bool:
    """Would a PDF reader open it?"""
    return b"%PDF-" in content[:_HEAD]


def is_an_archive(content: mmap.mmap) -> bool:
    """Would a ZIP, RAR or 7z program open it, whatever stands before?"""
    return _has_a_zip(content) or any(content.find(mark) >= 0 for mark in _ARCHIVES)


def _has_a_zip(content: mmap.mmap) -> bool:
    earliest = max(0, len(content) - _LONGEST_COMMENT - _END_LENGTH)
    at = content.rfind(_END_OF_ZIP, earliest)
    while at >= 0:
        directory = at - int.from_bytes(content[at + 12 : at + 16], "little")
        if 0 <= directory < at and content[directory : directory + 4] == _DIRECTORY_ENTRY:
            return True
        at = content.rfind(_END_OF_ZIP, earliest, at)
    return False
