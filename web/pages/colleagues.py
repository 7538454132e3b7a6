"""The accounts of the supplier: who may do what, inviting a colleague, changing a right, closing an account."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.client import run
from web.rendering import render
from web.typed import given_back, keeping, sent_again
from web.uploads import Form, read_form

PATH = "/mon-compte/collegues"
RIGHTS = ("READ", "EDIT", "CONFIRM")
DONE = {
    "inviter": "L’invitation est partie. Elle peut être acceptée pendant trois jours.",
    "renvoyer": "L’invitation est partie de nouveau. Le lien de la précédente ne sert plus.",
    "droit": "Le droit est changé. Il s’applique dès maintenant.",
    "revoquer": "Le compte est révoqué. Il n’ouvre plus rien dès maintenant.",
}
_OPERATIONS = {"renvoyer": "ResendInvitation", "droit": "ChangeAccountRight", "revoquer": "RevokeAccount"}


@keeping("email", "right")
async def page(http: Request) -> Response:
    """The list, and what its buttons do."""
    if http.state.viewer["role"] != "SUPPLIER":
        raise HTTPException(404)
    if http.method != "POST":
        return await _show(http)
    form = await read_form(http)
    action, _, account = form.get("action").partition(":")
    result = await _act(http, action, account, form)
    await sent_again(http, form)
    if result["__typename"].endswith("Success"):
        return RedirectResponse(f"{PATH}?fait={action}", 303)
    return await _show(http, _faults(result), form)


async def _act(http: Request, action: str, account: str, form: Form) -> dict[str, Any]:
    """Execute what a button asks for; one that is not ours is nothing that exists."""
    right = form.get("right")
    if action not in DONE or (action in {"inviter", "droit"} and right not in RIGHTS):
        raise HTTPException(400)
    rights = {"right": right} if action in {"inviter", "droit"} else {}
    if action == "inviter":
        answers = await run(http, "InviteAccount", email=form.get("email"), **rights)
    else:
        answers = await run(http, _OPERATIONS[action], account=account, **rights)
    result: dict[str, Any] = next(iter(answers.values()))
    return result


def _faults(result: dict[str, Any]) -> list[dict[str, str]]:
    """Each fault beside its field; those of a row of the list on top alone."""
    faults = result.get("fieldErrors") or [{"field": "", "message": result["message"]}]
    return [{"field": "email" if fault["field"] == "email" else "", "message": fault["message"]} for fault in faults]


async def _show(http: Request, faults: list[dict[str, str]] | None = None, form: Form | None = None) -> Response:
    typed = None if form else given_back(http)
    again = typed.fields if typed and typed.fields.get("email") else {}
    return render(
        http,
        "account/colleagues.html",
        422 if faults else 200,
        supplier=(await run(http, "ColleaguesPage"))["viewer"]["supplier"],
        faults=faults or [],
        typed=typed,
        email=form.get("email") if form else again.get("email", ""),
        right=form.get("right") if form and form.get("action") == "inviter" else again.get("right", "READ"),
        done=DONE.get(http.query_params.get("fait", "")) if not faults else None,
    )


routes = [Route(PATH, page, methods=["GET", "POST"])]
