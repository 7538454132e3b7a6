"""PDFs that are none, that are something else too, or that were made to harm whoever opens them."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

from tests.corpus.cases import DRAWING, PAGE, SCRIPT, Case, archive, pdf

EXAMPLES = Path(__file__).parents[1] / "examples"
GUIDE = (EXAMPLES / "pieces" / "guide-pdf-au-depot.pdf").read_bytes()
AES = (EXAMPLES / "password-aes-256.pdf").read_bytes()
NOISE = random.Random(7).randbytes(50_000)  # noqa: S311 - the same in every run


def with_a_stream(dictionary: bytes, stream: bytes) -> bytes:
    """A PDF whose table of contents is that stream, as compact PDFs have it."""
    body = b"%PDF-1.7\n1 0 obj\n<<" + dictionary + b"/Length %d>>\nstream\n" % len(stream) + stream
    return body + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


TABLE = b"/Type/XRef/W[1 9 9]/Size 99999999/Root 1 0 R/Filter/FlateDecode"
BOMB = with_a_stream(TABLE, zlib.compress(bytes(100_000_000), 1))
TWICE_PACKED = zlib.compress(zlib.compress(bytes(100_000_000), 1), 9)
ZIP = archive({"a.class": b"\xca\xfe\xba\xbe" + bytes(50)})

HONEST = {
    "several pages": pdf(pages=3),
    "spaces after the end": GUIDE + b"\n\n  \n",
    "zeros after the end": GUIDE + bytes(500),
    "a comment after the end": GUIDE + b"% note\n",
    "another line end": GUIDE.replace(b"\n", b"\r\n"),
    "a script of its own, that no browser of ours runs": pdf(script="app.alert('executed')"),
}
BROKEN = {
    "one zero byte": b"\0",
    "one letter": b"%",
    "only the mark": b"%PDF-",
    "only both marks": b"%PDF-1.7\n%%EOF",
    "cut in the middle": GUIDE[: len(GUIDE) // 2],
    "cut before the end": GUIDE[:-8],
    "no page": pdf(pages=0),
    "no catalogue": GUIDE.replace(b"/Catalog", b"/Bonjour").replace(b"/Pages 2 0 R", b""),
    "pages that hold themselves": GUIDE.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "noise between the marks": b"%PDF-1.7\n" + NOISE + b"\n%%EOF",
    "two hundred thousand lists in each other": b"%PDF-1.7\n1 0 obj\n"
    + b"[" * 200_000
    + b"\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "a table of contents that is a bomb": BOMB,
    "a bomb in a bomb": with_a_stream(TABLE.replace(b"/FlateDecode", b"[/FlateDecode/FlateDecode]"), TWICE_PACKED),
    "objects in one place": b"%PDF-1.7\n" + b"1 0 obj\nendobj\n" * 200_000 + b"startxref\n9\n%%EOF",
    "a table that leads to itself": b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Prev 9/Root 1 0 R>>\n"
    b"startxref\n9\n%%EOF",
}
MIXED = {
    "a script before it": SCRIPT + b"\n" + GUIDE,
    "a line before it": b"\n" + GUIDE,
    "a program before it": b"MZ\x90\0" + GUIDE,
    "an archive before it": ZIP + GUIDE,
    "an archive after it": GUIDE + ZIP,
    "an archive after it, and the end again": GUIDE + ZIP + b"\n%%EOF\n",
    "an archive in a comment": GUIDE.replace(b"\n", b"\n%" + ZIP + b"\n", 1),
    "a RAR after it": GUIDE + b"Rar!\x1a\x07\x01\0" + bytes(100) + b"\n%%EOF",
    "a page in its first comment": GUIDE.replace(b"\n", b"\n%" + PAGE + b"\n", 1),
    "a drawing in its first comment": GUIDE.replace(b"\n", b"\n%" + DRAWING + b"\n", 1),
    "a page after it": GUIDE + PAGE,
    "a page in a comment after it": GUIDE + b"%" + PAGE,
    "PHP in its first comment": GUIDE.replace(b"\n", b"\n%<?php system($_GET[0]); ?>\n", 1),
}
PROTECTED = {
    "password to open": pdf(password="secret"),
    "password to print": pdf(password=""),
    "a stronger cipher": AES,
}

CASES = (
    *(Case(f"PDF, {title}", "guide.pdf", content, None, "application/pdf") for title, content in HONEST.items()),
    *(Case(f"PDF, {title}", "guide.pdf", content, "UNREADABLE") for title, content in (BROKEN | MIXED).items()),
    *(Case(f"PDF, {title}", "guide.pdf", content, "ENCRYPTED") for title, content in PROTECTED.items()),
)
