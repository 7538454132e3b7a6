"""A storage server that can be killed: what reaches its port is passed on to one that stays, with its documents.

The bucket of the tests is kept in the memory of its server; a real one finds its documents again when it is back.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from urllib.parse import urlsplit

from tests.services.portal import free_port


class Relay:
    """The storage server as the portal sees it, in a process of its own."""

    def __init__(self, server: str) -> None:
        self.port = free_port()
        self._command = [sys.executable, "-m", "tests.services.relay", str(self.port), server]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        """Has nobody killed it?"""
        return self._process is not None and self._process.poll() is None

    def start(self) -> int:
        """It is there, again unless it never went; the number of its process."""
        if not self.is_running:
            self.close()
            self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
            assert self._process.stdout
            self._process.stdout.readline()
        assert self._process
        return self._process.pid

    def close(self) -> None:
        """Leave nothing behind."""
        if self._process:
            self._process.kill()
            self._process.communicate()


async def _serve(port: int, server: str) -> None:
    address = urlsplit(server)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))

    async with await asyncio.start_server(pass_on, "127.0.0.1", port) as relay:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await relay.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
