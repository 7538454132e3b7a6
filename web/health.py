"""Is this process alive, and can it serve? Asked by whatever watches over it."""

from __future__ import annotations

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.migrating import pending

log = structlog.get_logger()
LONGEST_WAIT = 5.0


async def alive(_http: Request) -> Response:
    """GET /livez: the process answers. Touches nothing, so that a slow database never gets it killed."""
    return PlainTextResponse("ok\n")


async def ready(_http: Request) -> Response:
    """GET /readyz: the database answers and its tables are those that this code knows."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            missing = await pending()
    except Exception as error:  # Whatever goes wrong, the answer is that nothing can be served.
        log.warning("not ready", error=repr(error))
        return PlainTextResponse("database unreachable\n", 503)
    if missing:
        return PlainTextResponse(f"migrations missing: {len(missing)}\n", 503)
    return PlainTextResponse("ok\n")


routes = [Route("/livez", alive), Route("/readyz", ready)]
