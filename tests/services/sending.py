"""Documents of any size sent over plain sockets, in the ways in which good and bad programs send them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

MEBIBYTE = 1024 * 1024
_PIECE = 256 * 1024
_LINE = b"Piece justificative du dossier de demande de solde, page suivante\n"


@dataclass(frozen=True)
class Pdf:
    """A readable PDF of exactly so many bytes; another `number`, another content.

    The filling of those of the same size is one object: a hundred of them take the memory of one.
    """

    size: int
    number: int = 0

    @cached_property
    def _parts(self) -> tuple[bytes, bytes, bytes]:
        around = len(_head(self.number, 0)) + len(_tail(0))
        return _head(self.number, self.size - around), _filling(self.size - around), _tail(self.size)

    @property
    def sha256(self) -> str:
        digest = hashlib.sha256()
        for part in self._parts:
            digest.update(part)
        return digest.hexdigest()

    def pieces(self) -> Iterator[memoryview]:
        """Its bytes, in order."""
        for part in self._parts:
            yield from (memoryview(part)[start : start + _PIECE] for start in range(0, len(part), _PIECE))


def _objects(number: int, filling: int) -> tuple[bytes, ...]:
    return (
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n",
        b"4 0 obj\n<</Number %010d/Length %010d>>stream\n" % (number, filling),
    )


def _head(number: int, filling: int) -> bytes:
    return b"%PDF-1.7\n" + b"".join(_objects(number, filling))


def _tail(size: int) -> bytes:
    table, offset = b"", len(b"%PDF-1.7\n")
    for text in _objects(0, 0):
        table += b"%010d 00000 n \n" % offset
        offset += len(text)
    end = b"xref\n0 5\n0000000000 65535 f \n%btrailer<</Size 5/Root 1 0 R>>\nstartxref\n%010d\n%%%%EOF\n"
    return b"\nendstream\nendobj\n" + end % (table, size - len(end % (table, 0)) if size else 0)


@cache
def _filling(size: int) -> bytes:
    return (_LINE * (size // len(_LINE) + 1))[:size]


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Sending:
    """One `POST /uploads` on a socket of its own, piece by piece."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._chunked = False

    async def begin(self, token: str, name: str, length: int | None) -> None:
        """The head of the request; without a length the body is sent in chunks."""
        self._chunked = length is None
        frame = "Transfer-Encoding: chunked" if self._chunked else f"Content-Length: {length}"
        head = (
            f"POST /uploads?name={name} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{frame}\r\n\r\n"
        )
        await self._write(head.encode())

    async def send(self, data: bytes | memoryview) -> None:
        """A piece of the body."""
        if self._chunked:
            await self._write(b"%x\r\n" % len(data) + data + b"\r\n")
        else:
            await self._write(data)

    async def _write(self, data: bytes | memoryview) -> None:
        self._writer.write(data)
        await self._writer.drain()
        await asyncio.sleep(0)  # Hear what is answered meanwhile.

    async def answer(self) -> Answer:
        """The body's end, then what the portal says."""
        if self._chunked:
            await self._write(b"0\r\n\r\n")
        return await self.early_answer()

    async def early_answer(self) -> Answer:
        """What the portal says, whether or not the whole body was sent."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        status, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await self._reader.readexactly(int(headers["content-length"]))
        return Answer(int(status.split()[1]), headers, body)

    def has_been_answered(self) -> bool:
        """Is there something to read, or nobody left to send to?"""
        return bool(self._reader._buffer) or self._reader.at_eof()  # type: ignore[attr-defined]


@asynccontextmanager
async def sending(url: str) -> AsyncIterator[Sending]:
    """A connection to the portal, cut when the block ends, whatever has been sent."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield Sending(reader, writer)
    finally:
        writer.transport.abort()


async def send(url: str, token: str, pdf: Pdf, name: str = "rapport.pdf") -> Answer:
    """A whole document, and its answer."""
    async with sending(url) as document:
        await document.begin(token, name, pdf.size)
        for piece in pdf.pieces():
            await document.send(piece)
        return await document.answer()


async def _send_and_wait(url: str, token: str, pdf: Pdf, until: int) -> None:
    """Send so many bytes of a document, say so, and send no more: what follows is to be killed."""
    async with sending(url) as document:
        await document.begin(token, "rapport.pdf", pdf.size)
        await document.send(b"".join(pdf.pieces())[:until])
        sys.stdout.write("sent\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    _, address, secret, *numbers = sys.argv
    bytes_in_all, which, first_bytes = map(int, numbers)
    asyncio.run(_send_and_wait(address, secret, Pdf(bytes_in_all, which), first_bytes))
