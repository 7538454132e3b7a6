"""What somebody who owns the database could do to it, whatever guards its tables."""

from __future__ import annotations

from models.database import connection, is_postgres

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"


async def without_guards(*statements: str) -> None:
    """Execute these with the guards of the events off, and on again afterwards."""
    if is_postgres():
        await _each(["ALTER TABLE event DISABLE TRIGGER USER", *statements, "ALTER TABLE event ENABLE TRIGGER USER"])
        return
    triggers = await connection().execute_query_dict(_TRIGGERS)
    drop, create = [f"DROP TRIGGER {row['name']}" for row in triggers], [row["sql"] for row in triggers]
    await _each([*drop, *statements, *create])


async def _each(statements: list[str]) -> None:
    for statement in statements:
        await connection().execute_query(statement)
