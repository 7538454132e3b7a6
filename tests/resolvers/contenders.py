"""Use cases asked for all at once, in this process or in several.

Each call is a dictionary {"do": name, …}, each answer what its caller was told: the outcome, or the refusal's name.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from models import Modification, User
from models.actors import Actor, Role
from models.database import database
from models.errors import ActionNotAllowed, Refusal
from resolvers.deadlines import expire_due, remind_due
from resolvers.editing import change_support_contact
from resolvers.modifications import cancel_modification, confirm_modification, extend_deadline, skip_modification
from settings import settings

Call = dict[str, Any]


async def answers(calls: list[Call]) -> list[str]:
    """What each of the calls is told, all made at once by a supplier and a manager."""
    people = {user.role: user.actor for user in await User.all()}
    return await asyncio.gather(*(_answer(people, **call) for call in calls))


async def _answer(people: dict[Role, Actor], do: str, modification: str, as_of: str, **facts: Any) -> str:
    actor = people[Role.MANAGER if do in {"cancel", "extend"} else Role.SUPPLIER]
    try:
        return await _USE_CASES[do](actor, UUID(modification), datetime.fromisoformat(as_of), **facts)
    except ActionNotAllowed as refusal:
        return f"ActionNotAllowed {refusal.status.value}"
    except Refusal as refusal:
        return type(refusal).__name__


def _told(modification: Modification) -> str:
    assert modification.outcome is not None
    assert modification.closed_at is not None
    return f"{modification.outcome.value} {modification.closed_at.isoformat()} {modification.version_id}"


async def _confirm(actor: Actor, id_: UUID, as_of: datetime, **facts: Any) -> str:
    return _told(await confirm_modification(actor, id_, as_of=as_of, **facts))


async def _skip(actor: Actor, id_: UUID, as_of: datetime) -> str:
    return _told(await skip_modification(actor, id_, assistance_contacted=True, as_of=as_of))


async def _cancel(actor: Actor, id_: UUID, as_of: datetime) -> str:
    return _told(await cancel_modification(actor, id_, reason="erreur", as_of=as_of))


async def _edit(actor: Actor, id_: UUID, as_of: datetime, **facts: Any) -> str:
    edited = await change_support_contact(actor, id_, as_of=as_of, **facts)
    return f"EDITED {edited.revision} {edited.draft_support_contact}"


async def _extend(actor: Actor, id_: UUID, as_of: datetime, *, closes_on: str) -> str:
    day = date.fromisoformat(closes_on)
    extended = await extend_deadline(actor, id_, closes_on=day, reason="congés", as_of=as_of)
    return f"EXTENDED {extended.closes_at.isoformat()}"


async def _expire(_actor: Actor, _id: UUID, as_of: datetime) -> str:
    return f"EXPIRED {await expire_due(as_of)}"


async def _sweep(_actor: Actor, _id: UUID, as_of: datetime) -> str:
    return f"SWEPT {await expire_due(as_of)} {await remind_due(as_of)}"


_USE_CASES: dict[str, Callable[..., Awaitable[str]]] = {
    "confirm": _confirm,
    "skip": _skip,
    "cancel": _cancel,
    "edit": _edit,
    "extend": _extend,
    "expire": _expire,
    "sweep": _sweep,
}


class Contenders:
    """Processes that each open the same database and then ask at the same instant."""

    def __init__(self, count: int) -> None:
        command = [sys.executable, "-m", "tests.resolvers.contenders"]
        environment = os.environ | {"SOLDE_DATA_DIR": str(settings.data_dir)}
        pipe = subprocess.PIPE
        self.processes = [
            subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) for _ in range(count)
        ]

    async def answers(self, url: str, *calls: list[Call]) -> list[str]:
        """What the calls are told, each list made by a process of its own."""
        for process, asked in zip(self.processes, calls, strict=True):
            _write(process, json.dumps({"url": url, "calls": asked}))
        for process in self.processes:
            assert await _line_that_starts(process, "ready")
        for process in self.processes:
            _write(process, "go")
        told = [json.loads(await _line_that_starts(process, "[")) for process in self.processes]
        return [answer for answered in told for answer in answered]

    def stop(self) -> None:
        """End them; one that failed fails here."""
        for process in self.processes:
            process.communicate(timeout=30)
        assert [process.returncode for process in self.processes] == [0] * len(self.processes)


def _write(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


async def _line_that_starts(process: subprocess.Popen[str], start: str) -> str:
    """Its next line of that kind: log lines come on the same way."""
    assert process.stdout is not None
    while line := await asyncio.to_thread(process.stdout.readline):
        if line.startswith(start):
            return line
    raise AssertionError("a contender has gone")


async def _contend(url: str, calls: list[Call]) -> None:
    async with database(url):
        await User.all().count()
        _say("ready")
        sys.stdin.readline()
        _say(json.dumps(await answers(calls)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for job in sys.stdin:
        asyncio.run(_contend(**json.loads(job)))
