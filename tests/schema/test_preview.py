"""The mail that sending back will send, read before it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from models import Email, Event, FundingRequest, Modification, User
from models.actors import Actor
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, send_back, supplier_of
from tests.schema.asking import act, data

PREVIEW = """
query Preview($input: RequestModificationInput!) {
  modificationPreview(input: $input) {
    __typename
    ... on ModificationPreview { subject text html recipients attachmentName remindsAt closesAt }
    ... on Error { message }
    ... on ValidationError { fieldErrors { field code message } }
  }
}"""
CHANGES = [{"field": "SUPPORT_CONTACT"}, {"documentType": "AUTRE_S"}]

pytestmark = pytest.mark.usefixtures("db")


async def preview(actor: Actor, request: FundingRequest, comment: str = "test modif", **given: Any) -> Any:
    asked = {"requestId": node_id("FundingRequest", request.id), "comment": comment, **given}
    return (await data(actor, PREVIEW, input=asked))["modificationPreview"]


async def test_the_preview_is_word_for_word_the_mail_that_then_leaves() -> None:
    request = await make_request()
    shown = await preview(MANAGER, request, comment=" Corrigez <b>tout</b> ", expectedChanges=CHANGES)
    assert shown["__typename"] == "ModificationPreview"
    given: dict[str, Any] = {"comment": " Corrigez <b>tout</b> ", "expectedChanges": CHANGES}
    sent = await act(
        MANAGER,
        "requestModification",
        "modification { remindsAt closesAt }",
        requestId=node_id("FundingRequest", request.id),
        **given,
    )
    email = await Email.get()
    assert (shown["subject"], shown["text"], shown["html"]) == (email.subject, email.text, email.html)
    assert shown["recipients"] == [email.recipient]
    assert shown["attachmentName"] in email.text
    assert {name: shown[name] for name in ("remindsAt", "closesAt")} == sent["modification"]


async def test_the_preview_of_a_second_cycle_names_its_own_deadline() -> None:
    request = await make_request()
    before = await send_back(request)
    assert before.closes_at > NOW
    later = before.closes_at
    asked = {"requestId": node_id("FundingRequest", request.id), "comment": "Encore"}
    shown = (await data(MANAGER, PREVIEW, as_of=later, input=asked))["modificationPreview"]
    # The expiry that no worker has written yet is not written by a reading either.
    assert shown["__typename"] == "ModificationPreview"
    assert (await Modification.get()).outcome is None


async def test_a_preview_writes_nothing() -> None:
    request = await make_request()
    before = await FundingRequest.all().values()
    await preview(MANAGER, request)
    assert await FundingRequest.all().values() == before
    assert [await kind.all().count() for kind in (Modification, Event, Email)] == [0, 0, 0]


async def test_a_preview_is_refused_as_the_sending_would_be() -> None:
    request = await make_request()
    assert (await preview(await supplier_of(request), request))["__typename"] == "PermissionDeniedError"
    [fault] = (await preview(MANAGER, request, comment=" "))["fieldErrors"]
    assert fault["field"] == "comment"
    unknown = [{"documentType": "INCONNU"}]
    [fault] = (await preview(MANAGER, request, expectedChanges=unknown))["fieldErrors"]
    assert fault["code"] == "UNKNOWN_DOCUMENT_TYPE"
    await User.all().update(active=False)
    [fault] = (await preview(MANAGER, request))["fieldErrors"]
    assert fault["code"] == "NO_RECIPIENT"
    await User.all().update(active=True)
    await send_back(request)
    assert (await preview(MANAGER, request))["__typename"] == "ActionNotAllowedError"
    gone = FundingRequest(id=request.dossier_id)
    assert (await preview(MANAGER, gone))["__typename"] == "NotFoundError"
