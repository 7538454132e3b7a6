"""Migrations on both databases, and what SQLite's rebuilt tables would lose."""

from __future__ import annotations

import asyncio
import importlib
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from models import Modification, migrations
from models.database import connection, database
from models.migrating import migrate, pending
from models.rebuilt_tables import MigrationFailed
from settings import settings
from tests.conftest import NOW, POSTGRES
from tests.factories import MANAGER, make_request
from tests.services.portal import PATIENCE

MIGRATIONS = sorted(file.stem for file in Path(migrations.__file__).parent.glob("0*.py"))

Write = Callable[[str, str], None]

_INITIAL = """
ops.CreateModel(
    name="Parent",
    fields=[
        ("id", fields.IntField(primary_key=True)),
        ("code", fields.CharField(max_length=20, unique=True)),
        ("country", fields.CharField(max_length=2)),
        ("rank", fields.IntField()),
    ],
    options={
        "table": "parent", "app": "solde", "pk_attr": "id",
        "unique_together": (("country", "rank"),),
        "indexes": [Index(fields=["rank", "code"], name="parent_by_rank")],
    },
    bases=["Model"],
),
ops.CreateModel(
    name="Child",
    fields=[
        ("id", fields.IntField(primary_key=True)),
        ("parent", fields.ForeignKeyField("solde.Parent", source_field="parent_id", related_name="children",
                                          to_field="id", on_delete=OnDelete.CASCADE)),
        ("twin", fields.OneToOneField("solde.Parent", source_field="twin_id", related_name="twin",
                                      to_field="id", null=True, on_delete=OnDelete.CASCADE)),
    ],
    options={"table": "child", "app": "solde", "pk_attr": "id"},
    bases=["Model"],
),
ops.RunSQL("CREATE UNIQUE INDEX parent_first ON parent (country) WHERE rank = 1"),
"""
_LONGER_CODE = """
ops.AlterField(model_name="Parent", name="code", field=fields.CharField(max_length=40, unique=True)),
"""
_LONGER_CODE_WITHOUT_INDEX = (
    _LONGER_CODE
    + """
ops.RunSQL("DROP INDEX IF EXISTS parent_first"),
"""
)
_OTHER_CHILD = """
ops.AlterField(model_name="Child", name="parent", field=fields.ForeignKeyField(
    "solde.Parent", source_field="parent_id", related_name="children", to_field="id", null=True,
    on_delete=OnDelete.CASCADE)),
"""
_REFUSED = (
    "INSERT INTO parent (id, code, country, rank) VALUES (3, 'A', 'BE', 2)",
    "INSERT INTO parent (id, code, country, rank) VALUES (3, 'C', 'FR', 2)",
    "INSERT INTO child (id, parent_id, twin_id) VALUES (2, 1, 1)",
    "INSERT INTO child (id, parent_id) VALUES (3, 9)",
    "DELETE FROM parent",
)
_ORPHANING = """
ops.RunSQL("DELETE FROM parent"),
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Write]]:
    """An empty package of migrations, and how to add one to it."""
    package = f"scratch_{uuid.uuid4().hex}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    names: list[str] = []

    def write(name: str, operations: str) -> None:
        dependencies = [("solde", earlier) for earlier in names[-1:]]
        (folder / f"{name}.py").write_text(
            "from tortoise import fields, migrations\n"
            "from tortoise.fields.base import OnDelete\n"
            "from tortoise.indexes import Index\n"
            "from tortoise.migrations import operations as ops\n"
            "class Migration(migrations.Migration):\n"
            f"    initial = {not names}\n"
            f"    dependencies = {dependencies}\n"
            f"    operations = [{operations}]\n"
        )
        names.append(name)
        importlib.invalidate_caches()

    yield package, write
    for module in [name for name in sys.modules if name.startswith(package)]:
        del sys.modules[module]


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if not POSTGRES:
        yield f"sqlite://{tmp_path}/empty.sqlite3"
        return
    name = f"solde_empty_{uuid.uuid4().hex}"
    asyncio.run(_on_the_server(f'CREATE DATABASE "{name}"'))
    yield POSTGRES.rpartition("/")[0] + f"/{name}"
    asyncio.run(_on_the_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _on_the_server(statement: str) -> None:
    admin = await asyncpg.connect(POSTGRES.replace("asyncpg://", "postgresql://", 1))
    await admin.execute(statement)
    await admin.close()


async def _fill(url: str) -> None:
    async with database(url):
        await connection().execute_query("INSERT INTO parent (id, code, country, rank) VALUES (1, 'A', 'FR', 1)")
        await connection().execute_query("INSERT INTO parent (id, code, country, rank) VALUES (2, 'B', 'FR', 2)")
        await connection().execute_query("INSERT INTO child (id, parent_id, twin_id) VALUES (1, 1, 1)")
        await connection().execute_query(
            "CREATE TRIGGER parent_kept BEFORE DELETE ON parent BEGIN SELECT RAISE(ABORT, 'kept'); END"
        )


@pytest.mark.parametrize("change", [_LONGER_CODE, _OTHER_CHILD])
async def test_a_rebuilt_table_keeps_its_children_indexes_triggers_and_unique_constraints(
    tmp_path: Path, scratch: tuple[str, Write], change: str
) -> None:
    url = f"sqlite://{tmp_path}/scratch.sqlite3"
    package, write = scratch
    write("m0001", _INITIAL)
    assert await migrate(url, modules=package) == ["m0001"]
    await _fill(url)
    write("m0002", change)
    assert await migrate(url, modules=package) == ["m0002"]
    async with database(url):
        assert await connection().execute_query_dict("SELECT id, parent_id, twin_id FROM child") == [
            {"id": 1, "parent_id": 1, "twin_id": 1}
        ]
        names = await connection().execute_query_dict(
            "SELECT name FROM sqlite_master WHERE name IN ('parent_by_rank', 'parent_first', 'parent_kept')"
        )
        assert {row["name"] for row in names} == {"parent_by_rank", "parent_first", "parent_kept"}
        for statement in _REFUSED:
            with pytest.raises(IntegrityError):
                await connection().execute_query(statement)


async def test_the_index_that_a_migration_drops_stays_dropped(tmp_path: Path, scratch: tuple[str, Write]) -> None:
    url = f"sqlite://{tmp_path}/scratch.sqlite3"
    package, write = scratch
    write("m0001", _INITIAL)
    await migrate(url, modules=package)
    write("m0002", _LONGER_CODE_WITHOUT_INDEX)
    await migrate(url, modules=package)
    async with database(url):
        names = await connection().execute_query_dict("SELECT name FROM sqlite_master WHERE name LIKE 'parent_%'")
    assert [row["name"] for row in names] == ["parent_by_rank"]


async def test_an_index_is_put_back_although_a_longer_name_is_mentioned(
    tmp_path: Path, scratch: tuple[str, Write]
) -> None:
    url = f"sqlite://{tmp_path}/scratch.sqlite3"
    package, write = scratch
    write("m0001", _INITIAL)
    await migrate(url, modules=package)
    write("m0002", _LONGER_CODE + 'ops.RunSQL("CREATE INDEX parent_first_of_country ON parent (country)"),')
    await migrate(url, modules=package)
    async with database(url):
        names = await connection().execute_query_dict("SELECT name FROM sqlite_master WHERE name LIKE 'parent_first%'")
    assert {row["name"] for row in names} == {"parent_first", "parent_first_of_country"}


async def test_a_migration_that_orphans_rows_leaves_the_database_as_it_was(
    tmp_path: Path, scratch: tuple[str, Write]
) -> None:
    url = f"sqlite://{tmp_path}/scratch.sqlite3"
    package, write = scratch
    write("m0001", _INITIAL)
    await migrate(url, modules=package)
    async with database(url):
        await connection().execute_query("INSERT INTO parent (id, code, country, rank) VALUES (1, 'A', 'FR', 1)")
        await connection().execute_query("INSERT INTO child (id, parent_id) VALUES (1, 1)")
    write("m0002", _ORPHANING)
    with pytest.raises(MigrationFailed, match="m0002"):
        await migrate(url, modules=package)
    async with database(url):
        assert len(await connection().execute_query_dict("SELECT id FROM parent")) == 1
        assert [step.migration.name for step in await pending(package)] == ["m0002"]


def test_migrating_twice_changes_nothing_the_second_time(empty_url: str) -> None:
    assert asyncio.run(migrate(empty_url)) == MIGRATIONS
    assert asyncio.run(migrate(empty_url)) == []


def test_processes_that_migrate_at_once_apply_each_migration_once(empty_url: str) -> None:
    script = f"import asyncio; from models.migrating import migrate; print(len(asyncio.run(migrate({empty_url!r}))))"
    environment = os.environ | {"SOLDE_DATA_DIR": str(settings.data_dir)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=PATIENCE) for process in processes]
    assert sorted(output.strip() for output, _ in answers) == ["0", "0", str(len(MIGRATIONS))], answers


async def test_the_database_itself_refuses_a_second_open_modification(db: str) -> None:
    request = await make_request()
    facts: dict[str, Any] = {
        "request": request,
        "comment": "x",
        "opened_at": NOW,
        "opened_by": MANAGER.author,
        "reminds_at": NOW,
        "closes_at": NOW,
        "draft_updated_at": NOW,
    }
    await Modification.create(number=1, **facts)
    with pytest.raises(IntegrityError):
        await Modification.create(number=2, **facts)
    await Modification.filter(number=1).update(outcome="SKIPPED")
    await Modification.create(number=2, **facts)
    assert await Modification.all().count() == 2
