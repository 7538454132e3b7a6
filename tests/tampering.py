"""What somebody could do to what is kept or sent: to rows behind the guards of their tables, to a link on its way."""

from __future__ import annotations

from models.database import connection, is_postgres

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"


def touched(secret: str) -> str:
    """The same but for one letter in its middle, where each letter counts whole."""
    middle = len(secret) // 2
    return secret[:middle] + ("B" if secret[middle] == "A" else "A") + secret[middle + 1 :]


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
