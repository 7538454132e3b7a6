"""A mutation that is sent again with the same Idempotency-Key gets its first answer, and is not made twice."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.requests import Request

from models.database import canonical_json
from resolvers import kept_answers
from schema.coded_errors import CodedError
from schema.operations import changes_something
from web.operation import Operation

log = structlog.get_logger(__name__)

# The text of a structured field, as the draft of the IETF has it, or the bare key that most callers send.
_KEY = re.compile(r'"([ !#-\[\]-~]{1,255})"|([!#-\[\]-~]{1,255})')
# After these the same call may well end otherwise: nothing is kept of them.
_PASSING = frozenset({"INTERNAL_ERROR", "SERVICE_UNAVAILABLE", "STORAGE_FULL", "TIME_LIMIT", "UNAUTHENTICATED"})


@dataclass(frozen=True)
class Answered:
    """What a caller is told, with its HTTP status and headers."""

    content: dict[str, Any]
    status: int
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def lasts(self) -> bool:
        """Was it executed, and would it end so again?"""
        codes = {(error.get("extensions") or {}).get("code") for error in self.content.get("errors", [])}
        return "data" in self.content and not codes & _PASSING


async def once(
    http: Request, operation: Operation, execute: Callable[[Request, Operation], Awaitable[Answered]]
) -> Answered:
    """The answer to the operation, executed now unless it is a mutation that this caller sent with this key before."""
    key, actor = _key(http), http.state.actor
    if key is None or actor is None or not changes_something(operation.query, operation.name):
        return await execute(http, operation)
    asked = canonical_json([operation.query, operation.name, operation.variables])
    call = kept_answers.call(actor.account, key, asked, as_of=http.state.as_of)
    try:
        kept = await kept_answers.begin(call)
    except kept_answers.KeyReused:
        raise CodedError("IDEMPOTENCY_KEY_REUSED", _REUSED) from None
    except kept_answers.StillRunning:
        raise CodedError("IDEMPOTENCY_IN_PROGRESS", _RUNNING, {"Retry-After": "1"}) from None
    if kept is not None:
        return Answered(**json.loads(kept), headers={"Idempotent-Replayed": "true"})
    return await _kept(call, execute(http, operation))


async def _kept(call: kept_answers.Call, executing: Awaitable[Answered]) -> Answered:
    """The answer, kept for the next time when it lasts; else the key is free again at once."""
    try:
        answered = await executing
    except Exception:
        await _settle(kept_answers.release(call))
        raise
    if answered.lasts:
        # What the first call cost says nothing of the next.
        content = {name: part for name, part in answered.content.items() if name != "extensions"}
        await _settle(kept_answers.keep(call, json.dumps({"content": content, "status": answered.status})))
    else:
        await _settle(kept_answers.release(call))
    return answered


async def _settle(written: Awaitable[None]) -> None:
    """Write down what becomes of the key: who asked is told how the call ended, even where that cannot be written."""
    try:
        await written
    except Exception as error:  # The claim ends by itself.
        log.error("answer_not_kept", exc_info=error)


def _key(http: Request) -> str | None:
    """The key that was sent, if one was."""
    given = http.headers.getlist("idempotency-key")
    if not given:
        return None
    found = _KEY.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        raise CodedError("IDEMPOTENCY_KEY_INVALID", _INVALID)
    return found[1] or found[2]


_INVALID = "Idempotency-Key est une clé de 1 à 255 caractères ASCII visibles, donnée une seule fois : un UUID convient."
_REUSED = "Cette clé (Idempotency-Key) a déjà servi à une autre opération, ou avec d’autres variables."
_RUNNING = "Un premier envoi avec cette clé (Idempotency-Key) est encore en cours. Renvoyez la même requête plus tard."
