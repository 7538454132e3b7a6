"""Antiviruses on this machine: one that misbehaves on command, and clamd itself with signatures of our own."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from enum import Enum, auto
from pathlib import Path

import pytest

from resolvers import storage
from settings import settings
from tasks import antivirus
from tests.services.portal import PATIENCE, free_port

PROGRAM = os.environ.get("SOLDE_TEST_CLAMD", "")
# The harmless file that every antivirus must find, in two halves so that none finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Setting = Callable[[str, object], None]


class Manner(Enum):
    """How the antivirus answers."""

    PROPER = auto()
    SILENT = auto()  # takes the document, never answers
    DEAF = auto()  # lets us in, takes nothing
    RESETTING = auto()  # hangs up in the middle of the document
    LEAVING = auto()  # hangs up once it has the document
    BABBLING = auto()  # answers what no clamd says
    LIMITED = auto()  # says that the document is too large for it, and hangs up in the middle
    FAILING = auto()  # says that it cannot
    HASTY = auto()  # says that all is well after the first piece, and hangs up
    UNLOOKING = auto()  # says that it has not looked further than its limits


_WORDS = {
    Manner.BABBLING: b"HTTP/1.1 400 Bad Request\r\n\r\n\0",
    Manner.FAILING: b"stream: Can't allocate memory ERROR\0",
    Manner.UNLOOKING: b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
}
_EARLY_WORDS = {Manner.LIMITED: b"INSTREAM size limit exceeded. ERROR\0", Manner.HASTY: b"stream: OK\0"}


class FakeClamd:
    """Listens on one port for as long as it is up; finds its signature, unless it misbehaves."""

    def __init__(self) -> None:
        self.manner = Manner.PROPER
        self.signature = EICAR
        self.asked = 0
        self.port = free_port()  # kept, also while it is down
        self._connected: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    def stop(self) -> None:
        """Down: nothing listens."""
        if self._server:
            self._server.close()
            for writer in self._connected:
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        self._connected.add(writer)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connected.discard(writer)
            writer.transport.abort() if self.manner is Manner.RESETTING else writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.manner is Manner.DEAF:
            writer.transport.pause_reading()  # type: ignore[attr-defined] # Every socket's transport has it.
            await writer.wait_closed()
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(size)
            if self.manner is Manner.RESETTING:
                return
            if words := _EARLY_WORDS.get(self.manner):
                writer.write(words)
                return
        if self.manner is Manner.SILENT:
            await reader.read()  # until whoever asks gives up
        elif self.manner is not Manner.LEAVING:
            found = b"stream: Eicar-Test FOUND\0" if self.signature in content else b"stream: OK\0"
            writer.write(_WORDS.get(self.manner, found))


@pytest.fixture
async def fake_clamd(setting: Setting) -> AsyncIterator[FakeClamd]:
    """An antivirus of ours that is up, and that the settings name."""
    clamd = FakeClamd()
    await clamd.start()
    setting("clamd_url", f"tcp://127.0.0.1:{clamd.port}")
    yield clamd
    clamd.stop()


class Clamd:
    """clamd itself, in a folder of its own, knowing no virus but EICAR, wherever it is in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.socket = folder, free_port(), folder / "clamd.sock"
        self._process: subprocess.Popen[bytes] | None = None
        signatures = folder / "signatures"
        signatures.mkdir()
        (signatures / "eicar.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        (folder / "clamd.conf").write_text(
            f"Foreground yes\nLocalSocket {self.socket}\nTCPSocket {self.port}\nTCPAddr 127.0.0.1\n"
            f"DatabaseDirectory {signatures}\nStreamMaxLength 4M\nMaxFileSize 2M\nAlertExceedsMax yes\n"
        )

    async def start(self) -> None:
        """Up: it answers."""
        self._process = self._run()
        async with asyncio.timeout(PATIENCE):
            while not await self._answers():
                assert self._process.poll() is None, (self.folder / "log").read_text()
                await asyncio.sleep(0.02)

    def _run(self) -> subprocess.Popen[bytes]:
        command = [PROGRAM, "--config-file", str(self.folder / "clamd.conf")]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    async def _answers(self) -> bool:
        try:
            return bool(await antivirus.version())
        except (antivirus.Unavailable, antivirus.Unscanned):
            return False

    def stop(self) -> None:
        """Killed: what it scanned is lost."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self.socket.unlink(missing_ok=True)


@pytest.fixture
async def clamd(tmp_path_factory: pytest.TempPathFactory, setting: Setting) -> AsyncIterator[Clamd]:
    """clamd, up, which the settings name by its socket."""
    running = Clamd(tmp_path_factory.mktemp("clamd"))
    setting("clamd_url", f"unix://{running.socket}")
    await running.start()
    yield running
    running.stop()


async def store(content: bytes, file_name: str = "pv-test.pdf") -> str:
    """The key of a document stored with this content."""
    incoming = storage.Incoming(settings.max_upload_bytes)
    incoming.write(content)
    return await storage.keep(incoming, file_name=file_name, content_type="application/pdf")
