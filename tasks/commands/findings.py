"""What was looked at and found well, or in need of somebody."""

from __future__ import annotations

from dataclasses import dataclass

from models.typography import quantity

PATIENCE = 10.0  # seconds that each thing asked may take
DAY, HOUR = 86400.0, 3600.0  # seconds


@dataclass(frozen=True)
class Finding:
    """One thing looked at, and whether it is well or needs somebody."""

    well: bool
    sentence: str


def duration(seconds: float) -> str:
    """How long, in the largest unit that says something."""
    for unit, name in ((DAY, "jour"), (HOUR, "heure"), (60, "minute")):
        if seconds >= unit:
            return quantity(int(seconds // unit), name)
    return quantity(max(0, int(seconds)), "seconde")


def words_of(error: Exception) -> str:
    """What an error says, at least its name."""
    return str(error) or type(error).__name__
