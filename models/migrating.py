"""Bringing a database to the present tables, with the traps of Tortoise's migrations on SQLite answered.

Tortoise 1.1.9 changes a column on SQLite by dropping and rebuilding its table. With foreign keys on, that deletes
the rows of its children; with or without them, it loses the table's indexes and triggers.
"""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.migrations.executor import MigrationExecutor, MigrationTarget, PlanStep
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, RunSQL
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.database import APP, configuration, connection, database, is_postgres, transaction
from models.rebuilt_tables import MigrationFailed as MigrationFailed
from models.rebuilt_tables import Surroundings
from settings import settings

_ADDING = (AddConstraint, AddField, AddIndex, CreateModel, RunSQL)
_LOCK = 0x501DE  # any number, the same for every process


async def migrate(url: str | None = None, *, modules: str = "models.migrations", last: str = "") -> list[str]:
    """Apply what is missing, one migration after the other, up to `last` if it is named; the names of those applied."""
    async with database(url, foreign_keys="OFF"), _alone():
        steps = [step for step in await pending(modules) if not last or step.migration.name <= last]
        if steps:
            await _apply(steps, modules)
        return [step.migration.name for step in steps]


async def pending(modules: str = "models.migrations") -> list[PlanStep]:
    """The migrations that the open database lacks."""
    executor = _executor(modules)
    # The application's own role may create nothing, not even what is there already.
    if not await _is_begun():
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    return await executor.plan([MigrationTarget(APP, "__latest__")])


async def _is_begun() -> bool:
    find = "to_regclass('tortoise_migrations') IS NOT NULL"
    sqlite = "EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations')"
    [row] = await connection().execute_query_dict(f"SELECT {find if is_postgres() else sqlite} AS begun")
    return bool(row["begun"])


async def _apply(steps: list[PlanStep], modules: str) -> None:
    """Each migration in one transaction with its record: a crash leaves the tables as they were before it.

    Not `executor.migrate`: it works the tables out again from the first migration on, for each that it applies.
    """
    executor = _executor(modules)
    await executor.loader.build_graph()
    state = await executor._project_state(set(await executor.recorder.applied_migrations()))
    for step in steps:
        async with transaction() as client:
            before = None if is_postgres() else await Surroundings.read()
            editor = executor._schema_editor(atomic=True)
            editor.client = client
            await _run(step.migration, state, editor)
            await MigrationRecorder(client).record_applied(APP, step.migration.name)
            if before:
                await before.restore(step.migration, state)


async def _run(migration: Migration, state: State, editor: BaseSchemaEditor) -> None:
    """Each operation in turn: what the tables are to be, then the tables.

    Not `migration.apply`: it copies every table's model before each operation, also for those that only add.
    """
    for operation in migration.operations:
        former = state if isinstance(operation, _ADDING) else state.clone()
        operation.state_forward(APP, state)
        await operation.database_forward(APP, former, state, editor)
    state.validate_relations_initialized()


def _executor(modules: str) -> MigrationExecutor:
    app = {**configuration()["apps"][APP], "migrations": modules}
    return MigrationExecutor(connection(), {APP: app})


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """One migration at a time: two processes that start together must not both create the tables."""
    if not is_postgres():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with (settings.data_dir / "migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    # A lock of its own connection: it ends with it, whatever happens.
    async with _advisory_lock():
        yield


@asynccontextmanager
async def _advisory_lock() -> AsyncIterator[None]:
    client = connection()
    async with client.acquire_connection() as own:
        await own.execute(f"SELECT pg_advisory_lock({_LOCK})")
        try:
            yield
        finally:
            await own.execute(f"SELECT pg_advisory_unlock({_LOCK})")
