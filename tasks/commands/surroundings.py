"""What the portal stands on beside its database: servers, folders, and what its operator has to say of it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from resolvers import storage
from settings import settings
from tasks import antivirus
from tasks.commands.findings import PATIENCE, Finding, duration, words_of
from tasks.mail_server import smtp
from tasks.transports import Unavailable

LEAST_FREE = 1024**3  # bytes
# New signatures come every day: older ones mean that nobody fetches them.
OLDEST_SIGNATURES = timedelta(days=3)


async def servers() -> list[Finding]:
    """Those that the settings name."""
    return [await _queue(), await _mail_server(), await _antivirus()]


async def _queue() -> Finding:
    if not settings.redis_url:
        return Finding(True, "File d’attente : aucune n’est nommée, `solde up` lance la sienne.")
    try:
        async with asyncio.timeout(PATIENCE), Redis.from_url(settings.redis_url) as queue:
            await queue.ping()
    except (RedisError, OSError) as error:
        return Finding(False, f"File d’attente : injoignable ({words_of(error)}).")
    return Finding(True, "File d’attente : joignable.")


async def _mail_server() -> Finding:
    if not settings.smtp_host:
        return Finding(True, "Serveur d’envoi : aucun, les courriels vont dans le dossier des données.")
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        async with smtp():
            return Finding(True, f"Serveur d’envoi : {place} répond.")
    except Unavailable as error:
        return Finding(False, f"Serveur d’envoi : {place} est injoignable ({words_of(error)}).")


async def _antivirus() -> Finding:
    if not settings.clamd_url:
        return Finding(True, "Antivirus : aucun n’est nommé, les documents ne sont pas analysés.")
    try:
        said = await antivirus.version()
    except (antivirus.Unavailable, antivirus.Unscanned) as error:
        return Finding(False, f"Antivirus : {settings.clamd_url} est injoignable ({words_of(error)}).")
    engine, _, signatures = said.partition("/")
    written_at = antivirus.signatures_date(signatures)
    if written_at is None:
        return Finding(False, f"Antivirus : {engine} répond, sans base de signatures officielle.")
    age = datetime.now(UTC) - written_at
    told = f"Antivirus : {engine} répond, signatures d’il y a {duration(age.total_seconds())}"
    return Finding(age <= OLDEST_SIGNATURES, f"{told}.")


async def places() -> list[Finding]:
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
        return Finding(False, f"Documents : {url} ne répond pas comme attendu ({words_of(error)}).")
    return Finding(True, f"Documents : {url} répond.")


def _folder(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"solde")
            probe.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(False, f"Dossier {folder} : impossible d’y écrire ({words_of(error)}).")
    gigabytes = f"{free / 1024**3:.1f}".replace(".", ",")
    return Finding(free >= LEAST_FREE, f"Dossier {folder} : accessible, {gigabytes} Go libres.")


def sandbox() -> list[Finding]:
    """What is tried out here must reach nobody."""
    if not settings.sandbox:
        return []
    if settings.smtp_host:
        return [Finding(False, f"Bac à sable : ses courriels partent vraiment (SOLDE_SMTP_HOST={settings.smtp_host}).")]
    return [Finding(True, "Bac à sable : le temps s’y avance, et aucun courriel n’en part.")]


def legal_notice() -> list[Finding]:
    """What the law wants said on the pages of a portal that is open to its public."""
    lacking = [] if settings.is_development else [name for name, text in settings.legal_notice.items() if not text]
    if lacking:
        return [Finding(False, f"Mentions légales : {', '.join(lacking)} ne dit rien, la page non plus.")]
    return []
