"""What the application's own role may do in PostgreSQL: everything but to change what it has recorded."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from models.database import is_postgres, transaction
from models.typography import french
from tasks.commands.running import refuse, run

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# The triggers let one change of an event through, the purge: these are its columns.
_PURGED = "actor, payload, origin, salt, purged_at"
_STATEMENTS = (
    "REVOKE ALL ON SCHEMA public FROM {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "REVOKE UPDATE ({purged}) ON event FROM {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE ON event FROM {role}",
    "GRANT UPDATE ({purged}) ON event TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON tortoise_migrations FROM {role}",
    "REVOKE DELETE ON chain_head FROM {role}",
)


def grants(
    role: Annotated[str, typer.Argument(help="Le rôle avec lequel tournent le site et les tâches de fond.")],
) -> None:
    """Donne au rôle PostgreSQL de l’application ce qu’il lui faut, sans modifier ni supprimer d’événement."""
    if not _ROLE.fullmatch(role):
        refuse("Le nom du rôle est fait de lettres minuscules sans accent, de chiffres et de « _ ».")
    run(_grant(role))
    typer.echo(french(f"Rôle « {role} » : droits donnés."))


async def _grant(role: str) -> None:
    if not is_postgres():
        refuse("SQLite n’a pas de rôles : ses déclencheurs gardent seuls le journal.")
    async with transaction() as client:
        for statement in _STATEMENTS:
            await client.execute_query(statement.format(role=f'"{role}"', purged=_PURGED))
