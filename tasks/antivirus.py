"""The antivirus: clamd by its own protocol, documents streamed to it as they are read from the storage.

On plain sockets, not asyncio's streams: what clamd said before it hung up in the middle of a document can still be
read from a socket, and it alone tells a limit of clamd's from a clamd that died.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from resolvers.threads import open_in_thread
from settings import settings

CONNECTING = 5.0  # seconds until clamd lets us in
TAKING = 20.0  # seconds until it takes a piece
ANSWERING = 30.0  # seconds for its answer once it has the whole document
_LONGEST_ANSWER = 4096
_VERDICT = re.compile(r"stream: (?:OK|(?P<finding>.+) FOUND)", re.DOTALL)
# Not a virus: a limit of clamd's settings, beyond which it has not looked.
_LIMIT = "Heuristics.Limits.Exceeded"


class Unavailable(Exception):
    """clamd cannot be reached: no use in trying the next document."""


class Unscanned(Exception):
    """clamd has not judged this document: it went away, hangs, says nonsense, or says that it cannot."""


async def scan(pieces: AsyncIterator[bytes]) -> str | None:
    """What is found in a document, None when nothing is; what reading it raises passes through."""
    async with _connection() as clamd:
        whole = await _send(clamd, pieces)
        answer = await _answer(clamd)
    verdict = _VERDICT.fullmatch(answer)
    # Nothing that it says of a part of a document tells of the whole.
    if verdict is None or not whole:
        raise Unscanned(answer)
    finding = verdict["finding"]
    if finding and finding.startswith(_LIMIT):
        raise Unscanned(answer)
    return finding


async def version() -> str:
    """What clamd says that it is: `ClamAV 1.4.6/27432/Sat Nov 21 09:24:51 2026`, its database last."""
    async with _connection() as clamd:
        await asyncio.get_running_loop().sock_sendall(clamd, b"zVERSION\0")
        return await _answer(clamd)


def signatures_date(told: str) -> datetime | None:
    """When the signatures were made, of `27432/Sat Nov 21 09:24:51 2026` as clamd tells them; None without any."""
    _, _, date = told.partition("/")
    try:
        # clamd tells its own wall clock: as good as ours, which is on the same day.
        return datetime.strptime(date.strip(), "%a %b %d %H:%M:%S %Y").astimezone(UTC)
    except ValueError:
        return None


@asynccontextmanager
async def _connection() -> AsyncIterator[socket.socket]:
    try:
        clamd = await open_in_thread(_connect)
    except OSError as error:
        raise Unavailable(str(error) or type(error).__name__) from error
    with clamd:
        yield clamd


def _connect() -> socket.socket:
    url = urlsplit(settings.clamd_url)
    if url.scheme == "tcp":
        clamd = socket.create_connection((url.hostname, url.port), CONNECTING)
    else:
        clamd = socket.socket(socket.AF_UNIX)
        clamd.settimeout(CONNECTING)
        try:
            clamd.connect(url.path)
        except OSError:
            clamd.close()
            raise
    clamd.setblocking(False)
    return clamd


async def _send(clamd: socket.socket, pieces: AsyncIterator[bytes]) -> bool:
    """Send a document piece by piece; False when clamd hung up before its end."""
    try:
        await _give(clamd, b"zINSTREAM\0")
        async for piece in pieces:
            if piece:  # An empty one would say that the document ends here.
                await _give(clamd, len(piece).to_bytes(4, "big") + piece)
        await _give(clamd, bytes(4))
    except ConnectionError:
        return False
    return True


async def _give(clamd: socket.socket, data: bytes) -> None:
    try:
        async with asyncio.timeout(TAKING):
            await asyncio.get_running_loop().sock_sendall(clamd, data)
    except TimeoutError:
        raise Unscanned(f"takes nothing for {TAKING:.0f} s") from None


async def _answer(clamd: socket.socket) -> str:
    """Its answer without the final zero; garbage ends somewhere too."""
    answer = b""
    try:
        async with asyncio.timeout(ANSWERING):
            while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
                received = await asyncio.get_running_loop().sock_recv(clamd, _LONGEST_ANSWER)
                if not received:
                    break
                answer += received
    except TimeoutError:
        raise Unscanned(f"no answer within {ANSWERING:.0f} s") from None
    except ConnectionError as error:
        raise Unscanned(f"hung up: {error}") from error
    said, end, _ = answer.partition(b"\0")
    if not end:
        raise Unscanned(f"hung up after {said[:100]!r}")
    return said.decode(errors="replace")
