"""Sealing again, with the first key, what an older one sealed: afterwards the older one can be taken away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models import FundingRequest, KeptAnswer, Session, User, Webhook
from models.actors import Actor
from models.events import EventKind
from models.sealing import Unreadable, is_sealed_with_the_first_key, seal_again
from resolvers.events import record_account

_Model = type[FundingRequest] | type[User] | type[Session] | type[KeptAnswer] | type[Webhook]

_SEALED: tuple[tuple[_Model, str], ...] = (
    (FundingRequest, "bank_details_sealed"),
    (User, "totp_secret"),
    (Session, "typed"),
    (KeptAnswer, "answer"),
    (Webhook, "secret"),
    (Webhook, "former_secret"),
)
"""Every column that holds sealed values."""
_BATCH = 200


@dataclass
class Rotation:
    """How many values were sealed again, how many had no need to be, and the rows that no key opens."""

    renewed: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)


async def rotate_keys(actor: Actor, *, as_of: datetime) -> Rotation:
    """Seal everything again with the first key; begun anew after a crash, it goes on where it was."""
    rotation = Rotation()
    for model, column in _SEALED:
        last: UUID | str | None = None
        while batch := await _next(model, column, last):
            for row_id, kept in batch:
                await _renew(model, column, row_id, kept, rotation)
            last = batch[-1][0]
    if rotation.renewed:
        facts = {"renewed": rotation.renewed, "unreadable": len(rotation.unreadable)}
        await record_account(EventKind.KEYS_ROTATED, user=None, actor=actor, at=as_of, **facts)
    return rotation


async def _next(model: _Model, column: str, after: UUID | str | None) -> list[tuple[UUID | str, str]]:
    """The next sealed values, with their rows."""
    rows = model.filter(**{f"{column}__not_isnull": True}).exclude(**{column: ""})
    if after is not None:
        rows = rows.filter(**{f"{_key(model)}__gt": after})
    found = await rows.order_by(_key(model)).limit(_BATCH).values_list(_key(model), column)
    return [(row_id, kept) for row_id, kept in found]


async def _renew(model: _Model, column: str, row_id: UUID | str, kept: str, rotation: Rotation) -> None:
    if is_sealed_with_the_first_key(kept):
        rotation.current += 1
        return
    try:
        renewed = seal_again(kept)
    except Unreadable:
        rotation.unreadable.append(f"{model._meta.db_table} {row_id}")
        return
    # Whoever wrote it meanwhile has sealed it with the first key.
    await model.filter(**{_key(model): row_id, column: kept}).update(**{column: renewed})
    rotation.renewed += 1


def _key(model: _Model) -> str:
    """What names a row: a session has its digest alone."""
    return model._meta.pk_attr
