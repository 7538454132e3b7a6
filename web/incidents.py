"""What nobody expected: numbered, logged, and answered with a page all the same."""

from __future__ import annotations

from contextlib import nullcontext

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

from resolvers.outages import outage
from schema.coded_errors import CODES
from web.errors import answer, new_number
from web.origin import API_PATHS
from web.problems import PROBLEMS

log = structlog.get_logger()


class Incidents:
    """Numbers what is asked, and turns whatever nobody expected into a page, inside every answer's protections.

    All log lines written meanwhile carry the number, which an error page shows, and every answer to a program.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with bound_contextvars(incident=new_number()) if scope["type"] == "http" else nullcontext():
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            if message["type"] == "http.response.start" and scope["path"] in API_PATHS:
                MutableHeaders(scope=message).setdefault("X-Request-Id", get_contextvars()["incident"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            await _incident(Request(scope), error)(scope, receive, watched)


def _incident(http: Request, error: Exception) -> Response:
    try:
        found = outage(error)
        if found is None:
            return answer(http, 500, because=error)
        return answer(http, CODES[found].status, headers={"Retry-After": "30"}, because=error)
    except Exception as second:  # The error page itself cannot be drawn: say it without one.
        log.error("no error page", exc_info=second)
        return HTMLResponse(_BARE.format(**PROBLEMS[500]._asdict(), incident=get_contextvars()["incident"]), 500)


# Our links and our look need templates; these words need nothing.
_BARE = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<h1>{title}</h1>
<p>{message}</p>
<p>{advice}</p>
<p>Incident n° <strong>{incident}</strong>. Donnez ce numéro à l’assistance.</p>
<p><a href="/">Accueil du portail</a></p>
"""
