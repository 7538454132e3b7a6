"""One log line for each thing that happened: after its commit, never after a rollback, and naming nobody."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from models import Event, FundingRequest
from models.database import transaction
from models.events import EventKind
from resolvers.deadlines import expire_due
from resolvers.editing import change_support_contact
from resolvers.events import record
from resolvers.modifications import confirm_modification
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, send_back, supplier_of

pytestmark = pytest.mark.usefixtures("db")


async def test_a_transition_is_told_with_its_dossier_its_cycle_and_the_role_of_who_did_it() -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    modification = await send_back(request)
    await change_support_contact(supplier, modification.id, support_contact="a@editeur.fr", as_of=NOW)
    with bound_contextvars(incident="12AB-34CD"), capture_logs(processors=[merge_contextvars]) as lines:
        await confirm_modification(supplier, modification.id, note="au revoir", as_of=NOW)
    [line] = lines
    assert line == {
        "event": "modification_confirmed",
        "log_level": "info",
        "dossier": request.dossier.number,
        "request": str(request.id),
        "kind": "BALANCE",
        "modification": 1,
        "role": "SUPPLIER",
        "at": NOW.isoformat(),
        "incident": "12AB-34CD",
    }
    assert supplier.name not in str(line)


async def test_an_expiry_is_told_once_though_several_look_for_it() -> None:
    modification = await send_back(await make_request())
    with capture_logs() as lines:
        await asyncio.gather(*(expire_due(modification.closes_at + timedelta(hours=1)) for _ in range(4)))
    assert [(line["event"], line["role"], line["modification"]) for line in lines] == [
        ("modification_expired", "SYSTEM", 1)
    ]


async def test_nothing_is_told_before_the_commit_and_nothing_of_what_is_rolled_back() -> None:
    request = await make_request()
    with capture_logs() as lines:
        async with transaction():
            await record(EventKind.REQUEST_VALIDATED, request, MANAGER, at=NOW)
            assert lines == []
        assert [line["event"] for line in lines] == ["request_validated"]
        lines.clear()
        await _roll_back(request)
        assert lines == []
    assert await Event.all().count() == 1


async def _roll_back(request: FundingRequest) -> None:
    async def fail() -> None:
        async with transaction():
            await record(EventKind.REQUEST_PAID, request, MANAGER, at=NOW)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await fail()


async def test_a_commit_that_fails_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    request = await make_request()

    async def fail() -> None:
        async with transaction() as client:
            await record(EventKind.REQUEST_PAID, request, MANAGER, at=NOW)
            monkeypatch.setattr(client, "commit", _fail_to_commit)

    with capture_logs() as lines, pytest.raises(OSError, match="disk full"):
        await fail()
    assert lines == []


async def _fail_to_commit() -> None:
    raise OSError("disk full")


async def test_inside_another_transaction_the_outer_one_decides() -> None:
    request = await make_request()

    async def nested(*, fails: bool) -> None:
        async with transaction():
            async with transaction():
                await record(EventKind.REQUEST_VALIDATED, request, MANAGER, at=NOW)
            if fails:
                raise RuntimeError("power cut")

    with capture_logs() as lines:
        with pytest.raises(RuntimeError):
            await nested(fails=True)
        assert lines == []
        await nested(fails=False)
    assert [line["event"] for line in lines] == ["request_validated"]
