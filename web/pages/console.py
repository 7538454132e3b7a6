"""The managers' landing page: what waits, the operations to treat it with, and the mail that sending back will send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import prefilled
from web.client import run
from web.pages.addresses import KINDS
from web.pages.sending_back import expected
from web.prefilled import PARIS
from web.ready_made import READY_MADE
from web.rendering import render
from web.session import managers_only
from web.typed import given_back, keeping, sent_again
from web.uploads import Form, read_form

STATUSES = {"ActionNotAllowedError": 409, "NotFoundError": 404}


@managers_only
async def console(http: Request) -> Response:
    """What waits, and every ready-made operation, about the request that `?demande=` names."""
    as_of = http.state.as_of
    since = _yesterday(as_of)
    data = await run(http, "ConsolePage", since=since.isoformat())
    return render(
        http,
        "console/page.html",
        operations=READY_MADE,
        chosen=prefilled.chosen(http),
        this_week=_due_before(prefilled.end_of_week(as_of), data["toModify"]["nodes"]),
        since=since,
        data=data,
    )


def _yesterday(as_of: datetime) -> datetime:
    """Yesterday at midnight in Paris."""
    return datetime.combine(as_of.astimezone(PARIS).date() - timedelta(days=1), time(), PARIS)


def _due_before(instant: datetime, waiting: list[dict[str, Any]]) -> int:
    return sum(datetime.fromisoformat(each["modification"]["closesAt"]) < instant for each in waiting)


@keeping("demande", "nature", "comment")
@managers_only
async def preview(http: Request) -> Response:
    """The mail that sending a request back would send, before it is sent."""
    if http.method == "POST":
        form = await read_form(http, texts_only=True)
        shown = await _show(http, form)
        await sent_again(http, form)
        return shown
    typed, chosen = given_back(http), prefilled.chosen(http)
    given = {"demande": chosen.number, "nature": chosen.nature} if chosen else {}
    return await _ask(http, _given(typed.fields if typed else given), typed=typed)


def _given(texts: Mapping[str, str]) -> dict[str, str]:
    """What was typed, or is known, of the request that is to be sent back."""
    nature = texts.get("nature", "")
    known = {name: texts.get(name, "").strip() for name in ("demande", "comment")}
    return known | {"demande": known["demande"].upper(), "nature": nature if nature in KINDS else "solde"}


async def _ask(http: Request, given: dict[str, str], status: int = 200, **page: Any) -> Response:
    """The form, with whatever the answer to it was."""
    data = page.pop("data", None) or await _read(http, given)
    empty: dict[str, Any] = {"ticked": (), "shown": None, "carried": "", "faults": [], "typed": None}
    types = [each for each in data["documentTypes"] if each["addable"]]
    return render(http, "console/preview.html", status, given=given, types=types, **empty | page)


async def _read(http: Request, given: dict[str, str]) -> dict[str, Any]:
    return await run(http, "PreviewPage", number=given["demande"], kind=KINDS[given["nature"]])


async def _show(http: Request, form: Form) -> Response:
    given = _given({name: form.get(name) for name in form.texts})
    data = await _read(http, given)
    found = data["requests"]["nodes"]
    asked = {
        "requestId": found[0]["id"] if found else "",
        "comment": given["comment"],
        "expectedChanges": expected(form),
    }
    answer = (await run(http, "PreviewModification", input=asked))["modificationPreview"]
    page: dict[str, Any] = {"data": data, "ticked": form.all("attendu")}
    if answer["__typename"] != "ModificationPreview":
        return await _ask(http, given, STATUSES.get(answer["__typename"], 422), **page, faults=_faults(answer))
    names = {"demande": "requestId", "commentaire": "comment", "attendus": "expectedChanges"}
    carried = json.dumps({name: asked[field] for name, field in names.items()}, ensure_ascii=False, indent=2)
    return await _ask(http, given, **page, shown=answer, carried=carried)


def _faults(answer: dict[str, Any]) -> list[dict[str, str]]:
    """Each sentence with the field of the form that it is about."""
    if answer["__typename"] == "NotFoundError":
        return [{"field": "demande", "message": "Aucune demande de cette nature ne porte ce numéro de dossier."}]
    if "fieldErrors" not in answer:
        return [{"field": "demande", "message": answer["message"]}]
    faults: list[dict[str, str]] = answer["fieldErrors"]
    return [{**each, "field": "comment" if each["field"] == "comment" else "demande"} for each in faults]


routes = [Route("/console", console), Route("/console/apercu", preview, methods=["GET", "POST"])]
