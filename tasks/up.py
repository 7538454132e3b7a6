"""`solde up`: everything that the portal needs, in one terminal, for as long as it runs."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated

import typer

from settings import settings
from tasks.embedded_queue import embedded_queue
from tasks.supervision import ending, kept_alive, running

SOLDE = [sys.executable, "-P", "-m", "tasks"]


class Unable(Exception):
    """Why the portal cannot start or go on, in a sentence for who runs it."""


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Ajoute les données de démonstration et affiche leurs comptes.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port du serveur web.")] = settings.port,
) -> None:
    """Lance tout dans ce terminal : file d’attente, migrations, serveur web et tâches de fond ; Ctrl-C arrête tout."""
    try:
        with _alone_in(settings.data_dir):
            _refuse_a_taken_port(port)
            asyncio.run(_until_told_to_stop(demo=demo, port=port))
    except Unable as reason:
        typer.echo(str(reason), err=True)
        raise typer.Exit(1) from None
    typer.echo("Tout est arrêté.")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """The data folder is ours: two queues on one folder would spoil each other's files."""
    with _lock_file(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unable(
                f"`solde up` tourne déjà sur le dossier {folder} : SOLDE_DATA_DIR en désigne un autre."
            ) from None
        yield


def _lock_file(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "up.lock").open("w")
    except OSError as error:
        raise Unable(f"Impossible d’écrire dans le dossier {folder}, que SOLDE_DATA_DIR désigne ({error}).") from None


def _refuse_a_taken_port(port: int) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, port))
        except OSError as error:
            raise Unable(
                f"Impossible d’écouter sur {settings.host}:{port} ({error.strerror}). "
                f"Choisissez un autre port : `PORT=… make run` ou `solde up --port …`."
            ) from None


async def _until_told_to_stop(*, demo: bool, port: int) -> None:
    """Run everything; a signal ends it quietly, a second one at once."""
    portal = asyncio.create_task(_run(demo=demo, port=port))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, portal.cancel)
    with suppress(asyncio.CancelledError):
        await portal


async def _run(*, demo: bool, port: int) -> None:
    async with _queue() as redis_url:
        environment = {"SOLDE_REDIS_URL": redis_url, "SOLDE_PORT": str(port)}
        await _finish("migrate", environment)
        if demo:
            await _finish("demo", environment)
        async with kept_alive("Le processus des tâches de fond s’est arrêté", [*SOLDE, "worker"], environment):
            await _serve(port, environment)


@asynccontextmanager
async def _queue() -> AsyncIterator[str]:
    """The queue that the settings name, or the embedded one."""
    if settings.redis_url:
        yield settings.redis_url
    else:
        async with embedded_queue(settings.data_dir / "queue") as redis_url:
            yield redis_url


async def _finish(command: str, environment: Mapping[str, str]) -> None:
    async with running([*SOLDE, command], environment) as process:
        code = await process.wait()
    if code:
        raise Unable(f"`solde {command}` a échoué ({ending(code)}) : rien n’est lancé.")


async def _serve(port: int, environment: Mapping[str, str]) -> None:
    """The web process, announced once it answers; the portal ends with it."""
    async with running([*SOLDE, "web"], environment) as web:
        announcement = asyncio.create_task(_announce(port))
        try:
            code = await web.wait()
        finally:
            announcement.cancel()
    raise Unable(f"Le serveur web s’est arrêté ({ending(code)}).")


async def _announce(port: int) -> None:
    while not await _is_ready(port):
        await asyncio.sleep(0.1)
    # As the settings of the web process say it: its address follows the port unless one is given.
    address = settings.base_url if "SOLDE_BASE_URL" in os.environ else f"http://127.0.0.1:{port}"
    typer.echo(f"Ségur Solde est prêt : {address} (Ctrl-C pour arrêter)")


async def _is_ready(port: int) -> bool:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 (compared, not bound)
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        status = await reader.readline()
    except OSError:
        return False
    writer.close()
    return status.split()[1:2] == [b"200"]
