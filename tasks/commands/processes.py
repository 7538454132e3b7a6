"""The processes of a deployment: web, worker, and the migrations before them.

Each loads what it runs on by itself: `solde up` starts them all, and none should wait for the others' libraries.
"""

from __future__ import annotations

import asyncio

import typer
from tortoise.exceptions import DBConnectionError

from models.migrating import MigrationFailed
from models.migrating import migrate as bring_up_to_date
from settings import settings
from tasks.commands.running import refuse


def web() -> None:
    """Lance le serveur web."""
    import uvicorn

    # By name: the tasks know nothing of the pages.
    uvicorn.run(
        "web.app:app",
        host=settings.host,
        port=settings.port,
        # Refuses with the headers of our own pages what is not HTTP.
        http="web.wire:Protocol",
        ws="none",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=8,
        log_level="warning",
        log_config=None,  # its lines go the way of ours, which takes secrets out of them
    )


def worker() -> None:
    """Lance les tâches de fond : échéances, relances, envoi des courriels."""
    from tasks.worker import run

    run()


def migrate() -> None:
    """Met la base de données à jour."""
    try:
        applied = asyncio.run(bring_up_to_date())
    except (MigrationFailed, DBConnectionError, OSError) as failure:
        refuse(f"La base de données n’a pas pu être mise à jour : {failure}")
    typer.echo(f"Migrations appliquées : {', '.join(applied)}." if applied else "La base de données est à jour.")
