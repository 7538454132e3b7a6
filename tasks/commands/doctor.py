"""Whether anything needs somebody: what is overdue, and what the portal stands on."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from models.database import connection, database, is_postgres
from models.emails import EmailStatus
from models.migrating import pending
from models.typography import french, quantity
from resolvers import storage
from resolvers.overdue import TOLERANCE, Standing, standing
from settings import settings
from tasks import antivirus
from tasks.commands.comparing import WORDS, compare_all
from tasks.commands.running import REFUSED
from tasks.mail_server import smtp
from tasks.transports import Unavailable

PATIENCE = 10.0  # seconds that each thing asked may take
LEAST_FREE = 1024**3  # bytes
MOST_SKEW = 5.0  # seconds
DAY = 86400.0  # seconds
# New signatures come every day: older ones mean that nobody fetches them.
OLDEST_SIGNATURES = timedelta(days=3)
OVERDUE = {"expiry": "Clôtures", "reminder": "Relances", "mail": "Courriels", "scan": "Analyses antivirus"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at, and whether it is well or needs somebody."""

    well: bool
    sentence: str


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
    servers = [await _queue(), await _mail_server(), await _antivirus()]
    return [*await _database(), *servers, *await _places(), *_legal_notice()]


async def _compare() -> list[Finding]:
    """What reading every document tells; the files that no row stands for are named before they are swept."""
    try:
        compared = await compare_all(datetime.now(UTC))
    except Exception as error:  # Whatever it is, somebody has to look at it.
        return [Finding(False, f"Documents : impossible de les comparer ({_words(error)}).")]
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
        return [Finding(False, f"Base de données : injoignable ({_words(error)}).")]
    reachable = Finding(True, "Base de données : joignable, migrations à jour.")
    return [reachable, clock, _last_pass(now, as_of), *_overdue(now, as_of), _stranded(now), *_documents(now, as_of)]


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
    told = f"Tâches de fond : dernier passage il y a {_duration((as_of - last.began_at).total_seconds())}"
    if last.failed:
        return Finding(False, f"{told}, en échec : {', '.join(last.failed)} (voir le journal).")
    return Finding(as_of - last.began_at <= TOLERANCE, f"{told}.")


def _overdue(now: Standing, as_of: datetime) -> list[Finding]:
    return [_overdue_of(kind, name, now, as_of) for kind, name in OVERDUE.items()]


def _overdue_of(kind: str, name: str, now: Standing, as_of: datetime) -> Finding:
    if now.is_late(kind, as_of):
        age = _duration(now.seconds_overdue(kind, as_of))
        return Finding(False, f"{name} : en retard, le plus ancien retard est de {age}.")
    return Finding(True, f"{name} : aucun retard.")


def _stranded(now: Standing) -> Finding:
    if now.stranded:
        return Finding(False, f"Courriels : {quantity(now.stranded, 'échec')} à renvoyer par un gestionnaire.")
    return Finding(True, f"Courriels : {quantity(now.mails[EmailStatus.QUEUED], 'courriel')} en attente, aucun échec.")


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
    told = f"Documents : le plus longtemps sans vérification attend depuis {_duration(seconds)}."
    return Finding(seconds <= (settings.verify_days + 1) * DAY, told)


async def _queue() -> Finding:
    if not settings.redis_url:
        return Finding(True, "File d’attente : aucune n’est nommée, `solde up` lance la sienne.")
    try:
        async with asyncio.timeout(PATIENCE), Redis.from_url(settings.redis_url) as queue:
            await queue.ping()
    except (RedisError, OSError) as error:
        return Finding(False, f"File d’attente : injoignable ({_words(error)}).")
    return Finding(True, "File d’attente : joignable.")


async def _mail_server() -> Finding:
    if not settings.smtp_host:
        return Finding(True, "Serveur d’envoi : aucun, les courriels vont dans le dossier des données.")
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        async with smtp():
            return Finding(True, f"Serveur d’envoi : {place} répond.")
    except Unavailable as error:
        return Finding(False, f"Serveur d’envoi : {place} est injoignable ({_words(error)}).")


async def _antivirus() -> Finding:
    if not settings.clamd_url:
        return Finding(True, "Antivirus : aucun n’est nommé, les documents ne sont pas analysés.")
    try:
        said = await antivirus.version()
    except (antivirus.Unavailable, antivirus.Unscanned) as error:
        return Finding(False, f"Antivirus : {settings.clamd_url} est injoignable ({_words(error)}).")
    engine, _, signatures = said.partition("/")
    written_at = antivirus.signatures_date(signatures)
    if written_at is None:
        return Finding(False, f"Antivirus : {engine} répond, sans base de signatures officielle.")
    age = datetime.now(UTC) - written_at
    told = f"Antivirus : {engine} répond, signatures d’il y a {_duration(age.total_seconds())}"
    return Finding(age <= OLDEST_SIGNATURES, f"{told}.")


async def _places() -> list[Finding]:
    """Where data and documents are."""
    url = settings.storage_url
    if not url:
        return [_folder(settings.data_dir)]
    if url.startswith("file:"):
        return [_folder(settings.data_dir), _folder(storage.root())]
    return [_folder(settings.data_dir), await _bucket(url)]


async def _bucket(url: str) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            await storage.check()
    except (storage.Unavailable, TimeoutError) as error:
        return Finding(False, f"Documents : {url} ne répond pas comme attendu ({_words(error)}).")
    return Finding(True, f"Documents : {url} répond.")


def _folder(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"solde")
            probe.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(False, f"Dossier {folder} : impossible d’y écrire ({_words(error)}).")
    gigabytes = f"{free / 1024**3:.1f}".replace(".", ",")
    return Finding(free >= LEAST_FREE, f"Dossier {folder} : accessible, {gigabytes} Go libres.")


def _legal_notice() -> list[Finding]:
    """What the law wants said on the pages of a portal that is open to its public."""
    lacking = [] if settings.is_development else [name for name, text in settings.legal_notice.items() if not text]
    if lacking:
        return [Finding(False, f"Mentions légales : {', '.join(lacking)} ne dit rien, la page non plus.")]
    return []


def _duration(seconds: float) -> str:
    """How long, in the largest unit that says something."""
    for unit, name in ((DAY, "jour"), (3600, "heure"), (60, "minute")):
        if seconds >= unit:
            return quantity(int(seconds // unit), name)
    return quantity(max(0, int(seconds)), "seconde")


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
