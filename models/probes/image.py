"""A picture: it decodes, has a bearable number of pixels, and nothing hides in it."""

import mmap
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from models.probes import marks
from models.probes.outcomes import Outcome

MOST_PIXELS = 50_000_000
_PIECE = 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
Image.preinit()  # before there is a file, not with each
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # for each pixel, by the colour type of a PNG


def examine(path: Path, content_type: str) -> Outcome:
    """Is it a picture of that type and nothing else?"""
    with marks.content_of(path) as content:
        begins = _begins_as_png if content_type == "image/png" else _begins_as_jpeg
        if not begins(content) or _is_something_else(content):
            return Outcome.UNREADABLE
        Image.MAX_IMAGE_PIXELS = None  # Counted here.
        with Image.open(path, formats=(content_type.removeprefix("image/").upper(),)) as image:
            if image.width * image.height > MOST_PIXELS:
                return Outcome.TOO_MANY_PIXELS
            whole = _is_whole_png(content) if content_type == "image/png" else _is_whole_jpeg(image)
    return Outcome.ACCEPTED if whole else Outcome.UNREADABLE


def _is_something_else(content: mmap.mmap) -> bool:
    begins = marks.begins_as_a_pdf(content) or marks.begins_as_a_page(content)
    return begins or marks.is_an_archive(content) or marks.has_markup(content[:])


def _begins_as_png(content: mmap.mmap) -> bool:
    return content[:8] == _PNG and content[12:16] == b"IHDR"


def _begins_as_jpeg(content: mmap.mmap) -> bool:
    """Its mark, and a first block as long as what it holds: one that lies begins a comment for whoever runs scripts."""
    is_jfif = content[:4] == b"\xff\xd8\xff\xe0" and content[6:11] == b"JFIF\0"
    length = int.from_bytes(content[4:6], "big")
    return content[:3] == b"\xff\xd8\xff" and (not is_jfif or length == 16 + 3 * content[18] * content[19])


def _is_whole_jpeg(image: Image.Image) -> bool:
    image.draft(None, (image.width // 8, image.height // 8))  # Every byte is read, few pixels are made.
    image.load()
    return True


def _is_whole_png(content: mmap.mmap) -> bool:
    """Every block is intact, the last ends the file, and the pixels are all there: counted, never kept."""
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    line = 1 + (width * content[24] * _SAMPLES[content[25]] + 7) // 8
    # Interlaced lines take a little more.
    return line * height <= _unpacked(content, at_most=2 * line * height + _PIECE)


def _unpacked(content: mmap.mmap, at_most: int) -> int:
    """How many bytes the pixels take; one that is cut or goes on after its end raises, as one beyond bounds does."""
    unpacking, count = zlib.decompressobj(), 0
    for data in _pixels(content):
        while data and count <= at_most:
            count += len(unpacking.decompress(data, _PIECE))
            data = unpacking.unconsumed_tail
    if count > at_most or not unpacking.eof:
        raise ValueError("not as many pixels as announced")
    return count


def _pixels(content: mmap.mmap) -> Iterator[bytes]:
    """The packed pixels, block by block, each block compared with its checksum."""
    at, name = len(_PNG), b""
    while name != b"IEND":
        length = int.from_bytes(content[at : at + 4], "big")
        block, at = content[at + 4 : at + 8 + length], at + 12 + length
        name = block[:4]
        if at > len(content) or zlib.crc32(block).to_bytes(4, "big") != content[at - 4 : at]:
            raise ValueError("a block is cut or damaged")
        if name == b"IDAT":
            yield block[4:]
    if at != len(content):
        raise ValueError("something follows the end")
