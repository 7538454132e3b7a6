"""French typography for the templates: the filters that they use, and their own source.

The rules are in models/typography.py, which mails share; pages reach them by these filters.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from models.typography import (
    amount,
    day,
    days_left,
    deadline,
    french,
    hour,
    is_past,
    long_day,
    moment,
    quantity,
    room,
    short_moment,
    siret,
    size,
)
from resolvers.mail.rendering import French as French


def path(url: str) -> str:
    """The path of an absolute address of ours, so that a page's links stay on its own host."""
    return urlsplit(url).path


FILTERS: dict[str, Callable[..., object]] = {
    "amount": amount,
    "day": day,
    "days_left": days_left,
    "deadline": deadline,
    "french": french,
    "hour": hour,
    "long_day": long_day,
    "moment": moment,
    "path": path,
    "quantity": quantity,
    "room": room,
    "short_moment": short_moment,
    "siret": siret,
    "size": size,
}
TESTS: dict[str, Callable[..., bool]] = {"past": is_past}
