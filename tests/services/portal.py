"""The whole portal as its operator starts it: `solde up`, on a free port and an empty data folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

READY = "Ségur Solde est prêt"
PATIENCE = 600.0  # seconds; the machine may be very busy with other things


@dataclass(frozen=True)
class Portal:
    """A running `solde up`, its address and what it printed."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return _output_file(self.folder, self.port).read_text()

    def wait_until_ready(self) -> None:
        wait_until(lambda: READY in self.output or self.process.poll() is not None)
        assert READY in self.output, self.output

    def status(self, path: str) -> int:
        with urlopen(self.url + path) as answer:  # noqa: S310 (always http, always this machine)
            return int(answer.status)

    def processes(self) -> dict[int, str]:
        """Every living process that was started for our data folder: its number and its command line."""
        folder, found = bytes(self.folder), {}
        for entry in Path("/proc").glob("[0-9]*"):
            line = _read(entry / "cmdline")
            if folder in line or folder in _read(entry / "environ"):  # Valkey overwrites its environment
                found[int(entry.name)] = line.replace(b"\0", b" ").decode().strip()
        return found

    def process_of(self, program: str) -> int | None:
        """The process that runs this program or this command of `solde`."""
        named = ((number, {Path(word).name for word in line.split()}) for number, line in self.processes().items())
        return next((number for number, names in named if program in names), None)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def start_portal(folder: Path, *options: str, port: int | None = None, **settings: str) -> Portal:
    """`solde up` on this folder and, unless one is named, a free port; it may not be ready yet."""
    port = port or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOLDE_")}
    environment |= {"SOLDE_DATA_DIR": str(folder)} | settings
    command = [sys.executable, "-m", "tasks", "up", "--port", str(port), *options]
    with _output_file(folder, port).open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    return Portal(process, port, folder)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    """Start `solde up` on this test's folder (or one inside it), and leave nothing behind."""
    started: list[Portal] = []

    def start(*options: str, folder: Path = tmp_path, port: int | None = None, **settings: str) -> Portal:
        started.append(start_portal(folder, *options, port=port, **settings))
        return started[-1]

    yield start
    for portal in started:
        portal.process.kill()
        portal.process.wait()


def free_port() -> int:
    """A port that nothing listens on, and that is nobody else's until this process ends.

    It stays bound: no other socket of this machine is given it meanwhile, and the server that is told to may still
    listen there, as servers do by SO_REUSEADDR.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    port = int(holder.getsockname()[1])
    holder.detach()
    return port


def wait_until(holds: Callable[[], object]) -> None:
    """Wait for something that other processes do."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def _output_file(folder: Path, port: int) -> Path:
    return folder / f"up-{port}.txt"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process has just ended
        return b""
