"""What part of a document is asked for, and whether the asker has it already (RFC 9110, 13 and 14)."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

# More digits than any size has are no range at all.
_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


def has_it(headers: Headers, etag: str) -> bool:
    """Does the asker hold this very content?"""
    held = [tag.strip().removeprefix("W/") for line in headers.getlist("if-none-match") for tag in line.split(",")]
    return etag in held or held == ["*"]


def asked_part(headers: Headers, size: int, etag: str) -> range | None:
    """The bytes asked for; none: all of them, as for several ranges at once or a range of something older.

    Raises 416 for what lies beyond the end.
    """
    match = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if match is None or headers.get("if-range", etag).strip() != etag:
        return None
    first, last = match.groups()
    if not (first or last) or (first and last and int(last) < int(first)):
        return None
    part = range(int(first), min(int(last or size) + 1, size)) if first else range(max(size - int(last), 0), size)
    if not part:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    return part
