"""Sending several requests back with one comment: what was ticked, what is said, then what became of each."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.client import run
from web.pages.addresses import NATURES
from web.rendering import render
from web.request_search import MOST_AT_ONCE
from web.session import managers_only
from web.typed import given_back, keeping, sent_again
from web.uploads import Form, read_form

PATH = "/demandes/renvoi"
CONTACT = "SUPPORT_CONTACT"


@keeping("comment", "title")
@managers_only
async def page(http: Request) -> Response:
    """GET and POST /demandes/renvoi?demande=…: nothing leaves before « Renvoyer »."""
    if http.method != "POST":
        typed = given_back(http)
        return await _show(
            http, http.query_params.getlist("demande"), _kept(typed.fields if typed else {}), typed=typed
        )
    form = await read_form(http)
    response = await _act(http, form)
    await sent_again(http, form)
    return response


def _kept(texts: dict[str, str]) -> Form:
    return Form({name: [text] for name, text in texts.items()})


async def _act(http: Request, form: Form) -> Response:
    chosen = form.all("demande")
    if form.get("action") == "modele":
        return await _show(http, chosen, form, taken=form.get("modele"))
    if form.get("action") == "enregistrer":
        return await _save(http, form)
    if form.get("action") == "apercu":
        return await _preview(http, form)
    wanted = {"comment": form.get("comment"), "expected": expected(form)}
    result = (await run(http, "RequestModifications", requests=chosen, **wanted))["requestModifications"]
    if result["__typename"] == "ValidationError":
        return await _show(http, chosen, form, faults=result["fieldErrors"])
    return render(http, "requests/sent_back.html", result=result, natures=NATURES)


async def _preview(http: Request, form: Form) -> Response:
    """The mail that the first of the ticked requests would send: the others' differ by what they are about."""
    chosen = form.all("demande")
    asked = {
        "requestId": chosen[0] if chosen else "",
        "comment": form.get("comment"),
        "expectedChanges": expected(form),
    }
    answer = (await run(http, "PreviewModification", input=asked))["modificationPreview"]
    if answer["__typename"] == "ModificationPreview":
        return await _show(http, chosen, form, shown=answer)
    faults = answer.get("fieldErrors") or [{"field": "", "message": answer["message"]}]
    return await _show(http, chosen, form, faults=faults)


async def _save(http: Request, form: Form) -> Response:
    """Keep what is typed at hand for the next time."""
    text, title = form.get("comment"), form.get("title")
    saved = await run(http, "SaveCommentTemplate", title=title, text=text, expected=expected(form))
    result = saved["saveCommentTemplate"]
    faults = result.get("fieldErrors", [])
    names = {"text": "comment"}
    told = [fault | {"field": names.get(fault["field"], fault["field"])} for fault in faults]
    done = "" if faults else f"Le modèle « {result['template']['title']} » est enregistré."
    return await _show(http, form.all("demande"), form, faults=told, done=done)


def expected(form: Form) -> list[dict[str, str]]:
    """What is ticked, as the API takes it."""
    return [{"field": CONTACT} if each == CONTACT else {"documentType": each} for each in form.all("attendu")]


async def _show(http: Request, chosen: list[str], form: Form, taken: str = "", **page: Any) -> Response:
    """The form, with whatever the answer to it was."""
    data = await run(http, "SendingBackPage", ids=chosen[:MOST_AT_ONCE])
    model = next((each for each in data["commentTemplates"] if each["id"] == taken), None)
    empty: dict[str, Any] = {"typed": None, "faults": [], "done": "", "shown": None}
    return render(
        http,
        "requests/send_back.html",
        422 if page.get("faults") else 200,
        requests=data["requests"]["nodes"],
        left_out=max(0, len(chosen) - MOST_AT_ONCE),
        templates=data["commentTemplates"],
        types=[kind for kind in data["documentTypes"] if kind["addable"]],
        comment=model["text"] if model else form.get("comment"),
        ticked=_ticked(model) if model else form.all("attendu"),
        title=form.get("title"),
        chosen_template=taken,
        natures=NATURES,
        **empty | page,
    )


def _ticked(template: dict[str, Any]) -> list[str]:
    return [each["field"] or each["documentType"]["code"] for each in template["expectedChanges"]]


routes = [Route(PATH, page, methods=["GET", "POST"])]
