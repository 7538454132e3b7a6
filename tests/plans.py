"""How the database would find what a statement asks for, in its own words."""

from __future__ import annotations

from typing import Any, TypeAlias

from tortoise.queryset import QuerySet, ValuesListQuery, ValuesQuery

from models.database import is_postgres, transaction

Rows: TypeAlias = QuerySet[Any] | ValuesQuery[Any] | ValuesListQuery[Any]


async def plan_of(rows: Rows) -> str:
    """The plan of what reads those rows."""
    statement = rows.sql()  # What is inside a subquery stays a parameter.
    return await plan(statement, rows.query.get_parameterized_sql()[1])


async def plan(statement: str, values: list[Any] | None = None) -> str:
    """The plan of that statement, where a table is never read whole nor its rows sorted if they need not be."""
    async with transaction() as own:
        if is_postgres():
            # It reads a table as small as those of the tests whole, and sorts it, unless it is told not to; which
            # index it then takes would depend on what an autovacuum found there last.
            for way in ("seqscan", "sort", "incremental_sort"):
                await own.execute_query(f"SET LOCAL enable_{way} = off")
        explain = "EXPLAIN" if is_postgres() else "EXPLAIN QUERY PLAN"
        found = await own.execute_query_dict(f"{explain} {statement}", values)
    return "\n".join(str(value) for row in found for value in row.values()).lower()
