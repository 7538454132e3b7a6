"""A list of requests as a table: every request once, by number of dossier, however long it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from models import Attachment, FundingRequest, Modification
from models.actors import Actor, Role
from models.csv_lines import Cell
from models.dossiers import REQUEST_NAMES
from models.errors import NotFound
from models.events import EventKind
from models.lifecycle import STATUS_LABELS
from models.typography import siret
from resolvers import links
from resolvers.events import record_account
from resolvers.request_lists import RequestFilter
from resolvers.visibility import visible_requests

_LOT = 100


class Line(NamedTuple):
    """One request, as it stands at the instant of the table."""

    request: FundingRequest
    as_of: datetime
    cycle: Modification | None
    drafted: bool


def _of_cycle(read: Callable[[Modification], Cell]) -> Callable[[Line], Cell]:
    return lambda line: None if line.cycle is None else read(line.cycle)


COLUMNS: MappingProxyType[str, Callable[[Line], Cell]] = MappingProxyType(
    {
        "Numéro de dossier": lambda line: line.request.dossier.number,
        "N° unique de référencement (ANS)": lambda line: line.request.dossier.ans_number,
        "Nature": lambda line: REQUEST_NAMES[line.request.kind],
        "SIRET": lambda line: siret(line.request.dossier.supplier.siret),
        "Dénomination sociale": lambda line: line.request.dossier.supplier.legal_name,
        "Date de dépôt": lambda line: line.request.submitted_on,
        "Statut": lambda line: STATUS_LABELS[line.request.status_at(line.as_of)],
        "Changement de statut (heure de Paris)": lambda line: line.request.status_changed_by(line.as_of),
        "Dernière mise à jour (heure de Paris)": lambda line: line.request.updated_at,
        "Modification": _of_cycle(lambda cycle: f"M{cycle.number}"),
        "Échéance (heure de Paris)": _of_cycle(lambda cycle: cycle.closes_at),
        "Commentaire du gestionnaire": _of_cycle(lambda cycle: cycle.comment),
        "Commentaire lu (heure de Paris)": _of_cycle(lambda cycle: cycle.comment_seen_at),
        "Rappel envoyé (heure de Paris)": _of_cycle(lambda cycle: cycle.reminded_at),
        "Brouillon": lambda line: line.drafted if line.cycle else None,
        "Montant décidé de l’avance (€)": lambda line: line.request.advance_decided,
        "Montant de l’engagement SEGUR retenu (€)": lambda line: line.request.commitment_retained,
        "Montant décidé du solde (€)": lambda line: line.request.balance_decided,
        "Motif du rejet": lambda line: line.request.decision_reason,
        "Page": lambda line: links.tracking(line.request),
    }
)


async def export_requests(
    actor: Actor, wanted: RequestFilter, asked: dict[str, str], *, as_of: datetime
) -> AsyncIterator[list[list[Cell]]]:
    """The wanted requests, some lines at a time; for managers, and that they asked is written down first.

    `asked` says what was asked for, in the words of the address.
    """
    if actor.role is not Role.MANAGER:
        raise NotFound()
    await record_account(EventKind.DATA_EXPORTED, user=None, actor=actor, at=as_of, list="demandes", **asked)
    return _lots(actor, wanted, as_of)


async def _lots(actor: Actor, wanted: RequestFilter, as_of: datetime) -> AsyncIterator[list[list[Cell]]]:
    rows = wanted.apply(visible_requests(actor), as_of).order_by("dossier__number", "kind")
    beyond = Q()
    while lot := await rows.filter(beyond).limit(_LOT):
        yield [[read(line) for read in COLUMNS.values()] for line in await _as_lines(lot, as_of)]
        last = lot[-1]
        number = last.dossier.number
        beyond = Q(dossier__number__gte=number) & (Q(dossier__number__gt=number) | Q(kind__gt=last.kind))


async def _as_lines(rows: list[FundingRequest], as_of: datetime) -> list[Line]:
    """With the open cycle of each, and whether its draft changes anything: in two statements."""
    keys = [row.id for row in rows]
    cycles = {
        cycle.request_id: cycle
        for cycle in await Modification.filter(request_id__in=keys, outcome=None, closes_at__gt=as_of)
    }
    drafted = await _with_documents([cycle.id for cycle in cycles.values()])
    return [
        Line(row, as_of, cycle, cycle is not None and (cycle.draft_support_contact is not None or cycle.id in drafted))
        for row in rows
        for cycle in (cycles.get(row.id),)
    ]


async def _with_documents(cycles: list[UUID]) -> set[UUID | None]:
    """Those of them to whose draft documents are added."""
    added = Attachment.filter(modification_id__in=cycles, removed_at=None).only("modification_id", "id")
    return {each.modification_id for each in await added}
