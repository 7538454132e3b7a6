"""Tokens: issued to software, told apart from what is none, revoked at once, seen by whoever may."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from models import ApiToken, Event
from models.actors import AccountRight, Actor, Role, TokenScope
from models.errors import Invalid, NotFound, PermissionDenied
from models.events import EventKind
from models.tokens import PREFIX, TokenRefused, TokenState, new_secret
from resolvers.accounts import digest
from resolvers.tokens import authenticate_token, create_token, issue_token, revoke_token, tokens
from tests.conftest import NOW
from tests.factories import MANAGER, make_supplier, make_token, make_user

pytestmark = pytest.mark.usefixtures("db")

READ, WRITE, MANAGE = TokenScope.READ, TokenScope.WRITE, TokenScope.MANAGE


async def why_not(secret: str, as_of: datetime = NOW) -> str:
    """What the holder of that secret is told."""
    with pytest.raises(TokenRefused) as refusal:
        await authenticate_token(secret, as_of=as_of)
    return refusal.value.description


async def test_a_token_is_shown_once_and_names_its_software() -> None:
    supplier = await make_supplier()
    secret = await make_token(scopes=[WRITE], supplier=supplier)
    assert re.fullmatch("solde_[0-9A-Za-z]{49}", secret)
    row = await ApiToken.get()
    assert secret.removeprefix(PREFIX) not in str(row.__dict__)
    assert (row.shown, row.scopes) == (f"solde_…{secret[-4:]}", ["READ", "WRITE"])
    actor = await authenticate_token(secret, as_of=NOW)
    assert (actor.role, actor.name, actor.supplier_id) == (Role.PARTNER, "Logiciel", supplier.id)


async def test_a_token_of_before_stays_good() -> None:
    """Those had no checksum, and nobody wrote down how they end or who issued them."""
    secret = f"{PREFIX}2Jx-dC0_vT3Jx9dC0vT3Jx9dC0vT3Jx9dC0vT3Jx9dC"
    row = await ApiToken.create(name="Ancien", digest=digest(secret), scopes=["READ"], created_at=NOW)
    assert (await authenticate_token(secret, as_of=NOW)).name == "Ancien"
    assert row.shown == ""


async def test_whoever_holds_a_token_that_has_ended_is_told_which_way() -> None:
    end = NOW + timedelta(days=1)
    ending, revoked = await make_token(expires_at=end), await make_token(name="Révoqué")
    await ApiToken.filter(name="Révoqué").update(revoked_at=NOW)
    assert await authenticate_token(ending, as_of=end - timedelta(seconds=1))
    assert await why_not(ending, end) == "The token expired"
    assert await why_not(revoked) == "The token was revoked"
    assert await why_not(new_secret()) == "The token is unknown to this portal"


@pytest.mark.parametrize("slip", ["", "Z", " ", "é"])
async def test_a_slip_of_the_hand_is_told_without_looking_anything_up(slip: str) -> None:
    secret = await make_token()
    changed = secret[:20] + ("y" if secret[20] == "x" else "x") + secret[21:]
    for wrong in (secret[:-1] + slip if slip != secret[-1] else secret[:-1], changed, secret.upper(), f" {secret}"):
        assert await why_not(wrong) == "The token is incomplete or misspelt"


@pytest.mark.parametrize("scopes", [[], [WRITE], [MANAGE, WRITE]])
async def test_a_token_that_could_do_nothing_or_too_much_is_refused(scopes: list[TokenScope]) -> None:
    with pytest.raises(Invalid):
        await create_token(name="Jeton", scopes=scopes, as_of=NOW)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "deux\nlignes"])
async def test_a_token_bears_a_name_of_one_line(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await create_token(name=name, scopes=[READ], as_of=NOW)
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("name", "INVALID")]


async def test_a_token_lasts_a_year_unless_it_is_to_end_before() -> None:
    """Its last day is whole, in Paris."""
    usual = await issue_token(MANAGER, name="Un an", scopes=[READ], as_of=NOW)
    assert usual.token.expires_at == datetime(2024, 8, 6, 22, tzinfo=UTC)
    short = await issue_token(MANAGER, name="Bref", scopes=[READ], expires_on=date(2023, 8, 7), as_of=NOW)
    assert short.token.expires_at == datetime(2023, 8, 7, 22, tzinfo=UTC)
    for day in (date(2023, 8, 6), date(2024, 8, 7), date.max, date.min):
        with pytest.raises(Invalid) as refusal:
            await issue_token(MANAGER, name="Long", scopes=[READ], expires_on=day, as_of=NOW)
        assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("expiresOn", "INVALID")]


async def test_only_managers_issue_tokens_and_none_that_manages() -> None:
    user = await make_user(await make_supplier())
    with pytest.raises(PermissionDenied):
        await issue_token(user.actor, name="Logiciel", scopes=[READ], as_of=NOW)
    with pytest.raises(Invalid) as refusal:
        await issue_token(MANAGER, name="Logiciel", scopes=[READ, MANAGE], as_of=NOW)
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("scopes", "NOT_AVAILABLE")]
    assert not await ApiToken.exists()


async def test_a_supplier_who_may_confirm_revokes_its_own_tokens_and_twice_is_once() -> None:
    supplier = await make_supplier()
    boss, reader = await make_user(supplier), await make_user(supplier, right=AccountRight.READ)
    stranger = await make_user(await make_supplier())
    secret = await make_token(scopes=[WRITE], supplier=supplier)
    token = await ApiToken.get()
    for other in (reader, stranger):
        with pytest.raises(NotFound):
            await revoke_token(other.actor, token.id, as_of=NOW)
    with pytest.raises(PermissionDenied):
        await revoke_token(await authenticate_token(secret, as_of=NOW), token.id, as_of=NOW)
    first = await revoke_token(boss.actor, token.id, as_of=NOW)
    again = await revoke_token(boss.actor, token.id, as_of=NOW + timedelta(hours=1))
    assert (first.revoked_at, again.revoked_at) == (NOW, NOW)
    [event] = await Event.filter(kind=EventKind.TOKEN_REVOKED)
    assert (event.actor.account, event.payload["name"]) == (f"user:{boss.id}", "Logiciel")
    assert await why_not(secret) == "The token was revoked"


async def listed(actor: Actor, state: TokenState | None = None, siret: str | None = None) -> set[str]:
    return {row.name for row in await tokens(actor, state=state, siret=siret, as_of=NOW)}


async def test_each_sees_the_tokens_that_concern_them() -> None:
    supplier, other = await make_supplier(), await make_supplier()
    boss, editor = await make_user(supplier), await make_user(supplier, right=AccountRight.EDIT)
    secret = await make_token(name="Le sien", supplier=supplier)
    await make_token(name="Un autre du même", supplier=supplier, expires_at=NOW)
    await make_token(name="D’un autre", supplier=other)
    await make_token(name="De tous")
    await ApiToken.filter(name="D’un autre").update(revoked_at=NOW)
    assert await listed(MANAGER) == {"Le sien", "Un autre du même", "D’un autre", "De tous"}
    assert await listed(MANAGER, TokenState.VALID) == {"Le sien", "De tous"}
    assert await listed(MANAGER, TokenState.EXPIRED) == {"Un autre du même"}
    assert await listed(MANAGER, TokenState.REVOKED, other.siret) == {"D’un autre"}
    assert await listed(boss.actor) == {"Le sien", "Un autre du même"}
    assert await listed(editor.actor) == set()
    assert await listed(await authenticate_token(secret, as_of=NOW)) == {"Le sien"}
