"""The two contracts as text, and the reference that is written from one of them."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from models.import_document import json_schema


def schema(
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Le schéma GraphQL d’un bac à sable.")] = False,
    import_: Annotated[bool, typer.Option("--import", help="Le schéma JSON du document de dépôt.")] = False,
) -> None:
    """Affiche le schéma GraphQL, ou le schéma JSON du document de dépôt."""
    if import_:
        typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    else:
        from schema import print_sdl  # building it takes a second, which no other command should wait for

        typer.echo(print_sdl(sandbox=sandbox), nl=False)
