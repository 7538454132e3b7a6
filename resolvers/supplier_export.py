"""Everything that is kept about one supplier, as entries of an archive: rows as JSON lines, documents as they are.

Bank details are whole; digests of passwords, tokens and sessions, and the secrets of second factors, webhooks and
mailed links, are no data about anybody and stay here. Rows are read some at a time and documents piece by piece,
whatever their number.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from models import (
    ApiToken,
    Attachment,
    DeprecatedUse,
    Dossier,
    Email,
    Event,
    FundingRequest,
    Modification,
    Session,
    Supplier,
    SupportMessage,
    Upload,
    User,
    Version,
    Webhook,
    WebhookDelivery,
)
from models.actors import Actor, Author
from models.attachments import Integrity, ScanStatus
from models.errors import Fault, Invalid
from models.events import EventKind
from resolvers import storage
from resolvers.events import record_account
from resolvers.links import SEGMENTS

_LOT = 200
_SECRET = frozenset(
    (
        *("password_hash", "totp_secret", "totp_step", "digest", "key", "bank_details_sealed", "secret"),
        *("former_secret", "typed"),
    )
)
_KEPT_DIGESTS = (Event,)
# What a mailed link ends with, and opens something with.
_SEALS = re.compile(r"(?<=/)(reinitialisation|invitation|nouvelle-adresse)/[\w.=-]+")

TABLES: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("comptes", User, ("supplier_id",)),
    ("sessions", Session, ("user__supplier_id",)),
    ("jetons", ApiToken, ("supplier_id",)),
    ("webhooks", Webhook, ("supplier_id",)),
    ("envois-des-webhooks", WebhookDelivery, ("webhook__supplier_id",)),
    ("dossiers", Dossier, ("supplier_id",)),
    ("demandes", FundingRequest, ("dossier__supplier_id",)),
    ("versions", Version, ("request__dossier__supplier_id",)),
    ("modifications", Modification, ("request__dossier__supplier_id",)),
    ("fichiers", Upload, ("supplier_id", "attachments__request__dossier__supplier_id")),
    ("pieces", Attachment, ("request__dossier__supplier_id",)),
    ("messages", SupportMessage, ("request__dossier__supplier_id",)),
    ("courriels", Email, ("request__dossier__supplier_id",)),
    ("evenements", Event, ("request__dossier__supplier_id", "user__supplier_id")),
)
"""The file of each table, and how its rows lead to their supplier."""


@dataclass(frozen=True)
class Entry:
    """One file of the archive."""

    name: str
    pieces: AsyncIterator[bytes]


async def export_supplier(actor: Actor, siret: str, *, as_of: datetime) -> AsyncIterator[Entry]:
    """The entries, each to be read before the next is asked for; that they were asked for is written down first."""
    supplier = await Supplier.get_or_none(siret=siret)
    if supplier is None:
        raise Invalid(Fault("siret", "UNKNOWN", "Aucun fournisseur n’a ce SIRET."))
    await record_account(EventKind.DATA_EXPORTED, user=None, actor=actor, at=as_of, siret=siret)
    yield Entry("fournisseur.jsonl", _lines(Supplier, Q(id=supplier.id)))
    for name, model, paths in TABLES:
        leads_here: list[dict[str, Any]] = [{path: supplier.id} for path in paths]
        which = Q(*(Q(**path) for path in leads_here), join_type=Q.OR)
        yield Entry(f"{name}.jsonl", _lines(model, which))
    yield Entry("champs-deprecies.jsonl", _lines(DeprecatedUse, Q(account__in=await _callers(supplier))))
    addresses = await User.filter(supplier_id=supplier.id).exclude(email="").values_list("email", flat=True)
    yield Entry("courriels-des-comptes.jsonl", _lines(Email, Q(request_id__isnull=True, recipient__in=addresses)))
    absent: list[dict[str, Any]] = []
    async for entry in _documents(supplier, absent):
        yield entry
    yield Entry("documents-absents.jsonl", _told(absent))


async def _callers(supplier: Supplier) -> list[str]:
    """The accounts and tokens of the supplier, as counts name them."""
    users = await User.filter(supplier_id=supplier.id).values_list("id", flat=True)
    tokens = await ApiToken.filter(supplier_id=supplier.id).values_list("id", flat=True)
    return [*(f"user:{key}" for key in users), *(f"token:{key}" for key in tokens)]


async def _lines(model: type[Model], which: Q) -> AsyncIterator[bytes]:
    """The rows as JSON, one on each line, in the order of their keys."""
    last: Any = None
    while (
        rows := await (model.filter(which) if last is None else model.filter(which, pk__gt=last))
        .distinct()
        .order_by(model._meta.pk_attr)
        .limit(_LOT)
    ):
        for row in rows:
            yield _as_line(_content(row))
        last = rows[-1].pk


def _content(row: Model) -> dict[str, Any]:
    secret = _SECRET - {"digest"} if isinstance(row, _KEPT_DIGESTS) else _SECRET
    content = {name: getattr(row, name) for name in row._meta.fields_db_projection if name not in secret}
    if isinstance(row, FundingRequest):
        content["bank_details"] = asdict(row.bank_details)
    if isinstance(row, Email):
        content |= {name: _SEALS.sub(r"\1/…", content[name]) for name in ("text", "html")}
    return content


def _as_line(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, default=_plain) + "\n").encode()


def _plain(value: object) -> Any:
    if isinstance(value, Author):
        return value.as_json()
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


async def _documents(supplier: Supplier, absent: list[dict[str, Any]]) -> AsyncIterator[Entry]:
    """Every document of every request; those that cannot be given are told in `absent`."""
    last: Any = None
    own = Attachment.filter(request__dossier__supplier_id=supplier.id).select_related("upload", "request__dossier")
    while rows := await (own if last is None else own.filter(id__gt=last)).order_by("id").limit(_LOT):
        for row in rows:
            name = (
                f"documents/{row.request.dossier.number}/{SEGMENTS[row.request.kind]}/{row.id}/{row.upload.file_name}"
            )
            if reason := await _barrier(row.upload):
                absent.append({"document": name, "reason": reason})
            else:
                yield Entry(name, storage.read(row.upload.key))
        last = rows[-1].id


async def _barrier(upload: Upload) -> str | None:
    """Why the bytes cannot be given, if they cannot: infected ones are for nobody, altered ones are no evidence."""
    if upload.purged_at is not None:
        return "PURGED"
    if upload.scan_status is ScanStatus.INFECTED:
        return "INFECTED"
    size = await storage.size_of(upload.key)
    if size is None:
        return "MISSING"
    return "ALTERED" if size != upload.size or upload.integrity is Integrity.ALTERED else None


async def _told(absent: list[dict[str, Any]]) -> AsyncIterator[bytes]:
    for each in absent:
        yield _as_line(each)
