"""The archive that an office file is: members that fit, counted as they are unpacked and never kept."""

import stat
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MOST_MEMBERS = 5_000
MOST_UNPACKED = 100 * 1024 * 1024  # bytes
_RATIO_WATCHED_FROM = 10 * 1024 * 1024  # bytes unpacked; less harms nobody
_HIGHEST_RATIO = 100
_LONGEST_DIRECTORY = MOST_MEMBERS * 512  # bytes
_LONGEST_NAME = 255
_LOCAL_HEADER = 30  # bytes, at least
_END_RECORD = 22  # bytes
_PIECE = 256 * 1024


def is_bearable(path: Path) -> bool:
    """Does an archive begin and end this file, with a directory that may be read without harm?"""
    with path.open("rb") as file:
        starts = file.read(4) == b"PK\x03\x04"
        file.seek(-_END_RECORD, SEEK_END)
        end = file.read()
    count, size = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    # A comment would stand after the end: there, anything could hide.
    closes = end[:4] == b"PK\x05\x06" and end[20:] == b"\0\0"
    return starts and closes and 0 < count <= MOST_MEMBERS and size <= _LONGEST_DIRECTORY


def check_members(archive: ZipFile) -> None:
    """Raise unless every member has a harmless name, a usual packing and a place of its own."""
    members = archive.infolist()
    names = {member.filename.lower() for member in members}
    if len(names) != len(members) or not all(map(_is_ordinary, members)):
        raise BadZipFile("an odd member")
    placed = sorted(members, key=lambda member: member.header_offset)
    ends = [*(member.header_offset for member in placed[1:]), archive.start_dir]
    if placed[0].header_offset or any(_end(member) > end for member, end in zip(placed, ends, strict=True)):
        raise BadZipFile("members on top of each other")


def _end(member: ZipInfo) -> int:
    return member.header_offset + _LOCAL_HEADER + member.compress_size


def _is_ordinary(member: ZipInfo) -> bool:
    name = member.orig_filename
    steps = name.removesuffix("/").split("/")
    return (
        len(name) <= _LONGEST_NAME
        and name.isprintable()
        and not any(step in {"", ".", ".."} for step in steps)
        and not any(mark in name for mark in "\\:")
        and not stat.S_ISLNK(member.external_attr >> 16)
        and member.compress_type in {ZIP_STORED, ZIP_DEFLATED}
    )


def unpack(archive: ZipFile, size: int) -> None:
    """Read every member to its end; raise when one is damaged, or when they grow beyond bounds."""
    count = 0
    for member in archive.infolist():
        for piece in _pieces(archive, member):
            count += len(piece)
            if count > MOST_UNPACKED or (count > _RATIO_WATCHED_FROM and count > _HIGHEST_RATIO * size):
                raise BadZipFile("a bomb")


def _pieces(archive: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as content:
        while piece := content.read(_PIECE):
            yield piece
