"""A text or a spreadsheet: an archive whose members fit, of that very kind, without macros nor a password."""

import re
from pathlib import Path
from zipfile import ZipFile

from models.probes import archive, marks
from models.probes.outcomes import Outcome

# A protected DOCX or XLSX is no archive but a compound file, which holds this name.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = re.compile(rb"<(?:\w+:)?Override\s[^>]{1,500}>")
_PART_NAME = re.compile(rb"""PartName=["']/([^"']{1,200})["']""")
_OPEN_XML_PARTS = ("[Content_Types].xml", "_rels/.rels")
_OPEN_DOCUMENT_PARTS = ("mimetype", "content.xml", "META-INF/manifest.xml")
_MACROS = ("vbaproject.bin", "vbadata.xml")
_LONGEST_INDEX = 1024 * 1024  # bytes
_PROLOGUE = 64 * 1024  # bytes, in which a part declares its entities


def examine(path: Path, content_type: str) -> Outcome:
    """Is it an office file of that type and nothing else?"""
    with marks.content_of(path) as content:
        if content[:8] == _COMPOUND:
            return Outcome.ENCRYPTED if content.find(_PROTECTED) >= 0 else Outcome.UNREADABLE
        if marks.begins_as_a_pdf(content) or marks.begins_as_a_page(content) or not archive.is_bearable(path):
            return Outcome.UNREADABLE
    with ZipFile(path) as opened:
        archive.check_members(opened)
        if any(member.flag_bits & 0x41 for member in opened.infolist()):
            return Outcome.ENCRYPTED
        archive.unpack(opened, path.stat().st_size)
        return _kind(opened, content_type)


def _kind(opened: ZipFile, content_type: str) -> Outcome:
    if "opendocument" in content_type:
        return _open_document(opened, content_type)
    return _open_xml(opened, content_type)


def _open_xml(opened: ZipFile, content_type: str) -> Outcome:
    names = set(opened.namelist())
    if not names.issuperset(_OPEN_XML_PARTS):
        return Outcome.UNREADABLE
    index = _index(opened, _OPEN_XML_PARTS[0])
    if b"macroenabled" in index.lower() or any(name.lower().endswith(_MACROS) for name in names):
        return Outcome.MACROS
    is_whole = _main_part(index, content_type) in names and not _has_entities(opened)
    return Outcome.ACCEPTED if is_whole else Outcome.UNREADABLE


def _main_part(index: bytes, content_type: str) -> str | None:
    """The member that holds the text or the sheets."""
    for part in _PARTS.findall(index):
        name = _PART_NAME.search(part)
        if name and f"{content_type}.main+xml".encode() in part:
            return name[1].decode()
    return None


def _open_document(opened: ZipFile, content_type: str) -> Outcome:
    first = opened.infolist()[0]
    if first.filename != "mimetype" or first.compress_type or opened.read(first) != content_type.encode():
        return Outcome.UNREADABLE
    names = set(opened.namelist())
    if "encrypted-package" in names or b"encryption-data" in _index(opened, "META-INF/manifest.xml"):
        return Outcome.ENCRYPTED
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        return Outcome.MACROS
    is_whole = names.issuperset(_OPEN_DOCUMENT_PARTS) and not _has_entities(opened)
    return Outcome.ACCEPTED if is_whole else Outcome.UNREADABLE


def _index(opened: ZipFile, name: str, length: int = _LONGEST_INDEX) -> bytes:
    """The beginning of a member, as plain letters even when it is written in two bytes each."""
    with opened.open(name) as member:
        return member.read(length).replace(b"\0", b"")


def _has_entities(opened: ZipFile) -> bool:
    """Does any part declare entities? They have no use there but to swell, or to fetch, when it is opened."""
    parts = (name for name in opened.namelist() if name.lower().endswith((".xml", ".rels")))
    return any(b"<!ENTITY" in _index(opened, name, _PROLOGUE) for name in parts)
