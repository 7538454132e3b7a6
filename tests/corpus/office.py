"""Texts and spreadsheets that swell, overwrite, run or hide."""

from __future__ import annotations

import io
import struct
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.corpus.cases import (
    OPEN_DOCUMENT,
    PAGE,
    SHEET,
    Case,
    archive,
    content_types,
    open_document,
    open_xml,
    pdf,
)

DOCX = open_xml()
XLSX = open_xml("xl/workbook.xml", SHEET)
ODT = open_document()
ODS = open_document("spreadsheet")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'


def with_a_link() -> bytes:
    """A DOCX of which one member is a symbolic link."""
    buffer = io.BytesIO(archive(DOCX))
    with ZipFile(buffer, "a") as opened:
        link = ZipInfo("word/media/lien")
        link.external_attr = 0o120777 << 16
        opened.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def with_one_member_many_times() -> bytes:
    """A bomb without nesting: every entry of the directory leads to the same packed bytes."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as opened:
        for name, content in DOCX.items():
            opened.writestr(name, content)
        opened.writestr("word/media/a", bytes(1_000_000))
        shared = opened.getinfo("word/media/a")
        for rank in range(400):
            twin = ZipInfo(f"word/media/{rank}")
            for attribute in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(twin, attribute, getattr(shared, attribute))
            opened.filelist.append(twin)
            opened.NameToInfo[twin.filename] = twin
    return buffer.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same archive, whose members say that they need a password."""
    marked = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(mark)
        while at >= 0:
            marked[at + place] |= 1
            at = marked.find(mark, at + 4)
    return bytes(marked)


def damaged(content: bytes, name: bytes) -> bytes:
    """The same archive, one byte of a member changed."""
    at = content.index(name) + len(name) + 3
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def claiming(content: bytes, members: int) -> bytes:
    """The same archive, whose end announces so many members."""
    return content[:-14] + struct.pack("<HH", members, members) + content[-10:]


HONEST = {"note.docx": DOCX, "tableau.xlsx": XLSX, "note.odt": ODT, "tableau.ods": ODS}
BAD = {
    "a plain archive": archive({"virus.exe": b"MZ"}),
    "a spreadsheet": archive(XLSX),
    "an OpenDocument text": archive(ODT),
    "an old Word file": COMPOUND,
    "only the mark": b"PK\x03\x04",
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "cut": archive(DOCX)[:-40],
    "damaged": damaged(archive(DOCX), b"word/document.xml"),
    "without its text": archive({name: DOCX[name] for name in ("[Content_Types].xml", "_rels/.rels")}),
    "a text of another name than it says": archive(DOCX | {"[Content_Types].xml": content_types("autre.xml", SHEET)}),
    "a bomb": archive(DOCX | {"word/media/a": bytes(110_000_000)}),
    "a bomb of many members": archive(DOCX | {f"word/media/{rank}": bytes(1_000_000) for rank in range(15)}),
    "a bomb without nesting": with_one_member_many_times(),
    "ten thousand members": archive(DOCX | {f"word/media/{rank}": b"" for rank in range(10_000)}),
    "members that the end does not count": claiming(archive(DOCX), 0xFFFF),
    "a member above its folder": archive(DOCX | {"../../etc/cron.d/a": b"* * * * * root true"}),
    "a member from the root": archive(DOCX | {"/etc/passwd": b"root"}),
    "a member with a drive": archive(DOCX | {"C:\\boot.ini": b"a"}),
    "a member that names a direction mark": archive(DOCX | {"word/\u202egpj.exe": b"MZ"}),
    "a member twice, but for its capitals": archive(DOCX | {"WORD/document.xml": b"<a/>"}),
    "a symbolic link": with_a_link(),
    "entities": archive(DOCX | {"word/document.xml": ENTITIES}),
    "entities in two-byte letters": archive(DOCX | {"word/document.xml": ENTITIES.decode().encode("utf-16")}),
    "a comment at its end": archive(DOCX, comment=PAGE),
    "a page after it": archive(DOCX) + PAGE,
    "a program before it": b"MZ\x90\0" + archive(DOCX),
    "a PDF in its first member": archive({"a.pdf": pdf()} | DOCX),
    "a page in its first member": archive({"a.html": PAGE} | DOCX),
}
BAD_TEXTS = {
    "its kind packed": archive({"content.xml": b"<a/>"} | ODT),
    "another kind": archive(ODT | {"mimetype": f"{OPEN_DOCUMENT}presentation".encode()}),
    "without its content": archive({name: ODT[name] for name in ("mimetype", "META-INF/manifest.xml")}),
}
MACROS = {
    "note.docx": archive(DOCX | {"word/vbaProject.bin": b"a"}),
    "tableau.xlsx": archive(XLSX | {"[Content_Types].xml": XLSX["[Content_Types].xml"] + b"<!-- macroEnabled -->"}),
    "note.odt": archive(ODT | {"Basic/Standard/Module1.xml": b"<a/>"}),
}
PROTECTED = {
    "note.docx": COMPOUND + "EncryptedPackage".encode("utf-16-le") + bytes(400),
    "tableau.xlsx": encrypted(archive(XLSX)),
    "note.odt": archive(ODT | {"META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
}

CASES = (
    *(Case(f"office, honest {name}", name, archive(members), None) for name, members in HONEST.items()),
    *(Case(f"DOCX, {title}", "note.docx", content, "UNREADABLE") for title, content in BAD.items()),
    *(Case(f"ODT, {title}", "note.odt", content, "UNREADABLE") for title, content in BAD_TEXTS.items()),
    *(Case(f"macros in {name}", name, content, "WRONG_FORMAT") for name, content in MACROS.items()),
    *(Case(f"password on {name}", name, content, "ENCRYPTED") for name, content in PROTECTED.items()),
)
