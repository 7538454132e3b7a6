"""The demo: each state of the pages in a dossier of its own, an account for each way of seeing it (docs/demo.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Dossier
from models.actors import Actor
from models.deadlines import paris_day
from resolvers.demo import endings, stories
from resolvers.demo.accounts import (
    EDITOR,
    GUIDE_ACCOUNT,
    MANAGER,
    OTHER_ACCOUNT,
    READER,
    invite_colleague,
    open_account,
    open_newcomer,
    open_token,
)
from resolvers.demo.news import announce
from resolvers.demo.requests import GUIDE_NUMBER, file_advance, file_balance, file_guide_request
from resolvers.demo.scene import Passes, Scene, Story
from resolvers.demo.templates import keep_at_hand
from resolvers.demo.webhooks import be_told
from resolvers.integrity import verify_due
from resolvers.requests import mark_paid, validate_request

STORIES: dict[str, Story] = {
    "FINSAS008601": stories.reminded,
    "FINSAS008602": stories.last_day,
    "FINSAS008603": stories.draft_waiting,
    "FINSAS008604": endings.confirmed_twice,
    "FINSAS008605": endings.declined,
    "FINSAS008606": endings.expired,
    "FINSAS008607": endings.validated,
    "FINSAS008608": endings.rejected,
    "FINSAS008609": endings.untouched,
    "FINSAS008611": endings.cancelled,
    "FINSAS008612": stories.advance_sent_back,
    "FINSAS008613": endings.paid,
    "FINSAS008614": stories.infected_draft,
    "FINSAS008615": stories.extended,
    "FINSAS008616": endings.asked,
    "FINSAS008617": endings.infected_since,
    "FINSAS008618": stories.last_minutes,
}
COLLEAGUES: dict[str, Story] = {"FINSAS008610": stories.colleague_at_work}
WITH_AN_ADVANCE = {"FINSAS008604", "FINSAS008607", "FINSAS008613"}
ADVANCE_ALONE = {"FINSAS008612"}
WITHOUT_DOCUMENTS = {"FINSAS008616"}


@dataclass(frozen=True)
class Demo:
    """What there is to try; the token's secret only when it has just been issued."""

    created: list[str]
    token: str | None


async def load(as_of: datetime, live: Passes) -> Demo:
    """Make what the demo lacks, with a worker's passes in between; what is there stays as its visitors left it."""
    guide, other, manager = [await open_account(each, as_of) for each in (GUIDE_ACCOUNT, OTHER_ACCOUNT, MANAGER)]
    created = await _guide_dossier(guide, manager, as_of, live)
    for number, story in STORIES.items():
        created += await _other_dossier(number, story, other, manager, as_of, live)
    # They came to the company since: what was sent before was not sent to them.
    editor, _ = [await open_account(each, as_of, since=timedelta(days=12)) for each in (EDITOR, READER)]
    for number, story in COLLEAGUES.items():
        created += await _other_dossier(number, story, editor, manager, as_of, live)
    await invite_colleague(other, as_of, live)
    await open_newcomer(as_of)
    await announce(manager, as_of)
    await keep_at_hand(manager, as_of)
    await be_told(other, as_of)
    # A worker would have compared them over the years that they seem to have been here.
    await verify_due(as_of)
    return Demo(created, await open_token(as_of))


async def _guide_dossier(supplier: Actor, manager: Actor, as_of: datetime, live: Passes) -> list[str]:
    if await Dossier.exists(number=GUIDE_NUMBER):
        return []
    request = await file_guide_request(supplier)
    await stories.guide_example(Scene(request, supplier, manager, as_of, live))
    return [GUIDE_NUMBER]


async def _other_dossier(
    number: str, story: Story, supplier: Actor, manager: Actor, as_of: datetime, live: Passes
) -> list[str]:
    if await Dossier.exists(number=number):
        return []
    if number in WITH_AN_ADVANCE:
        await _paid_advance(number, supplier, manager, as_of, live)
    day = paris_day(as_of) - timedelta(days=120)
    if number in ADVANCE_ALONE:
        request = await file_advance(supplier, number, day)
    else:
        request = await file_balance(supplier, number, day, with_documents=number not in WITHOUT_DOCUMENTS)
    await story(Scene(request, supplier, manager, as_of, live))
    return [number]


async def _paid_advance(number: str, supplier: Actor, manager: Actor, as_of: datetime, live: Passes) -> None:
    request = await file_advance(supplier, number, paris_day(as_of) - timedelta(days=300))
    validated_at = as_of - timedelta(days=280)
    await validate_request(manager, request.id, as_of=validated_at)
    await live(validated_at)
    await mark_paid(manager, request.id, as_of=as_of - timedelta(days=270))
