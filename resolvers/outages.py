"""What keeps the portal from serving for a while: its database or its disk, and no fault of its own."""

from __future__ import annotations

from enum import StrEnum

from tortoise.exceptions import DBConnectionError

from resolvers import storage


class Outage(StrEnum):
    """Trying again later may succeed: when there is room, or an answer."""

    STORAGE_FULL = "STORAGE_FULL"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


# As SQLite, PostgreSQL and the system say that a disk is full.
_NO_ROOM = ("database or disk is full", "No space left on device")
# As SQLite says that others have been writing for too long, and asyncpg that the server has gone.
_NO_ANSWER = ("database is locked", "connection is closed", "connection was closed", "cannot switch to state")
# PostgreSQL's classes of errors: of the connection, of the server's resources, of its operator.
_CLASSES = ("08", "53", "57")


def outage(error: BaseException | None) -> Outage | None:
    """Which one an error tells of; None for a fault."""
    told = str(error)
    if isinstance(error, storage.Full) or any(words in told for words in _NO_ROOM):
        return Outage.STORAGE_FULL
    if isinstance(error, DBConnectionError | OSError | storage.Unavailable):
        return Outage.SERVICE_UNAVAILABLE
    of_the_server = str(getattr(error, "sqlstate", "")).startswith(_CLASSES)
    return Outage.SERVICE_UNAVAILABLE if of_the_server or any(words in told for words in _NO_ANSWER) else None
