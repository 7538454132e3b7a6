"""Sending several requests back with one comment: each by itself, so that none waits for another or fails with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Modification
from models.actors import Actor
from models.errors import Fault, Invalid, Refusal
from models.lifecycle import RequestAction
from models.modifications import ExpectedChange
from resolvers.requests import request_modification, words_to_send
from resolvers.transitions import permit

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one request: its modification, or why there is none."""

    request_id: UUID
    modification: Modification | None = None
    refusal: Refusal | None = None


async def request_modifications(
    actor: Actor,
    request_ids: Sequence[UUID],
    *,
    comment: str = "",
    expected_changes: Sequence[ExpectedChange] = (),
    template_id: UUID | None = None,
    as_of: datetime,
) -> list[Outcome]:
    """Send each of these requests back, in their order, as `request_modification` does with it alone.

    What is wrong with the words is refused before any: nothing is then sent back.
    """
    permit(actor, RequestAction.REQUEST_MODIFICATION)
    if not 1 <= len(request_ids) <= MOST_AT_ONCE:
        raise Invalid(Fault("requestIds", "COUNT", f"Choisissez de 1 à {MOST_AT_ONCE} demandes."))
    comment, expected = await words_to_send(comment, expected_changes, template_id=template_id)
    return [await _outcome(actor, each, comment, expected, as_of) for each in request_ids]


async def _outcome(
    actor: Actor, request_id: UUID, comment: str, expected: Sequence[ExpectedChange], as_of: datetime
) -> Outcome:
    try:
        modification = await request_modification(
            actor, request_id, comment=comment, expected_changes=expected, as_of=as_of
        )
    except Refusal as refusal:
        return Outcome(request_id, refusal=refusal)
    return Outcome(request_id, modification)
