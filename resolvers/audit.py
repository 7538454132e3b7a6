"""The audit: every chain of events worked out again, and every alteration named by its row.

Rows are read as they stand, some hundreds at a time: what was altered may no longer be anything that a model can hold.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from models import ChainHead
from models.actors import Role
from models.chains import EMPTY, PORTAL, digest, head_seal, link, remains
from models.database import connection, is_postgres
from models.events import EventKind
from resolvers.audit_rows import chain_heads, condition_of, hole, instant, newer_head, rows_after

_BEGINNINGS = {
    "request": {EventKind.REQUEST_IMPORTED.value},
    "account": {EventKind.ACCOUNT_OPENED.value, EventKind.ACCOUNT_INVITED.value},
}
# What has no head and should have: rows of its own, each with the chain that it belongs to.
_HEADLESS = {
    "des événements sans fin de chaîne scellée": """
SELECT DISTINCT chain FROM (
  SELECT CASE WHEN request_id IS NOT NULL THEN 'request:' || request_id
              WHEN user_id IS NOT NULL THEN 'account:' || user_id ELSE 'portal' END AS chain FROM event
) AS chains WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE chain_head.chain = chains.chain)
""",
    "une demande sans aucun événement": """
SELECT 'request:' || id AS chain FROM funding_request
WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE chain = 'request:' || funding_request.id)
""",
    "un compte sans aucun événement": """
