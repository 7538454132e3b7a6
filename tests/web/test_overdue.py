"""Past the deadline, with no worker anywhere: every page says « en cours », and looking writes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models import Email, FundingRequest, Modification, Session
from models.emails import EmailKind
from models.lifecycle import RequestStatus
from resolvers.deadlines import expire_due
from tests.schema.asking import statements
from tests.tampering import without_guards
from tests.web.conftest import Clock
from tests.web.scene import Scene
from tests.web.test_statements import PAGES

# A session says when it was last used: that is all that looking may write.
_WRITES = re.compile(r"(?i)(insert|update|delete|replace)\b(?!.*\bsession\b)")


@pytest.fixture
async def overdue(scene: Scene, clock: Clock) -> Scene:
    """The scene a day after its deadline."""
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    clock.now = scene.modification.closes_at + timedelta(days=1)
    await Session.all().update(seen_at=clock.now, expires_at=clock.now + timedelta(hours=1))
    return scene


@pytest.mark.parametrize("page", [page for name, page in PAGES.items() if name != "version"])
async def test_every_page_says_what_it_will_say_once_a_worker_has_run_and_writes_nothing(
    overdue: Scene, clock: Clock, page: str
) -> None:
    path = page.format(path=overdue.path)
    with statements() as ran:
        before = await overdue.visit.open(path)
    assert [statement for statement in ran if _WRITES.match(statement)] == []
    assert (await Modification.get(id=overdue.modification.id)).outcome is None
    assert (await FundingRequest.get(id=overdue.request.id)).status is RequestStatus.TO_MODIFY
    assert await expire_due(clock.now) == 1
    # Only these come with the settling: its mail, and its line in the history.
    await Email.filter(kind=EmailKind.MODIFICATION_EXPIRED).delete()
    await without_guards("DELETE FROM event WHERE kind = 'MODIFICATION_EXPIRED'")
    after = await overdue.visit.open(path)
    assert (before.text, before.links) == (after.text, after.links)
