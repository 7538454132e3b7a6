"""What leaves the portal and comes back: sealed for one purpose and until an end, for nobody to read or to change.

Most of it is the end of a link that is mailed.
"""

from __future__ import annotations

import json
from datetime import datetime

from models.database import canonical_json
from models.sealing import Unreadable, seal, unseal


def sealed(purpose: str, *, ends_at: datetime, **facts: str) -> str:
    """What the link ends with: good for `purpose` alone, until `ends_at`."""
    # The sign that fills the last group is left out: mail programs take it for the end of a sentence.
    return sealed_whole(purpose, ends_at=ends_at, **facts).rstrip("=")


def sealed_whole(purpose: str, *, ends_at: datetime, **facts: str) -> str:
    """The same for what is kept or stands in a form: as every other sealed value."""
    return seal(canonical_json(facts | {"purpose": purpose, "ends": ends_at.isoformat()}))


def opened(purpose: str, link: str, *, as_of: datetime) -> dict[str, str] | None:
    """What was sealed in the link; None when it is forged, for something else, or over."""
    try:
        facts: dict[str, str] = json.loads(unseal(link + "=" * (-len(link) % 4)))
    except (Unreadable, ValueError):
        return None
    if facts.get("purpose") != purpose or datetime.fromisoformat(facts["ends"]) <= as_of:
        return None
    return facts
