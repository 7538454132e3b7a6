"""One pass of the worker by hand, for a cron without a queue, or to catch up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from models.typography import french, quantity
from resolvers.webhook_outbox import Told
from tasks.commands.running import REFUSED, run
from tasks.scanning import Scanned
from tasks.sweep import Swept, pass_now, sweep_files, sweep_webhooks
from tasks.sweep import sweep as sweep_once


def instant(text: str) -> datetime:
    """An instant with its offset; without one nobody can tell which hour is meant."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("attendu : un instant comme 2023-08-27T14:32:00+02:00.") from None
    if read.tzinfo is None:
        raise typer.BadParameter("il manque le décalage horaire, comme dans 2023-08-27T14:32:00+02:00 (ou Z).")
    return read.astimezone(UTC)


def sweep(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            parser=instant,
            metavar="INSTANT",
            help="L’instant auquel faire le passage, avec son décalage horaire ; par défaut maintenant.",
        ),
    ] = None,
) -> None:
    """Fait un passage des tâches de fond : clôtures, relances, courriels, antivirus, suppressions, vérifications."""
    swept = run(_sweep(as_of))
    typer.echo(_told(swept))
    if swept.failed:
        typer.echo(f"En échec : {', '.join(swept.failed)} (voir le journal).", err=True)
        raise typer.Exit(REFUSED)


async def _sweep(as_of: datetime | None) -> Swept:
    swept = await pass_now() if as_of is None else await sweep_once(as_of)
    telling = await sweep_webhooks(as_of or datetime.now(UTC))
    # However far ahead the rehearsal is: what was received just now may still be attached.
    now = datetime.now(UTC)
    files = await sweep_files(min(as_of or now, now))
    swept.purged, swept.removed_files, swept.verified = files.purged, files.removed_files, files.verified
    swept.emptied = files.emptied
    swept.told = telling.told
    swept.failed += telling.failed + files.failed
    return swept


def _scanned(scanned: Scanned) -> list[str]:
    """What the antivirus did, where it did something."""
    counts = {
        "document sain": scanned.clean,
        "document infecté": scanned.infected,
        "analyse reportée": scanned.postponed,
    }
    return [quantity(count, words) for words, count in counts.items() if count]


def _webhooks(told: Told) -> list[str]:
    """What webhooks were told, where they were told something."""
    counts = {
        "événement annoncé": told.delivered,
        "annonce reportée": told.postponed,
        "webhook désactivé": told.disabled,
    }
    return [quantity(count, words) for words, count in counts.items() if count]


def _looked_after(swept: Swept) -> list[str]:
    """What became of what is kept, where something did."""
    counts = {
        "donnée effacée": swept.emptied.total,
        "document supprimé": swept.purged,
        "document vérifié": swept.verified.documents,
        "document endommagé": swept.verified.damaged,
    }
    return [quantity(count, words) for words, count in counts.items() if count]


def _told(swept: Swept) -> str:
    parts = [
        quantity(swept.expired, "modification close"),
        quantity(swept.reminded, "relance"),
        *([f"{quantity(swept.noticed, 'dernier')} avis"] if swept.noticed else []),
        quantity(swept.delivered.sent, "courriel envoyé"),
        quantity(swept.delivered.postponed, "courriel reporté"),
        quantity(swept.delivered.refused, "courriel refusé"),
        quantity(swept.delivered.unanswered, "courriel incertain"),
        *_scanned(swept.scanned),
        *_webhooks(swept.told),
        quantity(swept.removed_files, "fichier orphelin supprimé"),
        *_looked_after(swept),
    ]
    return french(f"Passage terminé : {', '.join(parts)}.")
