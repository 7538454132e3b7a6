"""Pictures that are cut, enormous, or something else too."""

from __future__ import annotations

import struct
import zlib

from tests.corpus.cases import DRAWING, PAGE, SCRIPT, Case, archive, picture
from tests.corpus.pdfs import GUIDE

PNG = picture("PNG")
JPEG = picture("JPEG")
GIF = picture("GIF")
ZIP = archive({"a.class": b"\xca\xfe\xba\xbe" + bytes(50)})


def block(name: bytes, data: bytes) -> bytes:
    """One block of a PNG, with its length and its checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, pixels: bytes, *others: bytes, interlaced: bool = False) -> bytes:
    """A grey PNG that announces so many pixels and holds those."""
    head = block(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlaced))
    packed = block(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(others) + packed + block(b"IEND", b"")


def with_a_comment(comment: bytes) -> bytes:
    """A JPEG with a comment at its beginning."""
    return JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + JPEG[2:]


# Its first block is said to be as long as « /* » reads, so that the rest becomes a script's comment.
AS_A_SCRIPT = JPEG[:4] + b"/*" + JPEG[6:20] + bytes(0x2F2A - 16) + JPEG[20:] + b"*/=document.title='executed'/*"

HONEST = {
    "capture.png": [
        ("plain", PNG),
        ("interlaced", png(8, 8, bytes(79), interlaced=True)),
        ("grey", png(3, 2, bytes(8))),
    ],
    "photo.JPG": [("plain", JPEG), ("progressive", picture("JPEG", (40, 30), progressive=True))],
    "photo.jpeg": [
        ("what a phone adds after its end", JPEG + b"SEFH" + bytes(400)),
        ("what chance writes in a photograph", JPEG + bytes(2000) + b"<SVG\x8f<hTmL\x91<?php\xff<body-"),
    ],
}
BAD = {
    "capture.png": [
        ("only the mark", b"\x89PNG\r\n\x1a\n"),
        ("cut", PNG[:-20]),
        ("without its end", PNG[:-12]),
        ("damaged", PNG.replace(b"IDAT", b"IDAT\1", 1)),
        ("fewer pixels than announced", png(1000, 1000, bytes(1000))),
        ("more pixels than announced", png(10, 10, bytes(5_000_000))),
        ("an archive after it", PNG + ZIP),
        ("an archive in a block", png(3, 2, bytes(8), block(b"teSt", ZIP))),
        ("a PDF in a block", png(3, 2, bytes(8), block(b"teSt", GUIDE[:900]))),
        ("a script in a block", png(3, 2, bytes(8), block(b"tEXt", b"Comment\0" + SCRIPT))),
        ("a page after it", PNG + PAGE),
        ("a JPEG", JPEG),
        ("a drawing", DRAWING),
        ("a GIF that is an archive too", GIF + ZIP),
    ],
    "photo.jpg": [
        ("only the mark", b"\xff\xd8\xff"),
        ("cut", JPEG[: len(JPEG) // 2]),
        ("an archive after it", JPEG + ZIP),
        ("a RAR after it", JPEG + b"Rar!\x1a\x07\0" + bytes(100)),
        ("a script in its comment", with_a_comment(SCRIPT)),
        ("PHP in its comment", with_a_comment(b"<?php phpinfo(); ?>")),
        ("a PDF in its comment", with_a_comment(GUIDE[:900])),
        ("a page after it", JPEG + PAGE),
        ("a drawing in its comment", with_a_comment(DRAWING)),
        ("a script, read from its first byte", AS_A_SCRIPT),
        ("a PNG", PNG),
        ("a GIF that is an archive too", GIF + ZIP),
    ],
}
ENORMOUS = {
    "capture.png": png(60_000, 60_000, bytes(1000)),
    "photo.jpg": JPEG.replace(b"\0\x08\0\x08", b"\xff\xff\xff\xff", 1),
}

CASES = (
    *(Case(f"honest {name}, {title}", name, content, None) for name, each in HONEST.items() for title, content in each),
    *(Case(f"{name}, {title}", name, content, "UNREADABLE") for name, each in BAD.items() for title, content in each),
    *(Case(f"{name}, of billions of pixels", name, content, "TOO_LARGE") for name, content in ENORMOUS.items()),
)
