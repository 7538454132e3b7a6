"""Déposer une demande: its JSON document and the files that it names, all or nothing."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.pages.addresses import NATURES, RequestAddress
from web.pages.draft import documents_accepted
from web.rendering import render
from web.typed import given_back, keeping, sent_again
from web.uploads import Form, read_form


@keeping()
async def page(http: Request) -> Response:
    """The form; importing leads to the request."""
    if http.method == "POST":
        form = await read_form(http, as_text=("document",))
        done = await _import(http, form)
        await sent_again(http, form)
        return done
    return await _show(http)


async def _import(http: Request, form: Form) -> Response:
    document = form.get("document")
    refused = [_fault("pieces", file.file_name, file.fault.message) for file in form.files if file.fault]
    if not document.strip():
        return await _show(http, 422, [_fault("document", "", "Choisissez le document JSON de la demande."), *refused])
    if refused:
        # Nothing can be imported: the document's own faults are told now rather than at the next try.
        names = [file.file_name for file in form.files]
        found = (await run(http, "ImportFaults", document=document, fileNames=names))["importFaults"]
        return await _show(http, 422, [*map(_in_document, found), *refused])
    uploads = [file.upload_id for file in form.files]
    result = (await run(http, "ImportRequest", document=document, uploads=uploads))["importRequest"]
    if result["__typename"] != "ImportRequestSuccess":
        return await _show(http, 422 if "fieldErrors" in result else 409, _faults(result))
    request = result["request"]
    place = RequestAddress(request["dossier"]["number"], NATURES[request["kind"]])
    return RedirectResponse(f"{place.path}?import={'deja' if result['alreadyImported'] else 'fait'}", 303)


def _faults(result: dict[str, Any]) -> list[dict[str, str]]:
    """Every fault with its path in the document."""
    if result["__typename"] != "ValidationError":
        return [_fault("document", "", result["message"])]
    return list(map(_in_document, result["fieldErrors"]))


def _in_document(fault: dict[str, str]) -> dict[str, str]:
    return _fault("document", fault["field"], fault["message"])


def _fault(field: str, where: str, message: str) -> dict[str, str]:
    """A sentence, the field of the page that it is about, and where in what was sent."""
    return {"field": field, "where": where, "message": message}


async def _show(http: Request, status: int = 200, faults: list[dict[str, str]] | None = None) -> Response:
    data = await run(http, "DepositPage")
    said: dict[str, Any] = {"faults": faults or [], "typed": None if faults else given_back(http)}
    return render(http, "deposit/page.html", status, **said, **documents_accepted(data["documentTypes"]))


routes = [Route("/depot", page, methods=["GET", "POST"])]
