"""Everything about one supplier, in one archive."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zipfile import ZIP_DEFLATED, ZipFile

import typer

from models.typography import french, quantity
from resolvers.supplier_export import export_supplier
from tasks import logs
from tasks.commands.importing import OPERATOR
from tasks.commands.running import refuse, run


def export(
    siret: Annotated[str, typer.Option(help="SIRET du fournisseur.")],
    output: Annotated[
        Path | None, typer.Option(help="L’archive à écrire ; par défaut « export-SIRET.zip » dans ce dossier.")
    ] = None,
) -> None:
    """Écrit dans une archive ZIP tout ce que le portail conserve d’un fournisseur, coordonnées bancaires comprises."""
    # What it does is its answer: the log line of it is no news to who runs it.
    logs.configure(logging.WARNING)
    siret = "".join(siret.split())
    archive = output or Path(f"export-{siret}.zip")
    if archive.exists():
        refuse(f"« {archive} » existe déjà : rien n’est écrit.")
    unfinished = archive.with_name(archive.name + ".part")
    try:
        entries = run(_write(siret, unfinished))
        unfinished.rename(archive)
    finally:
        unfinished.unlink(missing_ok=True)
    typer.echo(french(f"{archive} : {quantity(entries, 'fichier')}."))


async def _write(siret: str, archive: Path) -> int:
    """Each entry goes into the archive as it is read."""
    entries = 0
    with ZipFile(archive, "w", ZIP_DEFLATED) as written:
        async for entry in export_supplier(OPERATOR, siret, as_of=datetime.now(UTC)):
            with written.open(entry.name, "w", force_zip64=True) as file:
                async for piece in entry.pieces:
                    file.write(piece)
            entries += 1
    return entries
