"""The managers' journal: everything that was done, by whom and from where; nobody else reads a line of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.expressions import Q

from models import FundingRequest, User
from models.actors import Actor, Origin
from models.events import EventKind
from resolvers.events import purge_events, record_account
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, make_supplier, make_user, send_back
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

JOURNAL = """query ($first: Int, $after: String, $filter: JournalFilter) {
  journal(first: $first, after: $after, filter: $filter) {
    nodes {
      number at kind summary actor { role name } account { name } request { dossier { number } }
      address requestNumber facts { name value } purgedAt
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
ORIGIN = Origin("192.0.2.1", "12AB-34CD")


class Story:
    """A request sent back by a manager, a supplier's account that signed in, and a stranger who did not get in."""

    request: FundingRequest
    user: User
    manager: User

    async def tell(self) -> Story:
        supplier = await make_supplier(siret="79256844600019")
        self.user, self.manager = await make_user(supplier), await make_user(None)
        self.request = await make_request(supplier, number="FINSAS000777")
        await send_back(self.request)
        actor = replace(self.user.actor, origin=ORIGIN)
        at = NOW + timedelta(hours=1)
        await record_account(EventKind.SIGNED_IN, user=self.user, actor=actor, at=at, agent="Firefox")
        doer = self.manager.actor
        await record_account(EventKind.RIGHT_CHANGED, user=self.user, actor=doer, at=at, before="READ", after="EDIT")
        await record_account(EventKind.SIGN_IN_FAILED, user=None, actor=doer, at=NOW + timedelta(days=2))
        return self


@pytest.fixture
async def story() -> Story:
    return await Story().tell()


async def journal(actor: Actor, **wanted: Any) -> Any:
    return (await data(actor, JOURNAL, **wanted))["journal"]


async def kinds(**wanted: Any) -> list[str]:
    return [node["kind"] for node in (await journal(MANAGER, filter=wanted))["nodes"]]


async def test_a_manager_reads_who_did_what_and_from_where(story: Story) -> None:
    nodes = (await journal(MANAGER))["nodes"]
    assert [node["kind"] for node in nodes] == [
        "SIGN_IN_FAILED",
        "RIGHT_CHANGED",
        "SIGNED_IN",
        "MODIFICATION_REQUESTED",
    ]
    signed_in = nodes[2]
    assert signed_in["actor"] == {"role": "SUPPLIER", "name": story.user.name}
    assert signed_in["account"] == {"name": story.user.name}
    assert (signed_in["address"], signed_in["requestNumber"]) == ("192.0.2.1", "12AB-34CD")
    assert signed_in["facts"] == [{"name": "agent", "value": "Firefox"}]
    assert nodes[1]["facts"] == [{"name": "after", "value": "EDIT"}, {"name": "before", "value": "READ"}]
    assert nodes[3]["request"] == {"dossier": {"number": "FINSAS000777"}}


async def test_nobody_else_reads_a_line(story: Story) -> None:
    for actor in (story.user.actor, READER):
        assert (await journal(actor))["nodes"] == []
        own = node_id("Account", story.user.id)
        assert (await journal(actor, filter={"accountId": own}))["nodes"] == []


async def test_by_account_it_tells_what_that_one_did_and_what_was_done_to_it(story: Story) -> None:
    assert await kinds(accountId=node_id("Account", story.manager.id)) == ["SIGN_IN_FAILED", "RIGHT_CHANGED"]
    assert await kinds(accountId=node_id("Account", story.user.id)) == ["RIGHT_CHANGED", "SIGNED_IN"]


@pytest.mark.parametrize("unknown", ["", "x", node_id("Supplier", UUID(int=1)), node_id("Account", UUID(int=1))])
async def test_an_account_that_there_is_not_has_done_nothing(story: Story, unknown: str) -> None:
    assert await kinds(accountId=unknown) == []


async def test_by_supplier_it_tells_of_its_requests_and_its_accounts(story: Story) -> None:
    await make_user(await make_supplier())
    assert await kinds(siret="79256844600019") == ["RIGHT_CHANGED", "SIGNED_IN", "MODIFICATION_REQUESTED"]
    assert await kinds(siret="00000000000000") == []


async def test_by_dossier_kind_and_period(story: Story) -> None:
    assert await kinds(dossierNumber="FINSAS000777") == ["MODIFICATION_REQUESTED"]
    assert await kinds(kinds=["SIGNED_IN", "SIGN_IN_FAILED"]) == ["SIGN_IN_FAILED", "SIGNED_IN"]
    day = timedelta(days=1)
    assert await kinds(since=(NOW + day).isoformat()) == ["SIGN_IN_FAILED"]
    assert await kinds(until=(NOW + timedelta(minutes=1)).isoformat()) == ["MODIFICATION_REQUESTED"]


async def test_it_is_read_page_by_page_in_a_number_of_statements_that_does_not_grow(story: Story) -> None:
    page = await journal(MANAGER, first=3)
    rest = await journal(MANAGER, first=3, after=page["pageInfo"]["endCursor"])
    assert len({node["number"] for node in page["nodes"] + rest["nodes"]}) == 4
    assert not rest["pageInfo"]["hasNextPage"]
    with statements() as few:
        await journal(MANAGER, first=1)
    with statements() as many:
        await journal(MANAGER, first=4)
    assert len(many) <= len(few) + 1  # the requests, which the first page of one has none of


async def test_what_is_purged_still_has_its_line(story: Story) -> None:
    await purge_events(Q(user_id=story.user.id), as_of=NOW + timedelta(days=400))
    [line] = (await journal(MANAGER, filter={"kinds": ["SIGNED_IN"]}))["nodes"]
    assert (line["facts"], line["address"], line["actor"]["name"]) == ([], None, "")
    assert line["purgedAt"]
