"""A token's end is announced 30, 7 and 1 days before, once each, to whoever can do something about it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import ApiToken, Email, Event
from models.actors import AccountRight, TokenScope
from models.emails import EmailKind
from models.events import EventKind
from models.tokens import TokenRefused
from resolvers import token_notices
from resolvers.token_notices import notice_ends
from resolvers.tokens import authenticate_token, issue_token
from tests.conftest import NOW
from tests.factories import make_supplier, make_token, make_user

pytestmark = pytest.mark.usefixtures("db")

END = NOW + timedelta(days=100)


async def recipients() -> list[str]:
    return sorted([email.recipient for email in await Email.filter(kind=EmailKind.TOKEN_EXPIRES)])


async def ending(**facts: Any) -> str:
    """A token that ends at END."""
    return await make_token(expires_at=END, **facts)


def before(**left: int) -> datetime:
    return END - timedelta(**left)


async def test_each_notice_leaves_once_however_often_it_is_looked_for() -> None:
    await ending()
    await make_user(None)
    told = [
        await notice_ends(before(**left))
        for left in ({"days": 31}, {"days": 30}, {"days": 8}, {"days": 7}, {"hours": 30}, {"days": 1}, {"minutes": 1})
    ]
    assert told == [0, 1, 0, 1, 0, 1, 0]
    assert await notice_ends(END) == 0
    subjects = [email.subject.partition("expire ")[2] for email in await Email.all().order_by("created_at")]
    assert [subject.replace("\u00a0", " ") for subject in subjects] == ["dans 30 jours", "dans 7 jours", "demain"]
    assert await Event.filter(kind=EventKind.TOKEN_END_TOLD).count() == 3


async def test_a_worker_that_was_away_tells_the_nearest_notice_alone() -> None:
    await ending()
    await make_user(None)
    assert [await notice_ends(before(hours=20)), await notice_ends(before(hours=1))] == [1, 0]


async def test_what_was_just_issued_for_a_few_days_is_not_announced_to_whoever_asked_for_it() -> None:
    await make_user(None)
    await make_token(expires_at=END, as_of=before(days=5))
    assert [await notice_ends(before(days=4)), await notice_ends(before(hours=20))] == [0, 1]


async def test_several_workers_announce_it_once() -> None:
    await ending()
    await make_user(None)
    assert sum(await asyncio.gather(*(notice_ends(before(days=7)) for _ in range(4)))) == 1
    assert len(await recipients()) == 1


async def test_neither_a_revoked_token_nor_one_without_an_end_is_announced() -> None:
    await ending()
    await ApiToken.all().update(revoked_at=NOW)
    await make_token()
    assert await notice_ends(before(days=1)) == 0


async def test_the_suppliers_who_may_confirm_are_told() -> None:
    supplier = await make_supplier()
    await make_user(supplier, email="un@editeur.fr")
    await make_user(supplier, email="Un@editeur.fr")
    await make_user(supplier, email="lecture@editeur.fr", right=AccountRight.EDIT)
    await make_user(supplier, email="parti@editeur.fr", active=False)
    await make_user(None)
    await ending(supplier=supplier)
    await notice_ends(before(days=7))
    assert await recipients() == ["un@editeur.fr"]
    email = await Email.get()
    assert "/mon-compte/jetons" in email.text
    assert "GARAGE POULAT" in email.text


async def test_without_them_the_manager_who_issued_it_is_told_else_all_managers() -> None:
    supplier = await make_supplier()
    issuer, other = await make_user(None, email="emet@asp.fr"), await make_user(None, email="autre@asp.fr")
    given: dict[str, Any] = {"name": "Logiciel", "scopes": [TokenScope.READ], "expires_on": END.date()}
    issued = await issue_token(issuer.actor, **given, supplier_id=supplier.id, as_of=NOW)
    assert issued.token.expires_at
    await notice_ends(issued.token.expires_at - timedelta(days=7))
    assert await recipients() == [issuer.email]
    assert "/console" in (await Email.get()).text
    issuer.active = False
    await issuer.save()
    await notice_ends(issued.token.expires_at - timedelta(days=1))
    assert await recipients() == [other.email, issuer.email]


async def test_one_that_cannot_be_told_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_user(None)
    for name in ("Un", "Deux"):
        await ending(name=name)
    usual = token_notices._letter

    def fail(token: ApiToken, *others: Any) -> Any:
        if token.name == "Un":
            raise RuntimeError("no template")
        return usual(token, *others)

    monkeypatch.setattr(token_notices, "_letter", fail)
    assert await notice_ends(before(days=7)) == 1
    monkeypatch.undo()
    assert await notice_ends(before(days=7)) == 1


async def test_software_that_still_calls_with_a_token_that_has_ended_is_told_of_once() -> None:
    await make_user(None)
    secret = await ending()
    await notice_ends(before(days=1))
    for minutes in (0, 1):
        with pytest.raises(TokenRefused):
            await authenticate_token(secret, as_of=END + timedelta(minutes=minutes))
    *_, last = await Email.all().order_by("created_at")
    assert await Email.all().count() == 2
    assert "a expiré et sert encore" in last.subject
