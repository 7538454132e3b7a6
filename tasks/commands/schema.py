"""The two contracts as text, and the reference that is written from one of them."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from models.import_document import json_schema


def schema(
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Le schéma GraphQL d’un bac à sable.")] = False,
    reference: Annotated[bool, typer.Option("--reference", help="La référence de l’API, en Markdown.")] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Les codes d’erreur de l’API, en Markdown.")] = False,
    limits: Annotated[bool, typer.Option("--limits", help="Les limites de l’API, en Markdown.")] = False,
    import_: Annotated[bool, typer.Option("--import", help="Le schéma JSON du document de dépôt.")] = False,
) -> None:
    """Affiche le schéma GraphQL, une page de documentation qui en est tirée, ou le schéma JSON du document de dépôt."""
    if import_:
        typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
        return
    # Building it takes a second, which no other command should wait for.
    from schema import error_pages, limits_page, print_sdl
    from schema.reference import print_reference

    written = {
        print_reference: reference,
        error_pages.errors_page: errors,
        limits_page.limits_page: limits,
    }
    page = next((page for page, wanted in written.items() if wanted), None)
    typer.echo(page() if page else print_sdl(sandbox=sandbox), nl=False)
