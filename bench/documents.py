"""Documents sent and read, beside a bare Starlette endpoint on the same disk and, for reading, plain nginx.

All take turns in one run, so that they meet the same disturbances; a figure is the median of its rounds. nginx is
measured where it is installed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

from models import Upload
from models.actors import TokenScope
from models.database import database
from models.migrating import migrate
from tests.factories import make_attachment, make_request, make_token
from tests.services.portal import free_port, wait_until
from tests.services.sending import Pdf, send

SIZE = 20_000_000
ROUNDS = 9
_NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1; user root;
events {{ }}
http {{ access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root {folder}; }} }}
"""


@dataclass(frozen=True)
class Server:
    """Somebody who takes documents and gives them back."""

    name: str
    url: str
    token: str = ""
    document: str = "/files/read.pdf"


async def compare() -> None:
    """Print how many megabytes a second each takes and gives, and how much longer it takes than the bare endpoint."""
    with tempfile.TemporaryDirectory(prefix="solde-bench-") as name, ExitStack() as running:
        folder, database_url = Path(name), f"sqlite://{name}/solde.sqlite3"
        folder.chmod(0o755)
        await migrate(database_url)
        async with database(database_url):
            bare = Server("bare Starlette", running.enter_context(_python(folder, "uvicorn", "bench.bare:app")))
            portal = await _known(Server("portal", running.enter_context(_python(folder, "tasks", "web"))), folder)
        servers = [portal, bare]
        await _tell("sent", servers, _send)
        if nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
            servers.append(Server("nginx", running.enter_context(_nginx(nginx, folder))))
        await _tell("read", servers, _read)


@contextmanager
def _python(folder: Path, *module: str) -> Iterator[str]:
    """The address of a web server of ours, alike in everything but what it does with a document."""
    port = free_port()
    mine = {name: value for name, value in os.environ.items() if not name.startswith("SOLDE_")}
    environment = mine | {"SOLDE_DATA_DIR": str(folder), "SOLDE_PORT": str(port), "SOLDE_BENCH_FOLDER": str(folder)}
    environment |= {"SOLDE_MAX_DAILY_BYTES": str(2**40), "SOLDE_REQUESTS_PER_ADDRESS": "0"}
    options = ["--port", str(port), "--log-level", "warning"] if module[0] == "uvicorn" else []
    with _running([sys.executable, "-m", *module, *options], environment, port) as url:
        yield url


@contextmanager
def _nginx(program: str, folder: Path) -> Iterator[str]:
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, port=port))
    with _running([program, "-c", str(configuration)], dict(os.environ), port) as url:
        yield url


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[str]:
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603 - our own servers
    try:
        wait_until(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _known(portal: Server, folder: Path) -> Server:
    """The portal with a token, and a document that the token may read; the others give the same file."""
    request, now = await make_request(), datetime.now(UTC)
    scopes = [TokenScope.READ, TokenScope.WRITE]
    token = await make_token(name="Mesure", scopes=scopes, supplier=request.dossier.supplier, as_of=now)
    sent = await send(portal.url, token, Pdf(SIZE))
    upload = await Upload.get(id=sent.json["uploadId"])
    attachment = await make_attachment(request, upload=upload)
    (folder / "files/read.pdf").hardlink_to(folder / "files" / upload.key)
    return replace(portal, token=token, document=f"/pieces/{attachment.id}")


async def _tell(word: str, servers: Sequence[Server], act: Callable[[Server, int], Awaitable[int]]) -> None:
    """Let them take turns."""
    times: dict[str, list[float]] = {server.name: [] for server in servers}
    for number in range(ROUNDS):
        for server in servers:
            start = perf_counter()
            assert await act(server, number) == SIZE
            times[server.name].append(perf_counter() - start)
    bare = median(times["bare Starlette"])
    for name, spent in times.items():
        taken = median(spent)
        speed = f"{1000 * taken:>8.0f} ms{SIZE / taken / 1e6:>8.0f} Mo/s"
        print(f"{word} {name:<16}{speed}{taken / bare:>8.2f}", flush=True)


async def _send(server: Server, number: int) -> int:
    """One document, never the same twice."""
    pdf = Pdf(SIZE, number + 1)
    answer = await send(server.url, server.token, pdf)
    assert answer.status == 201, answer.body
    return pdf.size


async def _read(server: Server, _number: int) -> int:
    """The whole document, let go of as it arrives; on a plain socket, so that the reader is not what is measured."""
    address = urlsplit(server.url)
    head = f"GET {server.document} HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n\r\n"
    received, piece = 0, bytearray(1024 * 1024)
    with socket.create_connection((address.hostname or "", address.port or 80)) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(64 * 1024)
        while size := connection.recv_into(piece):
            received += size
    assert b" 200 " in answer.splitlines()[0], answer
    return received + len(answer) - answer.index(b"\r\n\r\n") - 4


if __name__ == "__main__":
    asyncio.run(compare())
