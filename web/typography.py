"""French for the templates: the filters that they use, and the typography of their own source.

The rules are in models/typography.py, which mails share; pages reach them by these filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from models.actors import RIGHT_LABELS, AccountRight
from models.changes import extent as changes_extent
from models.document_formats import labels
from models.lifecycle import STATUS_LABELS, RequestStatus
from models.typography import (
    amount,
    day,
    day_number,
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


def to_the_second(instant: str) -> str:
    """An instant as HTML takes it for machines: more than three digits of a second are none to it."""
    return datetime.fromisoformat(instant).isoformat(timespec="seconds")


def telephone(number: str) -> str:
    """The address that calls a number written for people."""
    return "tel:" + "".join(sign for sign in number if sign.isdecimal() or sign == "+")


def status(value: str) -> str:
    """« A modifier »"""
    return STATUS_LABELS[RequestStatus(value)]


def extent(changes: dict[str, Any]) -> str:
    """« 1 donnée modifiée, 1 pièce ajoutée », of Changes as the schema gives them."""
    return changes_extent(len(changes["fields"]), len(changes["addedAttachments"]))


def formats(extensions: Sequence[str]) -> str:
    """« PDF, JPEG », of the extensions that a field accepts."""
    return ", ".join(labels(tuple(extensions)))


def right(value: str) -> str:
    """« modification »"""
    return RIGHT_LABELS[AccountRight(value)]


FILTERS: dict[str, Callable[..., object]] = {
    "amount": amount,
    "day": day,
    "day_number": day_number,
    "days_left": days_left,
    "deadline": deadline,
    "extent": extent,
    "formats": formats,
    "french": french,
    "hour": hour,
    "long_day": long_day,
    "moment": moment,
    "path": path,
    "quantity": quantity,
    "right": right,
    "room": room,
    "short_moment": short_moment,
    "siret": siret,
    "size": size,
    "status": status,
    "telephone": telephone,
    "to_the_second": to_the_second,
}
TESTS: dict[str, Callable[..., bool]] = {"past": is_past}
