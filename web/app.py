"""The site: every address that it answers to, and what stands before them."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount

from models.database import database
from web import (
    api_docs,
    calendar,
    credentials,
    documents,
    exports,
    forgotten,
    graphql,
    health,
    mailbox,
    metrics,
    receipts,
    schemas,
    security_txt,
    signin,
    uploads,
)
from web.assets import Assets
from web.errors import HANDLERS
from web.incidents import Incidents
from web.lingering import Lingering
from web.pages import (
    account,
    colleagues,
    confirmation,
    console,
    deposit,
    history,
    home,
    journal,
    modification,
    news,
    portal,
    sending_back,
    support,
    tokens,
    tracking,
)
from web.pages import help as help_pages
from web.pages import receipts as receipt_pages
from web.protection import BoundedBodies, KnownHosts, Maintenance, OwnPagesOnly, SecurityHeaders
from web.rate_limits import Counters, RequestRate
from web.session import Identification


def now() -> datetime:
    """The clock of the site; a test sets its own on `app.state.clock`."""
    return datetime.now(UTC)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """The database is open for as long as the site is, and the gauges have their own port if they are given one."""
    async with database(), metrics.own_port(app), aclosing(app.state.counters):
        gc.collect()
        gc.freeze()  # What is loaded stays: looking through it would stop every answer for a tenth of a second.
        yield


routes = [
    # Signing in, and the public pages.
    *signin.routes,
    *forgotten.routes,
    *portal.routes,
    *help_pages.routes,
    # The supplier's pages.
    *home.routes,
    *news.routes,
    *tracking.routes,
    *history.routes,
    *modification.routes,
    *confirmation.routes,
    *receipt_pages.routes,
    *support.routes,
    *deposit.routes,
    *account.routes,
    *colleagues.routes,
    *tokens.routes,
    *credentials.routes,
    # The managers' console.
    *console.routes,
    *sending_back.routes,
    *journal.routes,
    *exports.routes,
    # The API, and the bytes that it speaks of.
    *graphql.routes,
    *api_docs.routes,
    *uploads.routes,
    *documents.routes,
    *calendar.routes,
    *receipts.routes,
    *schemas.routes,
    *security_txt.routes,
    # What watches over the process, and what a developer looks at.
    *health.routes,
    *metrics.routes,
    *mailbox.routes,
    # Compressed, being the same for everybody; pages are not: their length would tell of the secrets in them.
    Mount("/static", GZipMiddleware(Assets()), name="static"),
]

app = Starlette(
    routes=routes,
    middleware=[
        Middleware(Lingering),
        Middleware(SecurityHeaders),
        Middleware(Incidents),
        Middleware(KnownHosts),
        Middleware(Maintenance),
        Middleware(RequestRate),
        Middleware(BoundedBodies),
        Middleware(Identification),
        Middleware(OwnPagesOnly),
    ],
    exception_handlers=HANDLERS,
    lifespan=lifespan,
)
app.state.clock = now
app.state.counters = Counters()
# Starlette would redirect to the address that it believes it has, which a proxy in front makes wrong.
app.router.redirect_slashes = False
