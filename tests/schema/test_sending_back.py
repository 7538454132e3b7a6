"""Sending several requests back with one comment: each has its own outcome, and none stands in another's way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models import CommentTemplate, Email, FundingRequest, Modification
from models.actors import Actor
from models.lifecycle import RequestStatus
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, make_supplier, make_user, send_back, supplier_of
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

SEND = """mutation Send($input: RequestModificationsInput!) {
  requestModifications(input: $input) {
    __typename
    ... on RequestModificationsSuccess { outcomes { ...Outcome } }
    ... on RequestModificationsIncomplete { message sentBack refused outcomes { ...Outcome } }
    ... on Error { message }
    ... on ValidationError { fieldErrors { field code message } }
  }
}
fragment Outcome on RequestModificationOutcome {
  requestId
  request { dossier { number } status }
  result {
    __typename
    ... on RequestModificationSuccess { modification { id comment expectedChanges { field } request { status } } }
    ... on Error { message }
    ... on ValidationError { fieldErrors { code } }
    ... on ActionNotAllowedError { status availableActions }
  }
}"""


async def send(actor: Actor, *requests: FundingRequest | str, comment: str = "À corriger", **others: Any) -> Any:
    ids = [each if isinstance(each, str) else node_id("FundingRequest", each.id) for each in requests]
    return (await data(actor, SEND, input={"requestIds": ids, "comment": comment} | others))["requestModifications"]


async def test_every_request_is_sent_back_with_its_own_mail() -> None:
    supplier = await make_supplier()
    await make_user(supplier)
    requests = [await make_request(), await make_request(supplier), await make_request(supplier)]
    answer = await send(MANAGER, *requests, expectedChanges=[{"field": "SUPPORT_CONTACT"}])
    assert answer["__typename"] == "RequestModificationsSuccess"
    numbers = [outcome["request"]["dossier"]["number"] for outcome in answer["outcomes"]]
    assert numbers == [request.dossier.number for request in requests]
    for outcome in answer["outcomes"]:
        assert outcome["request"]["status"] == "TO_MODIFY"
        modification = outcome["result"]["modification"]
        assert (modification["comment"], modification["request"]["status"]) == ("À corriger", "TO_MODIFY")
        assert modification["expectedChanges"] == [{"field": "SUPPORT_CONTACT"}]
    assert sorted(str(email.request_id) for email in await Email.all()) == sorted(str(each.id) for each in requests)


async def test_what_cannot_be_sent_back_says_why_and_the_others_are() -> None:
    fine, paid, sent = await make_request(), await make_request(status=RequestStatus.PAID), await make_request()
    await send_back(sent, comment="Autre chose")
    alone = await make_request(await make_supplier())
    answer = await send(MANAGER, paid, fine, "inconnue", sent, alone)
    assert answer["__typename"] == "RequestModificationsIncomplete"
    assert (answer["sentBack"], answer["refused"]) == (1, 4)
    assert answer["message"] == "4 demandes sur 5 ne sont pas renvoyées\u00a0: lisez pourquoi."
    told = [outcome["result"] for outcome in answer["outcomes"]]
    assert [each["__typename"] for each in told] == [
        "ActionNotAllowedError",
        "RequestModificationSuccess",
        "NotFoundError",
        "ActionNotAllowedError",
        "ValidationError",
    ]
    assert told[0]["status"] == "PAID"
    assert told[4]["fieldErrors"] == [{"code": "NO_RECIPIENT"}]
    assert answer["outcomes"][2] == {"requestId": "inconnue", "request": None, "result": told[2]}
    assert await Modification.all().count() == 2


async def test_asked_twice_it_answers_the_same_and_no_second_mail_leaves() -> None:
    requests = [await make_request() for _ in range(3)]
    first, *others = await asyncio.gather(*(send(MANAGER, *requests) for _ in range(3)))
    assert first["__typename"] == "RequestModificationsSuccess"
    assert others == [first] * 2
    assert await Modification.all().count() == await Email.all().count() == 3


async def test_a_request_named_twice_is_one() -> None:
    request = await make_request()
    answer = await send(MANAGER, request, request)
    assert len(answer["outcomes"]) == 1


async def test_words_that_cannot_be_said_send_nothing_back() -> None:
    request = await make_request()
    for comment, others in (
        ("", {}),
        ("x", {"expectedChanges": [{"documentType": "?"}]}),
        ("", {"commentTemplateId": "?"}),
    ):
        refused = await send(MANAGER, request, comment=comment, **others)
        assert refused["__typename"] == "ValidationError"
    for requests in ([], [f"demande {number}" for number in range(101)]):
        refused = await send(MANAGER, *requests)
        assert refused["fieldErrors"] == [
            {"field": "requestIds", "code": "COUNT", "message": "Choisissez de 1 à 100 demandes."}
        ]
    assert await Modification.all().count() == 0


async def test_a_template_gives_what_is_left_empty() -> None:
    ticked = [{"field": "SUPPORT_CONTACT", "documentType": None}]
    kept = await CommentTemplate.create(
        title="t", text="Le modèle", expected=ticked, created_at=NOW, created_by=MANAGER.author
    )
    template = node_id("CommentTemplate", kept.id)
    answer = await send(MANAGER, await make_request(), comment="", commentTemplateId=template)
    [outcome] = answer["outcomes"]
    assert outcome["result"]["modification"]["comment"] == "Le modèle"
    assert outcome["result"]["modification"]["expectedChanges"] == [{"field": "SUPPORT_CONTACT"}]


async def test_nobody_else_sends_anything_back() -> None:
    request = await make_request()
    for actor in (READER, await supplier_of(request)):
        assert (await send(actor, request))["__typename"] == "PermissionDeniedError"
    assert await Modification.all().count() == 0


async def test_reading_the_outcomes_costs_the_same_for_many() -> None:
    async def cost(count: int) -> int:
        requests = [await make_request() for _ in range(count)]
        await send(MANAGER, *requests)
        with statements() as one:
            await send(MANAGER, requests[0])
        with statements() as all_of_them:
            await send(MANAGER, *requests)
        return len(all_of_them) - count * len(one)

    # A request that stands as asked costs what it does alone, less what is read of all outcomes together.
    assert await cost(4) < await cost(2) < 0
