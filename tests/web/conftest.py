"""The site as a browser of ours sees it: the real application on the test's own database, its clock in our hands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from models import Session, User
from models.actors import TokenScope
from resolvers import accounts
from settings import settings
from tests.conftest import NOW
from tests.factories import make_attachment, make_request, make_supplier, make_token, make_user, send_back
from tests.web.scene import Scene
from tests.web.visit import Visit
from web.app import app
from web.rate_limits import Counters

Enter = Callable[[User], Awaitable[str]]


@dataclass
class Clock:
    """The instant that the site believes in."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    usual = app.state.clock
    app.state.clock = Clock()
    app.state.counters = Counters()  # Every test is in the same minute.
    yield app.state.clock
    app.state.clock = usual


@pytest.fixture
def data_dir(setting: Callable[[str, object], None], tmp_path: Path) -> Path:
    """An empty data folder for this test."""
    setting("data_dir", tmp_path / "var")
    return tmp_path / "var"


@pytest.fixture
async def stranger(db: str, clock: Clock, data_dir: Path) -> AsyncIterator[AsyncClient]:
    """A client that says nothing of itself: what a program or a very old browser sends."""
    async with AsyncClient(transport=ASGITransport(app), base_url=settings.base_url) as client:
        yield client


@pytest.fixture
async def program(stranger: AsyncClient) -> AsyncClient:
    """A partner's software that may write."""
    scopes = [TokenScope.READ, TokenScope.WRITE]
    secret = await make_token(name="Logiciel", scopes=scopes, supplier=await make_supplier(), as_of=NOW)
    stranger.headers["Authorization"] = f"Bearer {secret}"
    return stranger


@pytest.fixture
async def site(stranger: AsyncClient) -> AsyncClient:
    """A browser on our own pages, nobody signed in."""
    stranger.headers["Sec-Fetch-Site"] = "same-origin"
    stranger.headers["Accept"] = "text/html"
    return stranger


@pytest.fixture
def enter(site: AsyncClient, clock: Clock) -> Enter:
    """Sign a user in on the browser, without the password; the session's secret."""

    async def open_session(user: User) -> str:
        secret = f"secret of {user.identifier}"
        ends = clock.now + timedelta(hours=settings.session_hours)
        digest = accounts.digest(secret)
        await Session.create(digest=digest, user=user, created_at=clock.now, seen_at=clock.now, expires_at=ends)
        site.cookies.set("session", secret)
        return secret

    return open_session


@pytest.fixture
async def supplier_user(db: str) -> User:
    """Somebody of a supplier, who may confirm."""
    return await make_user(await make_supplier())


@pytest.fixture
async def manager_user(db: str) -> User:
    """A manager of the agency."""
    return await make_user(None)


@pytest.fixture
async def manager(site: AsyncClient, enter: Enter, manager_user: User) -> Visit:
    """That manager in front of the portal."""
    await enter(manager_user)
    return Visit(site)


@pytest.fixture
async def scene(site: AsyncClient, enter: Enter, supplier_user: User, clock: Clock) -> Scene:
    """A request sent back a day ago, and somebody of its supplier in front of it."""
    request = await make_request(supplier_user.supplier)
    await make_attachment(request)
    modification = await send_back(request)
    clock.now = NOW + timedelta(days=1)
    await enter(supplier_user)
    return Scene(Visit(site), supplier_user, request, modification)
