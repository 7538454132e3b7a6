"""What is read from the wire before it is a request: what could be taken for two, or for none, ends the connection."""

from __future__ import annotations

from asyncio import Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.protection import HEADERS

LONGEST_HEAD = 64 * 1024
_UNREADABLE = "Bad request."


class Protocol(HttpToolsProtocol):
    """uvicorn's own, which bounds what stands before a body, and whose refusals carry every answer's protections."""

    transport: Transport

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head: int | None = None

    def data_received(self, data: bytes) -> None:
        """Some bytes more; a head that does not end is not waited for."""
        begun = self._head is not None
        super().data_received(data)
        if begun and self._head is not None:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.send_400_response(_UNREADABLE)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The whole head, and how its body ends: chunked, or after a length, but nothing else and not both."""
        self._head = None
        if sum(len(name) + len(value) for name, value in self.headers) > LONGEST_HEAD:
            raise ValueError("headers too long")
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and (codings != [b"chunked"] or self.parser.get_http_version() != "1.1"):
            raise ValueError("no other coding than chunked")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words, which name it)
        """The end of a connection on which no request can be told from another."""
        if self.transport.is_closing():
            return
        headers = HEADERS | {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(_UNREADABLE)),
            "Connection": "close",
        }
        lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items()), "", _UNREADABLE]
        self.transport.write("\r\n".join(lines).encode("ascii"))
        self.transport.close()
