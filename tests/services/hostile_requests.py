"""Hostile requests as bytes, and what a web process spends on them: its CPU and its memory."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.schema.hostile import HOSTILE

MEGABYTE = 1_000_000
TICK = 1 / os.sysconf("SC_CLK_TCK")
VIEWER = "{ viewer { name } }"

# With another number, what was read before does not help.
NUMBER = b"#0001#"


@cache
def bodies() -> dict[str, tuple[bytes, str]]:
    """Each body, and the code that it is to be refused with."""
    written = {name: (_ask(document), code) for name, (document, code) in HOSTILE.items()}
    return written | {
        "a document of 50 Mo": (b'{"query": "{' + b" viewer" * (50 * MEGABYTE // 7) + b'}"}', "PAYLOAD_TOO_LARGE"),
        "5 Mo of comments": (_ask("#" * 5 * MEGABYTE + VIEWER), "PAYLOAD_TOO_LARGE"),
        "900 ko of comments": (_ask("#" * 900_000 + VIEWER), "QUERY_TOO_LARGE"),
        "a batch of 10,000": (json.dumps([{"query": VIEWER}] * 10_000).encode(), "BAD_REQUEST"),
        "arrays in arrays": (b"[" * MEGABYTE, "BAD_REQUEST"),
    }


def _ask(document: str) -> bytes:
    return json.dumps({"query": f"#0001#\n{document}"}).encode()


def post(url: str, token: str, body: bytes, *, chunked: bool = False) -> tuple[int, str]:
    """The status and the code of the answer, which may come before the body is sent."""
    parts = urlsplit(url)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Accept: application/graphql-response+json\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60) as wire:
        wire.sendall(head.encode())
        with suppress(ConnectionError):
            for piece in _pieces(body, chunked):
                wire.sendall(piece)
        return _answer(wire)


def _pieces(body: bytes, chunked: bool) -> list[bytes]:
    """What is cut off needs not be sent whole: a little more than may arrive."""
    size = 65_536
    cut = [body[start : start + size] for start in range(0, min(len(body), 2 * MEGABYTE), size)]
    if not chunked:
        return cut
    return [*(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in cut), b"0\r\n\r\n"]


def _answer(wire: socket.socket) -> tuple[int, str]:
    received = b""
    while not received.endswith(b"}"):
        received += wire.recv(65_536) or b"}"
    head, _, body = received.partition(b"\r\n\r\n")
    told: dict[str, Any] = json.loads(body)
    return int(head.split()[1]), told["errors"][0]["extensions"]["code"]


COUNTING = 0.07  # seconds of CPU that counting to a million takes on the machine that the bounds are meant for


def slowness() -> float:
    """How many times slower this machine is now than that one; 1 for one that is faster."""
    return max(1.0, min(_seconds_of_counting() for _ in range(3)) / COUNTING)


def _seconds_of_counting() -> float:
    before, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number % 7
    return time.process_time() - before


@dataclass(frozen=True)
class Spent:
    """What a process has used until now."""

    seconds: float
    most_memory: int

    @classmethod
    def by(cls, process: int) -> Spent:
        """CPU in user and system mode, and the most memory, as the kernel counts them."""
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{process}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return cls((int(fields[11]) + int(fields[12])) * TICK, int(peak.split()[1]) * 1024)
