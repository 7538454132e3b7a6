"""How a command runs: on the open database, its refusals told line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import typer
from tortoise.exceptions import DBConnectionError, OperationalError

from models.database import database
from models.errors import Invalid, Refusal
from models.typography import french
from resolvers import storage

T = TypeVar("T")

REFUSED = 1


def run(work: Coroutine[Any, Any, T]) -> T:
    """What the work returns; or its refusal on the error output, one line for each fault, and the exit code 1."""
    try:
        return asyncio.run(_on_the_database(work))
    except Refusal as refusal:
        refuse(*_lines_of(refusal))
    except (OperationalError, DBConnectionError) as error:
        refuse(f"La base de données ne répond pas comme attendu ({error}). A-t-elle reçu `solde migrate` ?")
    except storage.Full:
        refuse("L’espace de stockage des documents est plein.")
    except storage.Unavailable as error:
        refuse(f"Le stockage des documents ne répond pas comme attendu ({error}).")


async def _on_the_database(work: Coroutine[Any, Any, T]) -> T:
    async with database():
        return await work


def _lines_of(refusal: Refusal) -> list[str]:
    if isinstance(refusal, Invalid):
        return [f"{fault.field} : {fault.message}" for fault in refusal.faults]
    return [refusal.message]


def refuse(*lines: str) -> NoReturn:
    """End the command with what was wrong."""
    for line in lines:
        typer.echo(french(line), err=True)
    raise typer.Exit(REFUSED)
