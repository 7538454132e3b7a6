"""What an auditor asks: whether everything that was recorded still stands, and all of it in a file."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.events import EventKind
from models.typography import french, quantity
from resolvers.audit import Alteration, Audit
from resolvers.audit_export import Comparison, Selection, export_events
from resolvers.events import record_account
from tasks import logs
from tasks.commands.importing import OPERATOR
from tasks.commands.running import REFUSED, run
from tasks.commands.sweeping import instant

audit = typer.Typer(help="Le journal des événements, pour un auditeur.", no_args_is_help=True, rich_markup_mode=None)


@audit.command("verify")
def verify(
    against: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Un export antérieur, à comparer avec la base de données."),
    ] = None,
) -> None:
    """Recalcule tous les sceaux et nomme chaque ligne modifiée, ajoutée, déplacée ou supprimée ; code 1 s’il y en a."""
    altered, told = run(_verify(against))
    typer.echo(french(told))
    if altered:
        raise typer.Exit(REFUSED)


async def _verify(against: Path | None) -> tuple[int, str]:
    audit = Audit()
    altered = await _tell(audit.run())
    read = f"{quantity(audit.events, 'événement')}, {quantity(audit.chains, 'chaîne')}"
    if against is not None:
        with against.open(encoding="utf-8") as lines:
            comparison = Comparison(lines)
            altered += await _tell(comparison.run())
            read += f", {quantity(comparison.events, 'ligne')} de l’export"
    return altered, f"Journal : {read}, {quantity(altered, 'altération') if altered else 'aucune altération'}."


async def _tell(alterations: AsyncIterator[Alteration]) -> int:
    """Each as it is found; how many there were."""
    count = 0
    async for alteration in alterations:
        typer.echo(french(f"ALTÉRÉ  {alteration}"), err=True)
        count += 1
    return count


@audit.command("export")
def export(
    since: Annotated[
        datetime | None,
        typer.Option(parser=instant, metavar="INSTANT", help="Depuis cet instant, avec son décalage horaire."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="INSTANT", help="Avant cet instant.")
    ] = None,
    siret: Annotated[str | None, typer.Option(help="D’un fournisseur : ses dossiers et ses comptes.")] = None,
    dossier: Annotated[str | None, typer.Option(help="D’un dossier.")] = None,
) -> None:
    """Écrit sur la sortie standard les événements et leurs sceaux, en lignes JSON ; la dernière scelle le tout."""
    logs.configure(logging.WARNING)  # Nothing else may stand among the lines.
    run(_export(Selection(since, until, siret, dossier)))


async def _export(selection: Selection) -> None:
    async for line in export_events(selection):
        sys.stdout.write(line)
    facts = {name: str(value) for name, value in vars(selection).items() if value is not None}
    now = datetime.now(UTC)
    await record_account(EventKind.DATA_EXPORTED, user=None, actor=OPERATOR, at=now, what="audit", **facts)
