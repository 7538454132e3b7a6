"""The rules of the house that no tool knows: what is written twice agrees, what is written is used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from graphql import parse, validate
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from tortoise.context import get_current_context
from tortoise.migrations.autodetector import MigrationAutodetector
from typer.main import get_group

from models.database import configuration
from schema import schema
from settings import Settings
from tasks.__main__ import app
from web.client import OPERATIONS, read_operations

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "web/templates"
CONSOLE = ROOT / "web/console"
TYPED_CLIENT = "tests/services/typed_client/package-lock.json"
LOCKS = [
    "package-lock.json",
    TYPED_CLIENT,
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-pdf.txt",
    "requirements-uv.txt",
]


def sources(*patterns: str) -> str:
    """The text of every file of the site that matches, but for what others made."""
    files = (file for pattern in patterns for file in sorted((ROOT / "web").rglob(pattern)))
    return "\n".join(file.read_text() for file in files if "vendor" not in file.parts)


def default_in_words(setting: FieldInfo) -> str:
    if isinstance(setting.default, SecretStr):
        return "for development only" if setting.default.get_secret_value() else ""
    return "" if setting.default in (None, "") else f"`{setting.default}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_readme_tells_every_setting_as_it_is(name: str) -> None:
    setting = Settings.model_fields[name]
    row = f"| `SOLDE_{name.upper()}` | {default_in_words(setting)} | {setting.description} |"
    assert row in (ROOT / "README.md").read_text().splitlines()


def test_readme_tells_no_setting_that_is_gone() -> None:
    told = set(re.findall(r"\bSOLDE_([A-Z_]+)\b", (ROOT / "README.md").read_text()))
    assert told <= {name.upper() for name in Settings.model_fields}


def test_readme_tells_every_command() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in get_group(app).commands if f"`solde {name}" not in readme] == []


def test_every_process_of_the_procfile_is_a_command() -> None:
    processes = re.findall(r"python -m tasks (\w+)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
    assert processes == ["migrate", "web", "worker"]
    assert set(processes) <= get_group(app).commands.keys()


def test_every_template_is_used() -> None:
    text = sources("*.py", "*.html")
    names = [str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html")]
    assert [name for name in names if f'"{name}"' not in text] == []


def test_every_static_file_is_used() -> None:
    text = sources("*.py", "*.html", "*.css", "*.js")
    names = [str(file.relative_to(ROOT / "web/static")) for file in (ROOT / "web/static").rglob("*.*")]
    assert [name for name in names if name not in text] == []


def test_every_operation_of_the_pages_is_used() -> None:
    text = sources("*.py")
    assert [name for name in read_operations() if f'"{name}"' not in text] == []


@pytest.mark.parametrize(
    "file", [*OPERATIONS.glob("*.graphql"), *CONSOLE.glob("*.graphql")], ids=lambda file: file.name
)
def test_every_operation_is_one_that_the_schema_answers(file: Path) -> None:
    assert validate(schema._schema, parse(file.read_text())) == []


@pytest.mark.usefixtures("db")
async def test_migrations_are_current() -> None:
    context = get_current_context()
    assert context
    assert context.apps
    assert await MigrationAutodetector(context.apps, configuration()["apps"]).changes() == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    packages, hashed = (
        (r"^\S+==", r"^\S+==.*\\\n +--hash=") if lock.endswith(".txt") else (r'"version":', r'"integrity":')
    )
    assert len(re.findall(packages, text, re.MULTILINE)) == len(re.findall(hashed, text, re.MULTILINE))


def test_every_dependency_says_why_it_is_here() -> None:
    lines = re.findall(r'^  "[a-z].*[<>=]=.*$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert len(lines) == len(project["dependencies"]) + sum(map(len, project["optional-dependencies"].values()))
    assert [line for line in lines if not re.search(r'",\s+# \S', line)] == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {file.parent for file in (ROOT / "tests").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


# A French word that loses its vowel before the next one.
ELISION = re.compile(
    r"(?<![a-zà-ÿœ])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|aujourd|entr|presqu)'(?=[a-zà-ÿœ«])", re.IGNORECASE
)


@pytest.mark.parametrize("part", ["models", "resolvers", "schema", "tasks", "web"])
def test_every_french_sentence_has_the_printers_apostrophe(part: str) -> None:
    patterns = ("*.py", "*.html", "*.txt", "*.js", "*.typ", "*.yaml", "*.graphql")
    files = (file for pattern in patterns for file in (ROOT / part).rglob(pattern) if "vendor" not in file.parts)
    assert {str(file): found for file in files if (found := ELISION.findall(file.read_text()))} == {}
