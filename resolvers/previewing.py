"""What sending a request back would write to its supplier, for the manager to read before: nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Event, Modification
from models.actors import Actor
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import RequestAction
from models.modifications import ExpectedChange
from resolvers import enclosures
from resolvers.mail import letter_about
from resolvers.mail.rendering import Letter
from resolvers.requests import new_cycle, who_is_told, words_to_send
from resolvers.transitions import guard, permit
from resolvers.visibility import get_request

_KIND = EmailKind.MODIFICATION_REQUESTED


@dataclass(frozen=True)
class Preview:
    """The mail as it would leave at that instant, to whom, with which file, and the cycle that it would announce."""

    letter: Letter
    recipients: list[str]
    file_name: str
    modification: Modification


async def preview_modification(
    actor: Actor,
    request_id: UUID,
    *,
    comment: str,
    expected_changes: Sequence[ExpectedChange] = (),
    template_id: UUID | None = None,
    as_of: datetime,
) -> Preview:
    """The mail of `request_modification` with the same values, refused for the same reasons."""
    request = await get_request(actor, request_id)
    permit(actor, RequestAction.REQUEST_MODIFICATION)
    comment, expected = await words_to_send(comment, expected_changes, request.kind, template_id)
    guard(actor, request, RequestAction.REQUEST_MODIFICATION, as_of)
    people = await who_is_told(request)
    modification = await new_cycle(request, actor, comment, expected, as_of)
    event = Event(kind=EventKind.MODIFICATION_REQUESTED, at=as_of, actor=actor.author, payload={})
    letter = await letter_about(_KIND, event, request, modification=modification, as_of=as_of)
    file_name = enclosures.file_name(enclosures.ENCLOSED[_KIND], modification, request)
    return Preview(letter, [person.email for person in people], file_name, modification)
