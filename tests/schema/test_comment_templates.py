"""Comments that managers keep at hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models import CommentTemplate, Event
from models.actors import Actor
from models.comment_templates import MOST_TEMPLATES
from models.events import EventKind
from tests.conftest import NOW
from tests.factories import MANAGER, READER, event_kinds, make_request, supplier_of
from tests.schema.asking import data

pytestmark = pytest.mark.usefixtures("db")

LISTED = "{ commentTemplates { id title text expectedChanges { field documentType { code } } withdrawnAt } }"
TEMPLATE = "template { id title text updatedAt withdrawnAt }"
WORDS = {"title": "Contact muet", "text": "Le contact de support ne répond pas."}
TICKED = [{"field": "SUPPORT_CONTACT"}, {"documentType": "AUTRE_S"}]


async def act(actor: Actor, mutation: str, wanted: str, **given: Any) -> Any:
    """The outcome of one mutation, with the fields that a refusal of it has."""
    name = mutation[0].upper() + mutation[1:]
    document = f"""mutation Act($input: {name}Input!) {{ {mutation}(input: $input) {{
        __typename ... on {name}Success {{ {wanted} }} ... on Error {{ message }}
        ... on ValidationError {{ fieldErrors {{ field code }} }} }} }}"""
    return (await data(actor, document, input=given))[mutation]


async def save(**others: Any) -> Any:
    return await act(MANAGER, "saveCommentTemplate", TEMPLATE, **(WORDS | others))


async def listed() -> list[Any]:
    return list((await data(MANAGER, LISTED))["commentTemplates"])


async def test_a_template_is_saved_for_every_manager_by_title() -> None:
    await save(expectedChanges=TICKED)
    await save(title="Autre", text="À revoir.")
    other, first = await listed()
    assert (other["title"], first["title"]) == ("Autre", "Contact muet")
    assert first["text"] == WORDS["text"]
    assert first["expectedChanges"] == [
        {"field": "SUPPORT_CONTACT", "documentType": None},
        {"field": None, "documentType": {"code": "AUTRE_S"}},
    ]
    assert await event_kinds() == [EventKind.COMMENT_TEMPLATE_SAVED] * 2


async def test_the_same_one_saved_twice_is_kept_once() -> None:
    answers = await asyncio.gather(*(save() for _ in range(5)))
    assert len({answer["template"]["id"] for answer in answers}) == 1
    assert await CommentTemplate.all().count() == await Event.all().count() == 1


async def test_every_fault_of_a_template_is_named() -> None:
    wrong = await save(title=" ", text="", expectedChanges=[{"documentType": "inconnu"}])
    assert [(fault["field"], fault["code"]) for fault in wrong["fieldErrors"]] == [
        ("title", "REQUIRED"),
        ("text", "REQUIRED"),
        ("expectedChanges.0.documentType", "UNKNOWN_DOCUMENT_TYPE"),
    ]
    await save()
    assert (await save(text="Autre chose."))["fieldErrors"][0]["code"] == "TAKEN"
    assert await CommentTemplate.all().count() == 1


async def test_a_hundred_are_at_hand_at_most() -> None:
    for number in range(MOST_TEMPLATES):
        await CommentTemplate.create(title=str(number), text="t", created_at=NOW, created_by=MANAGER.author)
    assert (await save())["fieldErrors"][0]["code"] == "TOO_MANY"
    await CommentTemplate.filter(title="1").update(withdrawn_at=NOW)
    assert (await save())["__typename"] == "SaveCommentTemplateSuccess"


async def test_a_template_is_changed_in_what_is_given() -> None:
    kept = (await save(expectedChanges=TICKED))["template"]["id"]
    changed = await act(MANAGER, "changeCommentTemplate", TEMPLATE, templateId=kept, text="Autre texte.")
    assert (changed["template"]["title"], changed["template"]["text"]) == ("Contact muet", "Autre texte.")
    assert changed["template"]["updatedAt"] is not None
    await act(MANAGER, "changeCommentTemplate", TEMPLATE, templateId=kept, text="Autre texte.")
    assert len((await listed())[0]["expectedChanges"]) == 2
    await act(MANAGER, "changeCommentTemplate", TEMPLATE, templateId=kept, expectedChanges=[])
    assert (await listed())[0]["expectedChanges"] == []
    assert (await event_kinds()).count(EventKind.COMMENT_TEMPLATE_CHANGED) == 2


async def test_two_templates_do_not_come_to_bear_one_title() -> None:
    await save()
    other = (await save(title="Autre"))["template"]["id"]
    refused = await act(MANAGER, "changeCommentTemplate", TEMPLATE, templateId=other, title=WORDS["title"])
    assert refused["fieldErrors"][0]["code"] == "TAKEN"
    assert (await event_kinds()).count(EventKind.COMMENT_TEMPLATE_CHANGED) == 0


async def test_a_withdrawn_template_serves_no_more() -> None:
    kept = (await save())["template"]["id"]
    for _ in range(2):
        answer = await act(MANAGER, "withdrawCommentTemplate", TEMPLATE, templateId=kept)
        assert answer["template"]["withdrawnAt"] is not None
    assert await listed() == []
    changed = await act(MANAGER, "changeCommentTemplate", TEMPLATE, templateId=kept, text="Trop tard.")
    assert changed["fieldErrors"][0]["code"] == "WITHDRAWN"
    assert (await event_kinds()).count(EventKind.COMMENT_TEMPLATE_WITHDRAWN) == 1
    request = await make_request()
    asked = {"requestId": await _id_of(request.dossier.number), "comment": "", "commentTemplateId": kept}
    refused = await act(MANAGER, "requestModification", "modification { comment }", **asked)
    assert refused["fieldErrors"][0]["code"] == "UNKNOWN"


async def test_a_template_speaks_where_nothing_else_is_said() -> None:
    kept = (await save(expectedChanges=TICKED))["template"]["id"]
    wanted = "modification { comment expectedChanges { field } }"
    for comment, said in (("", WORDS["text"]), (" \n", WORDS["text"]), ("Autre chose", "Autre chose")):
        request = await make_request()
        asked = {"requestId": await _id_of(request.dossier.number), "comment": comment, "commentTemplateId": kept}
        answer = await act(MANAGER, "requestModification", wanted, **asked)
        assert answer["modification"]["comment"] == said
        assert len(answer["modification"]["expectedChanges"]) == 2


async def test_nobody_else_has_templates() -> None:
    kept = (await save())["template"]["id"]
    for actor in (READER, await supplier_of(await make_request())):
        assert (await data(actor, LISTED))["commentTemplates"] == []
        assert (await data(actor, f'{{ node(id: "{kept}") {{ id }} }}'))["node"] is None
        assert (await act(actor, "saveCommentTemplate", TEMPLATE, **WORDS))["__typename"] == "PermissionDeniedError"
        for mutation in ("changeCommentTemplate", "withdrawCommentTemplate"):
            assert (await act(actor, mutation, TEMPLATE, templateId=kept))["__typename"] == "NotFoundError"


async def _id_of(number: str) -> str:
    found = await data(MANAGER, f'{{ dossier(number: "{number}") {{ balance {{ id }} }} }}')
    return str(found["dossier"]["balance"]["id"])
