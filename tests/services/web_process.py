"""`solde web` as an operator runs it, on one test's database: its memory, its files, and its end."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from models.actors import TokenScope
from tests.factories import make_supplier, make_token
from tests.services.portal import free_port, wait_until


@dataclass(frozen=True)
class WebProcess:
    """A running web process and its address."""

    process: subprocess.Popen[bytes]
    url: str
    data: Path

    @property
    def most_memory(self) -> int:
        """The most bytes that it has ever kept in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kibibytes = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        assert kibibytes
        return int(kibibytes[1]) * 1024

    def kill(self) -> None:
        """kill -9, whatever it does."""
        self.process.kill()
        self.process.wait()


def files_of(data: Path) -> dict[str, int]:
    """Every file among the documents of a data folder, half received ones too, with its size."""
    found = {}
    for file in (data / "files").rglob("*"):
        with suppress(FileNotFoundError):  # it has just been kept, or forgotten
            if file.is_file():
                found[file.relative_to(data / "files").as_posix()] = file.stat().st_size
    return found


def hash_of(data: Path, key: str) -> str:
    """The SHA-256 of a stored document, read again from the disk."""
    with (data / "files" / key).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def tokens(count: int) -> list[str]:
    """Tokens for the software of as many suppliers."""
    scopes, now = [TokenScope.READ, TokenScope.WRITE], datetime.now(UTC)
    suppliers = [await make_supplier() for _ in range(count)]
    return [await make_token(name="Éditeur", scopes=scopes, supplier=each, as_of=now) for each in suppliers]


Launch = Callable[..., WebProcess]


def start_web(folder: Path, *command: str, **settings: object) -> WebProcess:
    """Start a web process with these settings, its output in the folder; `command` runs it in another way."""
    port = free_port()
    given: dict[str, object] = {"port": port} | settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOLDE_")}
    environment |= {f"SOLDE_{name.upper()}": str(value) for name, value in given.items()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    run = [*command, sys.executable, "-m", "tasks", "web"]
    log = folder / f"web-{port}.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(run, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    return WebProcess(process, f"http://127.0.0.1:{port}", Path(str(given["data_dir"])))


def wait_for(web: WebProcess) -> None:
    """Until it answers."""
    wait_until(lambda: answers(web.url) or web.process.poll() is not None)
    assert web.process.poll() is None


@pytest.fixture
def launch_web(database_url: str, tmp_path: Path) -> Iterator[Launch]:
    """Start a web process on this test's database and data folder; `command` runs it in another way."""
    started: list[WebProcess] = []

    def start(*command: str, **settings: object) -> WebProcess:
        given = {"database_url": database_url, "data_dir": tmp_path} | settings
        started.append(start_web(tmp_path, *command, **given))
        wait_for(started[-1])
        return started[-1]

    yield start
    for web in started:
        web.kill()


def answers(url: str) -> bool:
    """Is there a web process at this address?"""
    try:
        with urlopen(f"{url}/livez"):  # noqa: S310 (always http, always this machine)
            return True
    except OSError:
        return False
