"""Nothing typed is lost when a session ends: the sign-in takes it along, and the page that it was for gives it back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from resolvers import typed
from resolvers.typed import Typed as Typed
from web import session
from web.origin import SESSION_COOKIE
from web.session import Page
from web.sign_in_page import sign_in_page
from web.uploads import Form, read_form


def keeping(*fields: str) -> Callable[[Page], Page]:
    """Opens the page to whoever is signed in; from everybody else it keeps what they sent in these fields.

    The sign-in page is then the answer to the form itself: what was typed never stands in an address or a cookie.
    """

    def guard(page: Page) -> Page:
        @wraps(page)
        async def guarded(http: Request) -> Response:
            if http.state.viewer is None and http.method == "POST":
                return await _sign_in_first(http, fields)
            return await session.signed_in(page)(http)

        return guarded

    return guard


async def _sign_in_first(http: Request, fields: tuple[str, ...]) -> Response:
    form = await read_form(http, texts_only=True)
    if form.get("action") == "lire":
        # The page itself says so, of somebody who is reading or typing: nothing takes it away from under them.
        return Response(status_code=401, headers=session.SIGN_IN_FIRST)
    kept = Typed(
        http.scope["path"],
        owner=form.get("auteur"),
        fields={name: form.get(name) for name in fields if name in form.texts},
        had_files=form.passed_over or "choisis" in form.texts,
    )
    return sign_in_page(http, kept.path, typed=typed.sealed(kept, as_of=http.state.as_of), instead=True)


def given_back(http: Request) -> Typed | None:
    """What was typed on this page before signing in again."""
    kept = typed.opened(http.state.typed, as_of=http.state.as_of)
    return kept if kept and kept.path == http.scope["path"] else None


async def sent_again(http: Request, form: Form) -> None:
    """The page has answered its form, which brought what had been given back: it is kept no longer.

    Not before: what a failure leaves undone is given back once more.
    """
    kept = given_back(http)
    if kept and (not kept.fields or kept.fields.keys() & form.texts.keys()):
        await typed.forget(http.cookies[SESSION_COOKIE])
