"""« Signaler une erreur ou un oubli »: the supplier writes to the Assistance, and reads the answers."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.pages.addresses import BASE, RequestAddress, asked_for, read
from web.rendering import render
from web.typed import Typed, given_back, keeping, sent_again
from web.uploads import read_form


@keeping("message")
async def page(http: Request) -> Response:
    """The form and what was said before."""
    place = asked_for(http)
    data = await read(http, "SupportPage", place)
    if http.method == "POST":
        form = await read_form(http)
        done = await _send(http, place, data, form.get("message"))
        await sent_again(http, form)
        return done
    typed = given_back(http)
    return _show(http, place, data, typed=typed, message=typed.fields.get("message", "") if typed else "")


async def _send(http: Request, place: RequestAddress, data: dict[str, Any], message: str) -> Response:
    result = (await run(http, "ContactSupport", request=data["request"]["id"], message=message))["contactSupport"]
    if result["__typename"] == "ContactSupportSuccess":
        return RedirectResponse(f"{place.path}/assistance?envoye=1", 303)
    sentences = [fault["message"] for fault in result.get("fieldErrors", [])] or [result["message"]]
    faults = [{"field": "message", "message": sentence} for sentence in sentences]
    status = 422 if result["__typename"] == "ValidationError" else 409
    return _show(http, place, data, status, faults=faults, message=message)


def _show(
    http: Request,
    place: RequestAddress,
    data: dict[str, Any],
    status: int = 200,
    *,
    faults: list[dict[str, str]] | None = None,
    message: str = "",
    typed: Typed | None = None,
) -> Response:
    return render(
        http,
        "support/page.html",
        status,
        place=place,
        number=place.number,
        request=data["request"],
        messages=data["request"]["supportMessages"]["nodes"],
        faults=faults or [],
        message=message,
        typed=typed,
        sent="envoye" in http.query_params and not faults,
    )


routes = [Route(BASE + "/assistance", page, methods=["GET", "POST"])]
