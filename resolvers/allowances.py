"""What is left of the bounds on documents, read where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.functions import Sum

from models import Attachment, Modification, Upload
from models.actors import Actor
from models.allowance import Allowance, Bound, daily_bound, modification_allowance
from models.database import connection, is_postgres

_DAY = timedelta(days=1)
_RECEPTION_LOCK = 0x501D0  # any number, the same for every process


async def allowance_of(modification_id: UUID, request_id: UUID) -> Allowance:
    """What an open modification of that request may still add."""
    held = Attachment.filter(request_id=request_id, removed_at=None)
    return modification_allowance(modification_id, await held.select_related("upload"))


async def daily_bounds(supplier_ids: Sequence[UUID], as_of: datetime) -> dict[UUID, Bound]:
    """What each of these suppliers may still send, after all that was received of it in the last 24 hours."""
    recent = Upload.filter(supplier_id__in=list(supplier_ids), created_at__gt=as_of - _DAY)
    rows = await recent.annotate(total=Sum("size")).group_by("supplier_id").values("supplier_id", "total")
    taken = {row["supplier_id"]: int(row["total"]) for row in rows}
    return {supplier_id: daily_bound(taken.get(supplier_id, 0)) for supplier_id in supplier_ids}


async def sender_bounds(actor: Actor, as_of: datetime) -> list[Bound]:
    """The bounds on whatever this actor sends; who acts for no supplier has none."""
    if actor.supplier_id is None:
        return []
    return list((await daily_bounds([actor.supplier_id], as_of)).values())


async def bounds_on(actor: Actor, modification: Modification | None, as_of: datetime) -> list[Bound]:
    """The same, with those of the modification for which it is sent when it is known."""
    bounds = await sender_bounds(actor, as_of)
    if modification is not None:
        bounds += (await allowance_of(modification.id, modification.request_id)).bounds
    return bounds


async def hold_reception(sender: str) -> None:
    """Until the transaction ends, nobody else writes down what that sender has sent."""
    if is_postgres():  # SQLite has one transaction at a time anyway.
        lock = "SELECT pg_advisory_xact_lock($1, hashtext($2))"
        await connection().execute_query(lock, [_RECEPTION_LOCK, sender])
