"""Chains of events as their rows stand, some hundreds at a time: what an audit reads and an export writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from models import ChainHead
from models.chains import PORTAL
from models.database import connection, is_postgres

_AT_ONCE = 500
COLUMNS = "id, request_id, user_id, position, kind, actor, at, payload, origin, purged_at, salt, digest, chain AS link"


async def chain_heads() -> AsyncIterator[ChainHead]:
    """Where each chain ends, in the order of their names."""
    after = ""
    while heads := await ChainHead.filter(chain__gt=after).order_by("chain").limit(_AT_ONCE):
        for head in heads:
            yield head
        after = heads[-1].chain


async def newer_head(head: ChainHead) -> ChainHead | None:
    """The head of the same chain, if it has moved on."""
    return await ChainHead.get_or_none(chain=head.chain, position__gt=head.position)


def condition_of(chain: str) -> tuple[str, list[Any]] | None:
    """The condition that its events meet, with its values; None for a chain that can have none."""
    kind, _, key = chain.partition(":")
    if chain == PORTAL:
        return "request_id IS NULL AND user_id IS NULL", []
    try:
        value: UUID | str = UUID(key) if is_postgres() else str(UUID(key))
    except ValueError:
        return None
    columns = {"request": "request_id = {0}", "account": "request_id IS NULL AND user_id = {0}"}
    return (columns[kind].format(hole(1)), [value]) if kind in columns else None


def hole(number: int) -> str:
    """Where a statement takes its value of that number."""
    return f"${number}" if is_postgres() else "?"


async def rows_after(chain: str, position: int) -> list[dict[str, Any]]:
    """The events of that chain after that position, in their order; none for a chain that can have none."""
    found = condition_of(chain)
    if found is None:
        return []
    condition, values = found
    statement = (
        f"SELECT {COLUMNS} FROM event WHERE {condition} AND position > {hole(len(values) + 1)} "  # noqa: S608
        f"ORDER BY position LIMIT {_AT_ONCE}"
    )
    return list(await connection().execute_query_dict(statement, [*values, position]))


def instant(kept: Any) -> datetime:
    """The instant of a column, which SQLite keeps as a text."""
    return kept if isinstance(kept, datetime) else datetime.fromisoformat(kept)
