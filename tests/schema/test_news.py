"""Announcements by the API: published, changed and withdrawn by managers, read by whoever is signed in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from models.actors import Actor
from models.attachments import ScanStatus
from models.typography import french
from schema.nodes import node_id
from tests.factories import MANAGER, READER, make_upload, make_user
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

WANTED = "news { id title category text withdrawnAt publishedBy { name } document { fileName downloadUrl } url }"
LISTED = (
    "query L($after: String) { news(first: 2, after: $after) { nodes { title } pageInfo { endCursor hasNextPage } } }"
)


async def act(actor: Actor, mutation: str, **given: Any) -> Any:
    """The outcome of one mutation of announcements."""
    name = mutation[0].upper() + mutation[1:]
    document = f"""
        mutation Act($input: {name}Input!) {{
          {mutation}(input: $input) {{
            __typename
            ... on {name}Success {{ {WANTED} }}
            ... on ValidationError {{ fieldErrors {{ field code message }} }}
          }}
        }}"""
    return (await data(actor, document, input=given))[mutation]


async def test_a_manager_publishes_changes_and_withdraws() -> None:
    upload = await make_upload(MANAGER, file_name="note.pdf")
    given = {"title": "TEST SAS", "text": "Ouvert.", "uploadId": str(upload.id)}
    published = await act(MANAGER, "publishNews", **given)
    news = published["news"]
    assert published["__typename"] == "PublishNewsSuccess"
    assert (news["category"], news["publishedBy"]["name"]) == ("FOURNISSEUR", "Camille Martin")
    assert news["document"]["fileName"] == "note.pdf"
    assert (await act(MANAGER, "publishNews", **given))["news"] == news
    changed = await act(MANAGER, "changeNews", newsId=news["id"], title="Clôture", withoutDocument=True)
    assert (changed["news"]["title"], changed["news"]["text"], changed["news"]["document"]) == (
        "Clôture",
        "Ouvert.",
        None,
    )
    withdrawn = await act(MANAGER, "withdrawNews", newsId=news["id"])
    assert withdrawn["news"]["withdrawnAt"]
    assert await node(news["id"]) is None


async def node(key: str) -> object:
    return (await data(READER, "query N($id: ID!) { node(id: $id) { ... on News { title } } }", id=key))["node"]


async def test_every_refusal_is_typed() -> None:
    refused = await act(MANAGER, "publishNews", title=" ", text="")
    assert [fault["field"] for fault in refused["fieldErrors"]] == ["title", "text"]
    unknown = await act(MANAGER, "changeNews", newsId=node_id("News", uuid4()), title="x")
    assert unknown["__typename"] == "NotFoundError"
    missing = await act(MANAGER, "publishNews", title="x", text="x", uploadId="inconnu")
    assert missing["__typename"] == "NotFoundError"
    assert (await act(READER, "publishNews", title="x", text="x"))["__typename"] == "PermissionDeniedError"


async def test_suppliers_read_them_without_the_managers_name_nor_what_waits_for_the_antivirus() -> None:
    upload = await make_upload(MANAGER, scan_status=ScanStatus.PENDING)
    await act(MANAGER, "publishNews", title="TEST SAS", text="Ouvert.", uploadId=str(upload.id))
    [news] = (await data(READER, f"{{ news {{ nodes {{ {WANTED.removeprefix('news { ')} }} }}"))["news"]["nodes"]
    assert news["publishedBy"]["name"] == "Gestionnaire ASP"
    assert news["document"] == {"fileName": "pv-test.pdf", "downloadUrl": None}
    assert news["url"].startswith("http://127.0.0.1:8000/actualites/")


async def test_they_are_read_a_page_at_a_time_by_as_many_statements() -> None:
    for number in range(3):
        await act(MANAGER, "publishNews", title=f"Annonce {number}", text="Ouvert.")
    reader = (await make_user(None)).actor
    with statements() as ran:
        first = (await data(reader, LISTED))["news"]
    assert (len(first["nodes"]), first["pageInfo"]["hasNextPage"], len(ran)) == (2, True, 1)
    rest = (await data(reader, LISTED, after=first["pageInfo"]["endCursor"]))["news"]
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (1, False)
    assert {each["title"] for each in first["nodes"] + rest["nodes"]} == {f"Annonce {number}" for number in range(3)}


async def test_the_journal_says_what_was_done_with_them() -> None:
    news = (await act(MANAGER, "publishNews", title="TEST SAS", text="Ouvert."))["news"]
    await act(MANAGER, "withdrawNews", newsId=news["id"])
    lines = (await data(MANAGER, "{ journal(first: 2) { nodes { kind summary } } }"))["journal"]["nodes"]
    assert [line["kind"] for line in lines] == ["NEWS_WITHDRAWN", "NEWS_PUBLISHED"]
    assert lines[0]["summary"] == french("L’actualité « TEST SAS » est retirée.")
