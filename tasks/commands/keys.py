"""The keys of what is sealed in the database."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from models.sealing import new_key
from models.typography import french, quantity
from resolvers.keys import Rotation, rotate_keys
from tasks.commands.importing import OPERATOR
from tasks.commands.running import refuse, run

keys = typer.Typer(help="Les clés des données scellées (SOLDE_DATA_KEYS).", no_args_is_help=True, rich_markup_mode=None)


@keys.command("new")
def new() -> None:
    """Affiche une nouvelle clé, à mettre en tête de SOLDE_DATA_KEYS ; elle n’est gardée nulle part."""
    # Alone on its line, so that a script can keep it.
    typer.echo(new_key())


@keys.command("rotate")
def rotate() -> None:
    """Scelle de nouveau, avec la première clé, ce que les autres ont scellé ; interrompu, se relance."""
    rotation = run(rotate_keys(OPERATOR, as_of=datetime.now(UTC)))
    typer.echo(_told(rotation))
    if rotation.unreadable:
        refuse(*(f"Aucune clé n’ouvre {row} : gardez les anciennes clés." for row in rotation.unreadable))


def _told(rotation: Rotation) -> str:
    parts = [
        quantity(rotation.renewed, "valeur scellée") + " de nouveau",
        quantity(rotation.current, "autre") + " déjà avec la première clé",
    ]
    end = "" if rotation.unreadable else " : les autres clés peuvent être retirées"
    return french(f"Clés : {', '.join(parts)}{end}.")
