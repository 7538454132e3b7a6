"""A partner's software, written from the documentation alone with types of a public tool: it completes the cycle."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import blocks
from tests.services.examples import Reader

PAGE = "typed-clients"
[INSTALLED, TYPED] = [block.text for block in blocks(PAGE) if block.language == "console"]


@pytest.fixture
def folder(reader: Reader, tmp_path: Path) -> Iterator[Path]:
    """A scratch folder in which the page's packages are installed; the page leaves the sandbox changed."""
    (tmp_path / "node_modules").symlink_to(Path(os.environ["SOLDE_TEST_CODEGEN"]) / "node_modules")
    # The page's own modules are modern ones, as its readers' packages say.
    shutil.copy(Path(os.environ["SOLDE_TEST_CODEGEN"]) / "package.json", tmp_path)
    yield tmp_path
    reader.reset()


def test_the_types_are_generated_the_client_is_checked_and_confirms(reader: Reader, folder: Path) -> None:
    reader.begin(PAGE, folder)
    commands = "\n".join(line.removeprefix("$ ") for line in TYPED.splitlines() if line.startswith("$ "))
    assert reader.type(commands, folder).splitlines()[-1] == TYPED.splitlines()[-1]


def test_a_client_that_forgets_an_outcome_is_stopped_by_its_types(reader: Reader, folder: Path) -> None:
    reader.begin(PAGE, folder)
    client = folder / "client.ts"
    check = '"ConfirmModificationSuccess") throw new Error(confirmed.message);'
    assert check in client.read_text()
    client.write_text(client.read_text().replace(f"if (confirmed.__typename !== {check}", ""))
    _, checked, _ = (line.removeprefix("$ ") for line in TYPED.splitlines() if line.startswith("$ "))
    told = reader.type(f"node generate.mjs\n{checked} | tee told.txt || true", folder)
    assert "Property 'version' does not exist on type" in told


def test_what_the_page_installs_is_what_was_installed_here() -> None:
    installed = (Path(__file__).parent / "typed_client/package.json").read_text()
    named = [word.rpartition("@") for word in INSTALLED.replace("\\\n", " ").split() if "@" in word]
    assert named
    assert [name for name, _, major in named if f'"{name}": "{major}.' not in installed] == []
