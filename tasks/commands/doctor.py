"""Whether anything needs somebody: what is overdue, and what the portal stands on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.database import connection, database, is_postgres
from models.emails import EmailStatus
from models.migrating import pending
from models.typography import french, quantity
from resolvers.overdue import TOLERANCE, Standing, standing
from settings import settings
from tasks.commands.comparing import WORDS, compare_all
from tasks.commands.findings import DAY, HOUR, PATIENCE, Finding, duration, words_of
from tasks.commands.running import REFUSED
from tasks.commands.surroundings import legal_notice, places, sandbox, servers

MOST_SKEW = 5.0  # seconds
OVERDUE = {
    "expiry": "Clôtures",
    "reminder": "Relances",
    "mail": "Courriels",
    "scan": "Analyses antivirus",
    "webhook": "Webhooks",
}


def doctor(
    files: Annotated[
        bool, typer.Option("--files", help="Compare aussi chaque document avec son empreinte, si long que ce soit.")
    ] = False,
) -> None:
    """Dit ce qui a besoin de quelqu’un : retards, base de données, file d’attente, courriels, antivirus, disque."""
    # What reading the documents shows is already among the rest.
    compared = asyncio.run(_compare()) if files and _database_exists() else []
    findings = [*asyncio.run(_examine()), *compared]
    for finding in findings:
        typer.echo(french(f"{'bien  ' if finding.well else 'A VOIR'}  {finding.sentence}"))
    if not all(finding.well for finding in findings):
        raise typer.Exit(REFUSED)


async def _examine() -> list[Finding]:
    return [*await _database(), *await servers(), *await places(), *legal_notice(), *sandbox()]


async def _compare() -> list[Finding]:
    """What reading every document tells; the files that no row stands for are named before they are swept."""
    try:
        compared = await compare_all(datetime.now(UTC))
    except Exception as error:  # Whatever it is, somebody has to look at it.
        return [Finding(False, f"Documents : impossible de les comparer ({words_of(error)}).")]
    return [
        Finding(not compared.damaged, compared.summary),
        *(Finding(False, sentence) for sentence in compared.damaged),
        *(Finding(True, sentence) for sentence in compared.orphans),
    ]


async def _database() -> list[Finding]:
    """The database, and what only it can tell."""
    if not _database_exists():
        return [Finding(False, "Base de données : elle n’existe pas encore (`solde migrate`).")]
    try:
        async with asyncio.timeout(PATIENCE), database():
            if missing := await pending():
                lacks = quantity(len(missing), "migration manquante")
                return [Finding(False, f"Base de données : {lacks} (`solde migrate`).")]
            as_of = datetime.now(UTC)
            now = await standing(as_of)
            clock = _clock(await _database_clock())
    except Exception as error:  # Whatever it is, somebody has to look at it.
        return [Finding(False, f"Base de données : injoignable ({words_of(error)}).")]
    reachable = Finding(True, "Base de données : joignable, migrations à jour.")
    return [
        reachable,
        clock,
        _last_pass(now, as_of),
        *_overdue(now, as_of),
        _stranded(now),
        _receivers(now, as_of),
        *_documents(now, as_of),
    ]


def _database_exists() -> bool:
    """Opening SQLite would make the file: looking at a portal changes nothing."""
    kind, _, place = settings.database_url.partition("://")
    return kind != "sqlite" or Path(place.partition("?")[0]).is_file()


async def _database_clock() -> float:
    """The instant that the database believes in, in seconds since 1970."""
    postgres, sqlite = "extract(epoch FROM clock_timestamp())", "(julianday('now') - 2440587.5) * 86400.0"
    [row] = await connection().execute_query_dict(f"SELECT {postgres if is_postgres() else sqlite} AS seconds")
    return float(row["seconds"])


def _clock(seconds: float) -> Finding:
    skew = abs(seconds - datetime.now(UTC).timestamp())
    return Finding(skew <= MOST_SKEW, f"Horloge : {skew:.0f} s d’écart avec la base de données.")


def _last_pass(now: Standing, as_of: datetime) -> Finding:
    last = now.last_pass
    if last is None:
        return Finding(False, "Tâches de fond : aucun passage (`solde worker` tourne-t-il ?).")
    told = f"Tâches de fond : dernier passage il y a {duration((as_of - last.began_at).total_seconds())}"
    if last.failed:
        return Finding(False, f"{told}, en échec : {', '.join(last.failed)} (voir le journal).")
    return Finding(as_of - last.began_at <= TOLERANCE, f"{told}.")


def _overdue(now: Standing, as_of: datetime) -> list[Finding]:
    return [_overdue_of(kind, name, now, as_of) for kind, name in OVERDUE.items()]


def _overdue_of(kind: str, name: str, now: Standing, as_of: datetime) -> Finding:
    if now.is_late(kind, as_of):
        age = duration(now.seconds_overdue(kind, as_of))
        return Finding(False, f"{name} : en retard, le plus ancien retard est de {age}.")
    return Finding(True, f"{name} : aucun retard.")


def _stranded(now: Standing) -> Finding:
    if now.stranded:
        return Finding(False, f"Courriels : {quantity(now.stranded, 'échec')} à renvoyer par un gestionnaire.")
    return Finding(True, f"Courriels : {quantity(now.mails[EmailStatus.QUEUED], 'courriel')} en attente, aucun échec.")


def _receivers(now: Standing, as_of: datetime) -> Finding:
    """A receiver that fails is its owner's business, who is told by mail; for an hour, it is nobody's."""
    well, failing, seconds = now.receivers.well, now.receivers.failing, now.receivers.seconds_failing(as_of)
    told = [f"{quantity(well + failing, 'actif')}"]
    if failing:
        told.append(f"{failing} en échec (le plus ancien depuis {duration(seconds)})")
    if now.receivers.given_up:
        told.append(f"{quantity(now.receivers.given_up, 'désactivé')} ces 30 derniers jours, faute de réponse")
    return Finding(seconds <= HOUR and not now.receivers.given_up, f"Webhooks : {', '.join(told)}.")


def _documents(now: Standing, as_of: datetime) -> list[Finding]:
    waiting = f"{quantity(now.pending_scans, 'document')} en attente d’analyse"
    return [
        Finding(True, f"Documents : {waiting}, {now.infected} mis à l’écart par l’antivirus."),
        _damaged(now),
        _verified(now.seconds_unverified(as_of)),
    ]


def _damaged(now: Standing) -> Finding:
    told = [quantity(count, WORDS[state]) for state, count in now.damaged.items() if count]
    if told:
        return Finding(False, f"Documents : {', '.join(told)} (`solde doctor --files` les nomme).")
    return Finding(True, "Documents : aucun altéré ni manquant.")


def _verified(seconds: float) -> Finding:
    told = f"Documents : le plus longtemps sans vérification attend depuis {duration(seconds)}."
    return Finding(seconds <= (settings.verify_days + 1) * DAY, told)
