"""When a request cannot be answered: a full page, or JSON for programs, with a number to quote and never a stack."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from structlog.contextvars import get_contextvars

from models.errors import NotFound, PermissionDenied, Throttled
from resolvers.events import record_denial
from schema.coded_errors import CODES, CodedError, code_of
from web.client import OperationFailed
from web.media_types import JSON, accepted
from web.origin import API_PATHS
from web.problems import PROBLEMS, Problem, known
from web.rendering import render
from web.ways_on import is_somebody, ways_on

log = structlog.get_logger()


class NotFoundPage(HTTPException):
    """What the page is about does not exist, or not for whoever asks."""

    def __init__(self) -> None:
        super().__init__(404)


def answer(
    http: Request,
    status: int,
    said: str | Problem | None = None,
    headers: Mapping[str, str] | None = None,
    because: Exception | None = None,
) -> Response:
    """The answer for one status: its page, or its JSON for a program; logged under a number that both show.

    `said` tells this very case, in a sentence or as a problem of its own; without it, what the status means is told.
    `because` is what went wrong on our side: it goes to the log alone.
    """
    status = known(status)
    problem = said if isinstance(said, Problem) else PROBLEMS[status]
    problem = problem._replace(message=said) if isinstance(said, str) and said else problem
    incident = _incident()
    _note(http, status, incident, because)
    if http.scope["path"] == "/graphql":
        return _as_graphql(http, status, problem.message, {"code": code_of(status)}, headers, incident)
    if http.scope["path"] in API_PATHS or "authorization" in http.headers:
        told = {"message": problem.message, "code": problem.code, "requestNumber": incident, "incident": incident}
        return JSONResponse(told, status, headers)
    return _page(http, status, problem, headers, incident)


def _incident() -> str:
    """The number of what is being answered."""
    return str(get_contextvars().get("incident") or new_number())


def _note(http: Request, status: int, incident: str, because: Exception | None) -> None:
    level, what = (logging.ERROR, "incident") if because else (logging.INFO, "refused")
    said = {"method": http.method, "path": _route(http)}
    log.log(level, what, status=status, incident=incident, **said, exc_info=because)


def _page(http: Request, status: int, problem: Problem, headers: Mapping[str, str] | None, incident: str) -> Response:
    unsure = is_somebody(http) and getattr(http.state, "viewer", None) is None
    about = {"code": status, "problem": problem, "incident": incident}
    return render(http, "errors/error.html", status, headers, **about, unsure=unsure, ways=ways_on(http, status))


def new_number() -> str:
    """What a reader quotes, and the log is searched for."""
    return f"{secrets.token_hex(2)}-{secrets.token_hex(2)}".upper()


def _as_graphql(
    http: Request,
    status: int,
    message: str,
    extensions: Mapping[str, Any],
    headers: Mapping[str, str] | None,
    incident: str,
) -> Response:
    """The errors of a GraphQL answer, in the type that the caller reads, whatever came before GraphQL itself."""
    error = {"message": message, "extensions": {**extensions, "requestNumber": incident}}
    media_type = f"{accepted(http) or JSON}; charset=utf-8"
    return JSONResponse({"errors": [error]}, status, headers, media_type=media_type)


def _route(http: Request) -> str:
    """The route asked for, else the beginning of the path: its end can be a secret."""
    beginning = "/" + http.scope["path"].lstrip("/").partition("/")[0]
    return str(getattr(http.scope.get("route"), "path", beginning))


async def http_error(http: Request, error: Exception) -> Response:
    """Refused by a handler or by the router."""
    if not isinstance(error, HTTPException):
        raise error
    return answer(http, error.status_code, error.said if isinstance(error, Explained) else None, error.headers)


class Explained(HTTPException):
    """A refusal that says more than its status: a French sentence, or a problem of its own."""

    def __init__(self, status: int, said: str | Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, said.message if isinstance(said, Problem) else said, headers)
        self.said = said


async def could_not_begin(http: Request, error: Exception) -> Response:
    """What was sent to the API is no request that could be executed, or not now."""
    if not isinstance(error, CodedError):
        raise error
    incident = _incident()
    _note(http, error.status, incident, None)
    return _as_graphql(http, error.status, error.message, error.extensions or {}, error.headers, incident)


async def operation_failed(http: Request, error: Exception) -> Response:
    """A page's operation came back with errors: nobody signed in, a wrong address, too long a wait, or our fault."""
    codes = error.codes if isinstance(error, OperationFailed) else set()
    if "UNAUTHENTICATED" in codes:
        return RedirectResponse("/connexion", 303)
    if "BAD_USER_INPUT" in codes:
        return answer(http, 404)  # A cursor or a rank, typed into the address, that no list gave.
    passing = [CODES[code].status for code in ("STORAGE_FULL", "SERVICE_UNAVAILABLE", "TIME_LIMIT") if code in codes]
    if passing:
        return answer(http, passing[0], headers={"Retry-After": "30"}, because=error)
    return answer(http, 500, because=error)


async def not_found(http: Request, _error: Exception) -> Response:
    """Unknown, or not for this actor."""
    return answer(http, 404)


async def sender_left(http: Request, _error: Exception) -> Response:
    """Whoever was sending has gone: nobody reads this answer."""
    return answer(http, 408)


async def permission_denied(http: Request, error: Exception) -> Response:
    """The actor may see it but not do this."""
    if http.state.actor is not None:
        await record_denial(http.state.actor, {_route(http)}, at=http.state.as_of)
    return answer(http, 403, str(error))


async def throttled(http: Request, error: Exception) -> Response:
    """Tried too often, where no form of its own says so."""
    minutes = error.minutes if isinstance(error, Throttled) else 1
    return answer(http, 429, str(error), {"Retry-After": str(minutes * 60)})


HANDLERS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: http_error,
    CodedError: could_not_begin,
    OperationFailed: operation_failed,
    NotFound: not_found,
    PermissionDenied: permission_denied,
    Throttled: throttled,
    ClientDisconnect: sender_left,
}
