"""How a list is written: a row on each line, its columns separated by a tabulation."""

from __future__ import annotations

from datetime import datetime


def instant(value: datetime | None) -> str:
    """ISO 8601, to the second; nothing when there is none."""
    return value.isoformat(timespec="seconds") if value else ""
