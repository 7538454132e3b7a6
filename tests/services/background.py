"""`solde worker` and `solde sweep` as an operator runs them, on one test's database, mail server and queue."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from tests.services.mail_server import MailServer
from tests.services.portal import PATIENCE


class Background:
    """The programs that settle what is due: started, killed and told to stop, on the same database."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.output = folder / "worker.txt"
        mine = {name: value for name, value in os.environ.items() if not name.startswith("SOLDE_")}
        self.environment = mine | {f"SOLDE_{name.upper()}": str(value) for name, value in settings.items()}
        # Compiling every module anew at each of many starts would take most of the time.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, **settings: object) -> subprocess.Popen[bytes]:
        """One more `solde worker`."""
        environment = self.environment | {f"SOLDE_{name.upper()}": str(value) for name, value in settings.items()}
        with self.output.open("ab") as output:
            command = [sys.executable, "-m", "tasks", "worker"]
            worker = subprocess.Popen(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        self.workers.append(worker)
        return worker

    async def sweep(self, as_of: datetime | None = None) -> str:
        """What one `solde sweep` says."""
        options = ["--as-of", as_of.isoformat()] if as_of else []
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tasks", "sweep", *options, env=self.environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        assert process.returncode == 0
        return told.decode()

    async def says(self, words: str) -> bool:
        """Have the workers logged this?"""
        return words in self.output.read_text()

    async def stop(self) -> None:
        """Tell every worker to stop, as a deployment does; each must leave cleanly, also one that is slow to begin."""
        for worker in self.workers:
            await until(partial(_heeds, worker))
            worker.send_signal(signal.SIGTERM)
        codes = [await asyncio.to_thread(worker.wait, PATIENCE) for worker in self.workers]
        self.workers.clear()
        assert set(codes) <= {0}, self.output.read_text()

    def kill(self) -> None:
        """kill -9 every worker, whatever it does; what it held stays as it was."""
        for worker in self.workers:
            worker.kill()
        for worker in self.workers:
            worker.wait()
        self.workers.clear()


@pytest.fixture
def background(database_url: str, tmp_path: Path, mail_server: MailServer) -> Iterator[Background]:
    """Workers and sweeps of this test, without a queue unless they are given one; nothing is left behind."""
    name = "?application_name=worker" if database_url.startswith("asyncpg:") else ""
    programs = Background(
        tmp_path,
        data_dir=tmp_path,
        database_url=database_url + name,
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        smtp_security="none",
    )
    yield programs
    programs.kill()


async def _heeds(worker: subprocess.Popen[bytes]) -> bool:
    """Does it already listen for SIGTERM, or has it gone?"""
    if worker.poll() is not None:
        return True
    caught = re.search(r"^SigCgt:\s+(\w+)$", Path(f"/proc/{worker.pid}/status").read_text(), re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) & 1 << signal.SIGTERM - 1)


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait for something that other processes do."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():
            await asyncio.sleep(0.1)
