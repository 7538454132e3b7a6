"""The modification page: one address, one form, whose buttons save, import, remove, restore or lead to the check.

Every post saves the contact first. It answers 303, or the page again with what was typed: 422 for what breaks a rule,
409 when the request changed in the meantime.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.pages.addresses import BASE, RequestAddress, asked_for, read
from web.pages.draft import Draft, documents_accepted
from web.rendering import render
from web.typed import Typed, given_back, keeping, sent_again
from web.uploads import Form, read_form


@keeping("contact", "lu", "revision")
async def page(http: Request) -> Response:
    """Show the open modification, or act on its draft."""
    place = asked_for(http)
    if http.method == "POST":
        form = await read_form(http)
        done = await _act(http, place, form)
        await sent_again(http, form)
        return done
    removed = http.query_params.get("fait") == "retrait"
    data, typed = await read(http, "ModificationPage", place, removed=removed), given_back(http)
    if not may_edit(data["request"]):
        again = typed.fields if typed else {}
        return closed(http, data, unsent=_typed(again.get("contact", ""), again.get("lu", "")))
    saved = data["request"]["modification"]["draft"]["supportContact"]
    return _show(http, data, contact=typed.fields.get("contact", saved) if typed else saved, typed=typed)


def may_edit(request: dict[str, Any]) -> bool:
    """Is a modification open, and may the viewer change its draft?"""
    return request["modification"] is not None and "CHANGE_SUPPORT_CONTACT" in request["availableActions"]


def _show(
    http: Request,
    data: dict[str, Any],
    status: int = 200,
    *,
    contact: str,
    draft: Draft | None = None,
    chosen: str = "",
    typed: Typed | None = None,
) -> Response:
    addable = [
        each for each in data["documentTypes"] if each["addable"] and asked_for(http).kind in each["requestKinds"]
    ]
    return render(
        http,
        "modification/page.html",
        status,
        **data | documents_accepted(addable),
        contact=contact,
        faults=draft.faults if draft else [],
        kept=draft.kept if draft else [],
        waiting=draft.waiting if draft else [],
        chosen=chosen,
        typed=typed,
        done=http.query_params.get("fait", ""),
        arrived=http.query_params.getlist("piece"),
        removed=_just_removed(data["request"]),
    )


def _just_removed(request: dict[str, Any]) -> str | None:
    """The name of the document whose removal is the last thing that happened, where that was read."""
    last = request.get("events", {"nodes": []})["nodes"]
    return last[0]["fileName"] if last and last[0]["kind"] == "ATTACHMENT_REMOVED" else None


def closed(http: Request, data: dict[str, Any], status: int = 200, message: str = "", unsent: str = "") -> Response:
    """The page of a request that cannot be edited, or not any more: what was typed stays to be copied."""
    return render(http, "modification/closed.html", status, **data, message=message, unsent=unsent)


async def _act(http: Request, place: RequestAddress, form: Form) -> Response:
    before = await read(http, "ModificationPage", place)
    action, _, subject = form.get("action").partition(":")
    if not may_edit(before["request"]):
        return closed(http, before, 409, unsent=_typed(form.get("contact"), form.get("lu")))
    contact = form.get("contact", before["request"]["modification"]["draft"]["supportContact"])
    draft = Draft(http, before["request"], form)
    await draft.mark_comment_seen()
    if action == "lire":
        return Response(status_code=204) if "hx-request" in http.headers else RedirectResponse(place.path, 303)
    if action == "retablir":
        await draft.restore_contact()
    else:
        await draft.save_contact(contact)
    if action == "supprimer":
        await draft.remove(subject)
    else:
        await draft.add_documents(required=action == "importer")
    if draft.is_sound:
        return RedirectResponse(_next(place, action, draft), 303)
    return _explain(http, await read(http, "ModificationPage", place), draft, contact, form.get("type"))


def _typed(contact: str, shown: str) -> str:
    """The contact, if it is another than the page already showed: that one may well have been transmitted."""
    return "" if contact == shown else contact


def _next(place: RequestAddress, action: str, draft: Draft) -> str:
    """Where a post that succeeded leads."""
    if action == "verifier":
        return f"{place.path}/modification/verification"
    done = {"supprimer": "retrait", "retablir": "retablie"}.get(action, "piece" if draft.kept else "brouillon")
    # Which documents, never their names: those are read again from the draft.
    told = urlencode([("fait", done), *(("piece", document) for document in draft.added)])
    return f"{place.path}/modification?{told}"


def _explain(http: Request, data: dict[str, Any], draft: Draft, contact: str, chosen: str) -> Response:
    """The page again, with every reason why the post did not do all that was asked."""
    if not may_edit(data["request"]):
        return closed(http, data, 409, unsent=_typed(draft.form.get("contact"), draft.form.get("lu")))
    if draft.conflict:
        return render(
            http, "modification/conflict.html", 409, **data, current=draft.conflict, contact=contact, kept=draft.kept
        )
    return _show(http, data, 422, contact=contact, draft=draft, chosen=chosen)


routes = [Route(BASE + "/modification", page, methods=["GET", "POST"])]
