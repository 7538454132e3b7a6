"""Where somebody in front of an error page can go: the same again, the page before, the request, the Assistance."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.requests import Request

from web.origin import SESSION_COOKIE
from web.rendering import assistance

# What may succeed when the same is asked again.
PASSING = frozenset({408, 429, 500, 503, 507})
READING = frozenset({"GET", "HEAD"})

Way = tuple[str, str]


def ways_on(http: Request, status: int) -> list[Way]:
    """Words and address of each way on, the best one first."""
    ways = [*_again(http, status), *_back(http, status), *_home(http, status)]
    return [*ways, ("Contacter l’assistance", assistance())]


def _again(http: Request, status: int) -> list[Way]:
    return [("Réessayer", _asked_for(http))] if status in PASSING and http.method in READING else []


def _back(http: Request, status: int) -> list[Way]:
    """The page of ours that led here; after what only it can mend, it is loaded anew."""
    before = _page_before(http)
    if before in {"", _asked_for(http) if http.method in READING else ""}:
        return []
    expired = status == 403 and http.method not in READING
    return [("Recharger la page" if expired else "Revenir à la page précédente", before)]


def _home(http: Request, status: int) -> list[Way]:
    if is_somebody(http):
        return [("Suivi de ma demande de financement", "/demandes")]
    if status == 404 and http.method in READING:
        # An account may see more.
        return [("Se connecter", f"/connexion?retour={quote(_asked_for(http), safe='/')}"), _PORTAL]
    return [_PORTAL]


_PORTAL = ("Accueil du portail", "/")


def is_somebody(http: Request) -> bool:
    """Is somebody signed in? A database that is down cannot tell: whoever has a session's cookie then is."""
    unknown = not hasattr(http.state, "session_ended") or not http.state.session_ended
    return bool(getattr(http.state, "viewer", None)) or (unknown and SESSION_COOKIE in http.cookies)


def _asked_for(http: Request) -> str:
    """The address asked for, which can lead nowhere but to this site."""
    path, query = quote("/" + http.scope["path"].lstrip("/")), http.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _page_before(http: Request) -> str:
    """The address of the page of ours that led here, if it was one."""
    try:
        parts = urlsplit(http.headers.get("referer", ""))
    except ValueError:
        return ""
    if not parts.netloc or parts.netloc != http.headers.get("host"):
        return ""
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path
