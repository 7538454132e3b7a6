"""What selections come to, added up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """What selections come to: numbers, levels of braces, and points, one for each object that may be returned.

    `paged` are the points of each element of a page, as many times as the page has elements; `top` are the fields
    that are not inside another.
    """

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    depth: int = 0
    points: int = 0
    paged: int = 0
    top: int = 0
    introspects: bool = False

    def __add__(self, other: Size) -> Size:
        return Size(
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
            max(self.depth, other.depth),
            self.points + other.points,
            self.paged + other.paged,
            self.top + other.top,
            self.introspects or other.introspects,
        )


NOTHING = Size()