SELECT 'account:' || id AS chain FROM account
WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE chain = 'account:' || account.id)
""",
}


@dataclass(frozen=True)
class Alteration:
    """One thing that is not as it was recorded: where, and in a few French words what."""

    chain: str
    fault: str
    position: int | None = None
    event: int | None = None

    def __str__(self) -> str:
        row = f"événement {self.event}, " if self.event is not None else ""
        place = f", position {self.position}" if self.position is not None else ""
        return f"{row}chaîne {self.chain}{place} : {self.fault}"


@dataclass
class _End:
    """The last event of a chain as far as it was read."""

    position: int = EMPTY
    link: str = ""
    event: int = 0


@dataclass
class Audit:
    """One run over everything: how much was read, and where it is in a chain."""

    chains: int = 0
    events: int = 0
    purges: list[tuple[datetime, int, int]] = field(default_factory=list)

    async def run(self) -> AsyncIterator[Alteration]:
        """Every alteration, as it is found."""
        await self._know_purges()
        async for head in chain_heads():
            self.chains += 1
            async for alteration in self._chain(head):
                yield alteration
        async for alteration in _headless():
            yield alteration
        async for alteration in _purges_as_told():
            yield alteration

    async def _chain(self, head: ChainHead) -> AsyncIterator[Alteration]:
        """The events of one chain up to its head; those that come meanwhile are read too."""
        if condition_of(head.chain) is None:
            yield Alteration(head.chain, "cette chaîne ne correspond à rien")
            return
        end = _End()
        async for alteration in self._events(head.chain, end):
            yield alteration
        # A head is read before the events that it seals: what came meanwhile came with a newer one.
        while end.position > head.position and (newer := await newer_head(head)):
            head = newer
            async for alteration in self._events(head.chain, end):
                yield alteration
        if missing := _end_fault(head, end):
            yield missing

    async def _events(self, chain: str, end: _End) -> AsyncIterator[Alteration]:
        """What is wrong with the events after that end, which moves on with them."""
        while rows := await rows_after(chain, end.position):
            for row in rows:
                self.events += 1
                for fault in await self._faults(row, chain, end.position, end.link, end.event):
                    yield Alteration(chain, fault, row["position"], row["id"])
                end.position, end.link, end.event = row["position"], row["link"], row["id"]

    async def _faults(self, row: dict[str, Any], chain: str, position: int, previous: str, last_id: int) -> list[str]:
        try:
            return [*_place_faults(row, chain, position, previous, last_id), *await self._content_faults(row)]
        except (KeyError, TypeError, ValueError, AttributeError):
            return ["cette ligne a été modifiée : elle n’est plus lisible"]

    async def _content_faults(self, row: dict[str, Any]) -> Iterable[str]:
        actor, payload, origin = (json.loads(row[name] or "null") for name in ("actor", "payload", "origin"))
        if row["purged_at"] is None:
            if row["digest"] != digest(row["salt"], actor, payload, origin):
                return ["l’auteur, le contenu ou la provenance ont été modifiés"]
            return []
        nobody = {"role": Role(actor["role"]).value, "name": "", "account": ""}
        emptied = (payload, origin, actor, row["salt"]) == ({}, None, nobody, "")
        if not emptied or not await self._is_accounted_for(row["id"], instant(row["purged_at"])):
            return ["cette ligne a été vidée autrement que par une purge"]
        return []

    async def _is_accounted_for(self, key: int, at: datetime) -> bool:
        if any(first <= key <= last for purged, first, last in self.purges if purged == at):
            return True
        known = len(self.purges)
        await self._know_purges()  # One may have run since.
        return len(self.purges) > known and await self._is_accounted_for(key, at)

    async def _know_purges(self) -> None:
        self.purges = [(at, told["first"], told["last"]) async for _, at, told in _purges()]


def _place_faults(row: dict[str, Any], chain: str, position: int, previous: str, last_id: int) -> Iterable[str]:
    """Whether the row stands where it was recorded, after the one that came before it."""
    if row["position"] != position + 1:
        yield f"il manque ce qui précède, depuis la position {position + 1}"
    elif row["link"] != link(previous, chain, row["position"], row["kind"], instant(row["at"]), row["digest"]):
        yield "cette ligne a été modifiée, ajoutée ou déplacée"
    if row["id"] <= last_id:
        yield "cette ligne n’est plus dans l’ordre des événements"
    if row["position"] == 0 and row["kind"] not in _BEGINNINGS.get(chain.partition(":")[0], {row["kind"]}):
        yield "la chaîne a perdu son début"


def _end_fault(head: ChainHead, end: _End) -> Alteration | None:
    """What is wrong between the events and the head that seals where they end."""
    if head.position > end.position:
        fault = f"il manque les derniers événements, jusqu’à la position {head.position}"
        return Alteration(head.chain, fault, end.position)
    if head.position < end.position:
        return Alteration(head.chain, "des événements suivent la fin scellée de la chaîne", end.position, end.event)
    if head.seal != head_seal(head.chain, end.position, end.link):
        return Alteration(head.chain, "le sceau de la fin de la chaîne est faux", end.position)
    return None


async def _headless() -> AsyncIterator[Alteration]:
    for fault, statement in _HEADLESS.items():
        for row in await connection().execute_query_dict(statement):
            yield Alteration(row["chain"], fault)
    if not await ChainHead.exists(chain=PORTAL):
        yield Alteration(PORTAL, "la fin scellée de la chaîne a disparu")


async def _purges() -> AsyncIterator[tuple[int, datetime, dict[str, Any]]]:
    """The purges as they were recorded: the event of each, its instant, and what it says was purged."""
    position = EMPTY
    while rows := await rows_after(PORTAL, position):
        for row in rows:
            if row["kind"] == EventKind.DATA_PURGED.value and "last" in (told := json.loads(row["payload"])):
                yield row["id"], instant(row["at"]), told
        position = rows[-1]["position"]


async def _purges_as_told() -> AsyncIterator[Alteration]:
    """Whether what is left of each purge is what was left of it."""
    statement = (
        f"SELECT id, digest, actor FROM event WHERE id >= {hole(1)} AND id <= {hole(2)} "  # noqa: S608
        f"AND purged_at = {hole(3)} ORDER BY id"
    )
    async for key, at, told in _purges():
        when = at if is_postgres() else at.astimezone(UTC).isoformat(sep=" ")
        rows = await connection().execute_query_dict(statement, [told["first"], told["last"], when])
        left = remains((row["id"], row["digest"], json.loads(row["actor"])) for row in rows)
        if len(rows) != told["events"] or left != told["left"]:
            yield Alteration(PORTAL, "les lignes purgées ne sont plus celles qui l’ont été", None, key)
