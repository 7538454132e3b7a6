"""The two ways out of a modification: checking then confirming it, or choosing not to modify."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.pages.addresses import BASE, asked_for, pushed, read
from web.pages.modification import closed, may_edit
from web.rendering import render
from web.typed import given_back, keeping, sent_again
from web.typography import path
from web.uploads import Form, read_form


@keeping("note")
async def check(http: Request) -> Response:
    """« Vérifiez vos modifications »: before and after, then « Confirmer »."""
    if http.method == "POST":
        form = await read_form(http)
        done = await _confirm(http, form)
        await sent_again(http, form)
        return done
    data, typed = await read(http, "ModificationPage", asked_for(http)), given_back(http)
    note = typed.fields.get("note", "") if typed else ""
    if not may_edit(data["request"]):
        return closed(http, data, unsent=note)
    shown: dict[str, Any] = {"faults": [], "stale": False, "note": note, "typed": typed}
    return render(http, "modification/check.html", headers=pushed(http), **data, **shown)


async def _confirm(http: Request, form: Form) -> Response:
    revision = form.get("revision")
    result = await run(
        http,
        "ConfirmModification",
        modification=form.get("modification"),
        basedOn=int(revision) if revision.isdecimal() and len(revision) < 10 else None,
        note=form.get("note").strip() or None,
    )
    return await _answer(http, result["confirmModification"], "modification/check.html", note=form.get("note"))


@keeping("note", "assistance")
async def decline(http: Request) -> Response:
    """« Ne pas modifier »: only after speaking with the Assistance."""
    if http.method == "POST":
        form = await read_form(http)
        done = await _skip(http, form)
        await sent_again(http, form)
        return done
    data, typed = await read(http, "ModificationPage", asked_for(http)), given_back(http)
    again = typed.fields if typed else {}
    if not may_edit(data["request"]):
        return closed(http, data, unsent=again.get("note", ""))
    written: dict[str, Any] = {"note": again.get("note", ""), "contacted": again.get("assistance") == "oui"}
    return render(http, "modification/decline.html", **data, faults=[], typed=typed, **written)


async def _skip(http: Request, form: Form) -> Response:
    contacted = form.get("assistance") == "oui"
    result = await run(
        http,
        "SkipModification",
        modification=form.get("modification"),
        assistanceContacted=contacted,
        note=form.get("note").strip() or None,
    )
    template = "modification/decline.html"
    return await _answer(http, result["skipModification"], template, note=form.get("note"), contacted=contacted)


async def _answer(http: Request, result: dict[str, Any], template: str, **written: Any) -> Response:
    """The receipt, or the page again with what was typed and why it was refused."""
    if "modification" in result:
        return RedirectResponse(path(result["modification"]["receiptUrl"]), 303)
    data = await read(http, "ModificationPage", asked_for(http))
    if not may_edit(data["request"]):
        return closed(http, data, 409, message=result["message"], unsent=written["note"])
    stale = result["__typename"] == "StaleError"
    status = 422 if result["__typename"] == "ValidationError" else 409
    faults = [] if stale else _faults(result)
    return render(http, template, status, **data, faults=faults, stale=stale, typed=None, **written)


_FIELDS = {"note": "note", "assistanceContacted": "assistance"}


def _faults(result: dict[str, Any]) -> list[dict[str, str]]:
    """Each sentence of a refusal, with the field of these pages that it is about."""
    if result["__typename"] != "ValidationError":
        return [{"field": "", "message": result["message"]}]
    return [{"field": _FIELDS.get(fault["field"], ""), "message": fault["message"]} for fault in result["fieldErrors"]]


routes = [
    Route(BASE + "/modification/verification", check, methods=["GET", "POST"]),
    Route(BASE + "/modification/abandon", decline, methods=["GET", "POST"]),
]
