"""The audit's export: every event with its seals, one JSON line each, and an end that seals the whole.

Kept elsewhere, it proves what the database held: what was altered since, to the ends of chains and heads together, is
found by comparing the two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.chains import chain_name, export_seal
from models.database import canonical_json, connection, is_postgres
from resolvers.audit import Alteration
from resolvers.audit_rows import COLUMNS, hole, instant

_AT_ONCE = 500
_OF_SIRET = """
(request_id IN (SELECT funding_request.id FROM funding_request
   JOIN dossier ON dossier.id = dossier_id JOIN supplier ON supplier.id = dossier.supplier_id WHERE siret = {0})
 OR user_id IN (SELECT account.id FROM account JOIN supplier ON supplier.id = supplier_id WHERE siret = {0}))
"""
_OF_DOSSIER = """
request_id IN (SELECT funding_request.id FROM funding_request
  JOIN dossier ON dossier.id = dossier_id WHERE dossier.number = {0})
"""
_SEALED = ("chain", "position", "kind", "at", "digest", "link")


@dataclass(frozen=True)
class Selection:
    """Which events are wanted; what is None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    siret: str | None = None
    dossier: str | None = None

    def conditions(self) -> tuple[str, list[Any]]:
        """What the rows must meet, with its values."""
        wanted = [
            ("at >= {0}", _as_kept(self.since)),
            ("at < {0}", _as_kept(self.until)),
            (_OF_SIRET, self.siret),
            (_OF_DOSSIER, self.dossier),
        ]
        given = [(condition, value) for condition, value in wanted if value is not None]
        texts = [condition.format(_place(number)) for number, (condition, _) in enumerate(given, start=2)]
        return " AND ".join([f"id > {_place(1)}", *texts]), [value for _, value in given]


def _place(number: int) -> str:
    """Where a value stands: numbered on both databases, since one may stand in two places."""
    return f"${number}" if is_postgres() else f"?{number}"


def _as_kept(at: datetime | None) -> datetime | str | None:
    """The instant as the column holds it: SQLite compares texts."""
    return at if at is None or is_postgres() else at.astimezone(UTC).isoformat(sep=" ")


async def export_events(selection: Selection) -> AsyncIterator[str]:
    """The lines of the export, in the order in which things were recorded, then the line that seals them."""
    conditions, values = selection.conditions()
    statement = f"SELECT {COLUMNS} FROM event WHERE {conditions} ORDER BY id LIMIT {_AT_ONCE}"  # noqa: S608
    lines, count, last = hashlib.sha256(), 0, 0
    while rows := await connection().execute_query_dict(statement, [last, *values]):
        for row in rows:
            line = canonical_json(_as_told(row)) + "\n"
            lines.update(line.encode())
            yield line
        count, last = count + len(rows), rows[-1]["id"]
    end = {"events": count, "sha256": lines.hexdigest(), "seal": export_seal(lines.hexdigest())}
    yield canonical_json(end) + "\n"


def _as_told(row: dict[str, Any]) -> dict[str, Any]:
    purged_at = row["purged_at"]
    return {
        "id": row["id"],
        "chain": chain_name(row["request_id"], row["user_id"]),
        "position": row["position"],
        "kind": row["kind"],
        "at": instant(row["at"]).astimezone(UTC).isoformat(),
        "actor": json.loads(row["actor"]),
        "payload": json.loads(row["payload"]),
        "origin": json.loads(row["origin"] or "null"),
        "purgedAt": purged_at and instant(purged_at).astimezone(UTC).isoformat(),
        "salt": row["salt"],
        "digest": row["digest"],
        "link": row["link"],
    }


class Comparison:
    """An export read again, line by line, beside the database."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.events = 0

    async def run(self) -> AsyncIterator[Alteration]:
        """Whatever the export holds and the database no longer does, and whether the export itself is whole."""
        read, lot, end = hashlib.sha256(), list[dict[str, Any]](), None
        for line in self._lines:
            told = _read(line)
            if end is not None or told is None:
                yield Alteration("export", f"la ligne {self.events + 1} n’est pas celle d’un export")
                return
            if "seal" in told:
                end = told
                continue
            read.update(line.encode())
            self.events += 1
            lot.append(told)
            if len(lot) == _AT_ONCE:
                async for alteration in _compare(lot):
                    yield alteration
                lot.clear()
        async for alteration in _compare(lot):
            yield alteration
        if end is None or end["seal"] != export_seal(read.hexdigest()) or end.get("events") != self.events:
            yield Alteration("export", "l’export est incomplet ou a été modifié")


def _read(line: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    is_end = isinstance(told, dict) and "seal" in told
    return told if is_end or (isinstance(told, dict) and isinstance(told.get("id"), int)) else None


async def _compare(lot: list[dict[str, Any]]) -> AsyncIterator[Alteration]:
    holes = ", ".join(hole(number) for number in range(1, len(lot) + 1))
    statement = f"SELECT {COLUMNS} FROM event WHERE id IN ({holes})"  # noqa: S608
    rows = await connection().execute_query_dict(statement, [told["id"] for told in lot]) if lot else []
    kept = {row["id"]: row for row in rows}
    for told in lot:
        place = (str(told.get("chain")), told.get("position"), told["id"])
        if told["id"] not in kept:
            yield Alteration(place[0], "cette ligne de l’export n’est plus dans la base", *place[1:])
        elif not _is_the_same(told, kept[told["id"]]):
            yield Alteration(place[0], "cette ligne n’est plus celle de l’export", *place[1:])


def _is_the_same(told: dict[str, Any], row: dict[str, Any]) -> bool:
    """In what is sealed: a purge since is no alteration."""
    try:
        now = _as_told(row)
    except (ValueError, TypeError):
        return False
    return all(told.get(name) == now[name] for name in _SEALED)
