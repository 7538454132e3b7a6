"""One's own password and address, and the account that an invitation opens. Not by the API: these are secrets."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.errors import Invalid, NotFound, Throttled
from resolvers import invitations, own_account
from resolvers.password_rules import SHORTEST_PASSWORD
from web import session
from web.nudge import nudge
from web.origin import SESSION_COOKIE
from web.rendering import render
from web.uploads import read_form


@session.signed_in
async def change_password(http: Request) -> Response:
    """GET and POST /mon-compte/mot-de-passe: this session is renewed, the others end."""
    if http.method != "POST":
        return _password_page(http)
    form = await read_form(http)
    try:
        secret = await own_account.change_password(
            http.state.actor,
            form.get("current"),
            form.get("password"),
            session=http.cookies[SESSION_COOKIE],
            as_of=http.state.as_of,
        )
    except Invalid as refusal:
        return _password_page(http, refusal)
    nudge()
    response = RedirectResponse("/mon-compte?fait=mot-de-passe", 303)
    session.begin(response, secret)
    return response


def _password_page(http: Request, refusal: Invalid | None = None) -> Response:
    return _page(http, "account/password.html", refusal, shortest=SHORTEST_PASSWORD)


@session.signed_in
async def ask_for_address(http: Request) -> Response:
    """GET and POST /mon-compte/adresse: a link goes to the new address, which changes nothing until it is followed."""
    if http.method != "POST":
        return _page(http, "account/address.html", email="")
    form = await read_form(http)
    email = form.get("email")
    try:
        await own_account.ask_for_address(http.state.actor, form.get("current"), email, as_of=http.state.as_of)
    except Invalid as refusal:
        return _page(http, "account/address.html", refusal, email=email)
    nudge()
    return RedirectResponse("/mon-compte?fait=adresse", 303)


async def change_address(http: Request) -> Response:
    """GET and POST /nouvelle-adresse/{seal}: whoever holds the link reads mail at the new address."""
    seal, as_of = http.path_params["seal"], http.state.as_of
    change = await own_account.address_change(seal, as_of=as_of)
    if change is None:
        return render(http, "account/address_link_ended.html", 410)
    if http.method != "POST":
        identifier = change.user.identifier
        return render(http, "account/new_address.html", seal=seal, email=change.email, identifier=identifier)
    try:
        await own_account.change_address(seal, origin=http.state.origin, as_of=as_of)
    except NotFound:
        return render(http, "account/address_link_ended.html", 410)
    nudge()
    return render(http, "account/address_changed.html", email=change.email)


async def accept_invitation(http: Request) -> Response:
    """GET and POST /invitation/{seal}: the invited person chooses an identifier and a password."""
    seal, as_of = http.path_params["seal"], http.state.as_of
    user = await invitations.invited(seal, as_of=as_of)
    if user is None:
        return render(http, "account/invitation_ended.html", 410)
    supplier = user.supplier and user.supplier.legal_name
    shown = {"seal": seal, "email": user.email, "supplier": supplier, "shortest": SHORTEST_PASSWORD}
    if http.method != "POST":
        return _page(http, "account/invitation.html", **shown, identifier="", name="")
    form = await read_form(http)
    typed = {name: form.get(name) for name in ("identifier", "name")}
    try:
        await invitations.accept_invitation(
            seal, **typed, password=form.get("password"), origin=http.state.origin, as_of=as_of
        )
    except Invalid as refusal:
        return _page(http, "account/invitation.html", refusal, **shown, **typed)
    except NotFound:
        return render(http, "account/invitation_ended.html", 410)
    return render(http, "account/opened.html")


def _page(http: Request, template: str, refusal: Invalid | None = None, **shown: object) -> Response:
    """The form, again with what stands against what was typed."""
    shown["faults"] = list(refusal.faults) if refusal else []
    if isinstance(refusal, Throttled):
        return render(http, template, 429, {"Retry-After": str(refusal.minutes * 60)}, **shown)
    return render(http, template, 422 if refusal else 200, None, **shown)


routes = [
    Route("/mon-compte/mot-de-passe", change_password, methods=["GET", "POST"]),
    Route("/mon-compte/adresse", ask_for_address, methods=["GET", "POST"]),
    Route("/nouvelle-adresse/{seal}", change_address, methods=["GET", "POST"]),
    Route("/invitation/{seal}", accept_invitation, methods=["GET", "POST"]),
]
