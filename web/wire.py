"""What is read from the wire before it is a request: what is not HTTP is refused like all else, and no more is said."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.protection import HEADERS

_UNREADABLE = "Bad request."


class Protocol(HttpToolsProtocol):
    """uvicorn's own, whose refusals carry the protections of every other answer."""

    def send_400_response(self, _msg: str) -> None:
        """The end of a connection on which no request can be told from another."""
        headers = HEADERS | {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(_UNREADABLE)),
            "Connection": "close",
        }
        lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items()), "", _UNREADABLE]
        self.transport.write("\r\n".join(lines).encode("ascii"))
        self.transport.close()
