"""What an event keeps, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from models import Event


def facts_of(event: Event) -> Iterator[tuple[str, str]]:
    """Each fact's name and its value: words as they are, several of them after one another, the rest as JSON."""
    for name, value in sorted(event.payload.items()):
        yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)
