"""The database: one configuration for SQLite and PostgreSQL, with the traps of each answered once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from tortoise import Tortoise, fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.sqlite import OPTIONS
from settings import settings

APP = "solde"


def configuration(url: str | None = None, **options: str) -> dict[str, Any]:
    """Tortoise's configuration for the settings' database, or for `url`; `options` are SQLite pragmas."""
    default = expand_db_url(url or settings.database_url)
    if default["engine"] == "tortoise.backends.sqlite":
        default = {"engine": "models.sqlite", "credentials": OPTIONS | default["credentials"] | options}
    return {
        "connections": {"default": default},
        "apps": {APP: {"models": ["models"], "default_connection": "default", "migrations": "models.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


TORTOISE = configuration()
"""The same for Tortoise's own command line, which writes the migrations."""


@asynccontextmanager
async def database(url: str | None = None, **options: str) -> AsyncIterator[None]:
    """Open the database for as long as the block runs, for every task of this process.

    Tortoise keeps its state in a context variable, which a web server's requests do not inherit from the
    lifespan: the global fallback makes it theirs too.
    """
    await Tortoise.init(config=configuration(url, **options), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


_waiting: ContextVar[list[Callable[[], None]] | None] = ContextVar("waiting", default=None)


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """One transaction: returning commits, raising rolls back. Wait for nothing else inside."""
    outer, own = _waiting.get(), list[Callable[[], None]]()
    token = _waiting.set(own)
    try:
        async with in_transaction("default") as client:
            yield client
    finally:
        _waiting.reset(token)
    for tell in own:
        # Inside another transaction nothing is committed before that one is.
        tell() if outer is None else outer.append(tell)


def after_commit(tell: Callable[[], None]) -> None:
    """Do this when the transaction that is open has been committed, and never when it is rolled back."""
    waiting = _waiting.get()
    tell() if waiting is None else waiting.append(tell)


def connection() -> BaseDBAsyncClient:
    """The connection, for what the query builder cannot say."""
    return get_connection("default")


def is_postgres() -> bool:
    """Which of the two databases this is."""
    return connection().capabilities.dialect == "postgres"


def canonical_json(value: Any) -> str:
    """The one text of a JSON value, whatever the order of its keys: what digests are made of."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class InstantField(fields.DatetimeField[datetime]):
    """An instant, always UTC in the database.

    SQLite compares instants as texts: one written or asked for with another offset would sort wrongly.
    """

    def to_db_value(self, value: Any, instance: Any) -> Any:
        return super().to_db_value(_in_utc(value), instance)

    def to_python_value(self, value: Any) -> datetime | None:
        return super().to_python_value(_in_utc(value))


def _in_utc(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return value.astimezone(UTC)
