"""What a table rebuilt by Tortoise 1.1.9 loses on SQLite, put back: its indexes, its triggers, its unique constraints.

Only what a migration names is left as the migration made it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_generator.state import State
from tortoise.models import Model

from models.database import APP, connection

_MADE_BY_STATEMENTS = "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
_UNIQUE_COLUMNS = """
SELECT entry.name AS "table", entry_index.name AS "index", info.name AS "column"
FROM sqlite_master AS entry
JOIN pragma_index_list(entry.name) AS entry_index
JOIN pragma_index_info(entry_index.name) AS info
WHERE entry.type = 'table' AND entry_index."unique" AND NOT entry_index.partial
ORDER BY entry.name, entry_index.name, info.seqno
"""


class MigrationFailed(Exception):
    """The database is not as the migrations promise."""


@dataclass(frozen=True)
class Surroundings:
    """The indexes and triggers of every table, each with the statement that made it."""

    statements: dict[str, str]

    @classmethod
    async def read(cls) -> Surroundings:
        rows = await _rows(_MADE_BY_STATEMENTS)
        return cls({row["name"]: row["sql"] for row in rows})

    async def restore(self, migration: Migration, state: State) -> None:
        """Put back what is lost without being meant to; then no row may lack its parent."""
        present = (await self.read()).statements
        meant = " ".join(str(vars(operation)) for operation in migration.operations)
        for name, statement in self.statements.items():
            if name not in present and not re.search(rf"\b{re.escape(name)}\b", meant):
                await connection().execute_query(statement)
        await _restore_unique_constraints(state)
        broken = await _rows("PRAGMA foreign_key_check")
        if broken:
            raise MigrationFailed(f"{migration.name} leaves rows without their parents: {broken[:3]}")


async def _restore_unique_constraints(state: State) -> None:
    """What the migrations declare unique, tables rebuilt by this one included."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in await _rows(_UNIQUE_COLUMNS):
        groups.setdefault((row["table"], row["index"]), []).append(row["column"])
    present = {(table, tuple(columns)) for (table, _), columns in groups.items()}
    for table, columns in _declared_unique(state) - present:
        name, quoted = "_".join(("uid", table, *columns)), ", ".join(f'"{column}"' for column in columns)
        await connection().execute_query(f'CREATE UNIQUE INDEX "{name}" ON "{table}" ({quoted})')


def _declared_unique(state: State) -> set[tuple[str, tuple[str, ...]]]:
    models = [state.apps.get_model(APP, name) for app, name in state.models if app == APP]
    return {(model._meta.db_table, columns) for model in models for columns in _unique_columns(model)}


def _unique_columns(model: type[Model]) -> set[tuple[str, ...]]:
    fields, columns = model._meta.fields_map, model._meta.fields_db_projection
    alone = {(column,) for name, column in columns.items() if fields[name].unique and not fields[name].pk}
    together = {tuple(fields[name].source_field or name for name in group) for group in model._meta.unique_together}
    return alone | together


async def _rows(query: str) -> list[dict[str, Any]]:
    return list(await connection().execute_query_dict(query))
