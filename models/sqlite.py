"""SQLite as several processes may share it: Tortoise's backend with transactions that take the write lock first.

Named as an engine in models/database.py. Source of the traps: Tortoise 1.1.9, backends/sqlite/client.py.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

OPTIONS: dict[str, str] = {
    # Another process may hold the write lock: wait for it rather than fail. Milliseconds; set before all else.
    "busy_timeout": "15000",
    "journal_mode": "WAL",
    # An answer given to a supplier must survive a power cut.
    "synchronous": "FULL",
    "foreign_keys": "ON",
    # What is deleted or sealed leaves nothing to read in the file.
    "secure_delete": "ON",
}


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that holds the write lock from its first statement.

    A deferred one that reads before it writes fails at once with « database is locked » when another process
    wrote in between, whatever the busy timeout is.
    """

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        """Its statements one by one: sqlite3 commits the open transaction before it runs a script."""
        rest = ""
        for line in query.splitlines(keepends=True):
            rest += line
            if sqlite3.complete_statement(rest):
                await self.execute_query(rest)
                rest = ""
        if rest.strip():
            await self.execute_query(rest)


class ReleasingContext(SqliteTransactionContext):
    """Tortoise's context, which gives its lock back also when the transaction could not begin."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        token = None
        try:
            await self.ensure_connection()
            token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            if token is not None:
                get_connections().reset(token)
            if self.connection._connection is not None:
                await self.connection._connection.rollback()
            self._trxlock.release()
            raise
        self.token = token
        return self.connection  # type: ignore[no-any-return]


class Acquired(ConnectionWrapper[Any]):
    """Tortoise's hold on the connection, let go also when the connection could not be opened."""

    async def __aenter__(self) -> Any:
        await self._lock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


class Client(SqliteClient):
    """Tortoise's SQLite client with our transactions; whatever fails once is tried anew by who asks next."""

    async def create_connection(self, with_db: bool) -> None:
        """Open it with all of its options, or not at all."""
        try:
            await super().create_connection(with_db)
        except BaseException:
            if self._connection is not None:
                await self._connection.close()
            self._connection = None
            raise

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return Acquired(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return ReleasingContext(ImmediateTransaction(self), self._lock)


client_class = Client


def get_client_class(_db_info: dict[str, Any]) -> type[SqliteClient]:
    """What Tortoise asks an engine for."""
    return Client
