"""A reader of the API's documentation: a sandbox with the demo in it, and a folder in which the examples are typed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.docs.blocks import blocks
from tests.services.portal import PATIENCE, Portal, start_portal

PDF = Path(__file__).parents[1] / "examples/pieces/PJ_Demande.pdf"


@dataclass(frozen=True)
class Reader:
    """The sandbox, and what its reader has been given."""

    portal: Portal
    token: str
    manager_token: str

    def begin(self, page: str, folder: Path) -> None:
        """Put into the folder what the page has its reader put there."""
        shutil.copy(PDF, folder / "rapport.pdf")
        for block in blocks(page):
            if block.file:
                (folder / block.file).write_text(block.text)

    def reset(self) -> None:
        """Leave the sandbox as it began, for whoever reads another page."""
        query = {"query": "mutation Reset { resetSandbox { __typename } }"}
        authorization = {"Authorization": f"Bearer {self.token}"}
        httpx.post(f"{self.portal.url}/graphql", json=query, headers=authorization, timeout=PATIENCE).raise_for_status()

    def type(self, script: str, folder: Path) -> str:
        """What the shell answers; nothing in the script may fail."""
        given = {"PORTAL": self.portal.url, "TOKEN": self.token, "MANAGER_TOKEN": self.manager_token}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env=given | {"HOME": str(folder), "PATH": path},
            timeout=PATIENCE,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
        return ran.stdout


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A sandbox of its own, which may call the receivers of this machine."""
    folder = tmp_path_factory.mktemp("sandbox")
    portal = start_portal(folder, "--demo", SOLDE_SANDBOX="true", SOLDE_WEBHOOK_NETWORKS='["127.0.0.0/8"]')
    try:
        portal.wait_until_ready()
        token = re.search(r"Logiciel partenaire \(démonstration\).*?: (solde_\S+)", portal.output)
        assert token, portal.output
        yield Reader(portal, token[1], _manager_token(folder))
    finally:
        portal.process.kill()
        portal.process.wait()


def _manager_token(folder: Path) -> str:
    scopes = ["--scope", "read", "--scope", "manage"]
    command = [sys.executable, "-m", "tasks", "token", "issue", "--name", "Instruction", *scopes]
    environment = {"SOLDE_DATA_DIR": str(folder), "PATH": os.environ["PATH"], "SOLDE_SANDBOX": "true"}
    issued = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    token = re.search(r"solde_\S+", issued.stdout)
    assert token, issued.stdout
    return token[0]
