"""Files whose name, declared type and content do not agree."""

from __future__ import annotations

from tests.corpus.cases import DRAWING, PAGE, Case, archive, open_xml
from tests.corpus.images import JPEG, PNG
from tests.corpus.pdfs import GUIDE

CASES = (
    *(
        Case(f"nothing at all, as {name}", name, b"", "EMPTY_FILE")
        for name in ("guide.pdf", "photo.jpg", "capture.png", "note.docx", "tableau.ods")
    ),
    *(
        Case(f"{title} in PDF clothing", "guide.pdf", content, "UNREADABLE", "application/pdf")
        for title, content in {
            "a page": PAGE,
            "a drawing": DRAWING,
            "a program": b"MZ\x90\0" + bytes(2000),
            "a shell script": b"#!/bin/sh\nrm -rf /\n",
            "a text": b"Bonjour",
            "a PNG": PNG,
            "a DOCX": archive(open_xml()),
        }.items()
    ),
    *(
        Case(f"a name that no type accepts, {name}", name, GUIDE, "WRONG_FORMAT", kept=kept)
        for name, kept in {
            "page.html": None,
            "dessin.svg": None,
            "programme.exe": None,
            "guide.pdf.exe": None,
            "guide": None,
            ".pdf": "pdf",
            "note.docm": None,
            "note.doc": None,
            "archive.zip": None,
            "image.gif": None,
            "guide.pdf.": None,
        }.items()
    ),
    Case("a PDF declared as a page", "guide.pdf", GUIDE, "WRONG_FORMAT", "text/html"),
    Case("a PDF declared as a PNG", "guide.pdf", GUIDE, "WRONG_FORMAT", "image/png"),
    Case("a PDF called a PNG", "guide.png", GUIDE, "UNREADABLE"),
    Case("a PNG called a JPEG", "photo.jpg", PNG, "UNREADABLE", "image/jpeg"),
    Case("a JPEG declared as old browsers do", "photo.jpg", JPEG, None, "image/pjpeg"),
    Case("a PDF declared with a parameter", "guide.pdf", GUIDE, None, "application/pdf; charset=binary"),
    Case("a DOCX declared as an archive", "note.docx", archive(open_xml()), None, "application/zip"),
)
