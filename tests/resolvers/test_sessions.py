from datetime import timedelta

import pytest
from argon2.exceptions import VerifyMismatchError

from models import Session, User
from models.actors import Role
from models.errors import Invalid
from resolvers import accounts, sessions
from settings import settings
from tests.conftest import NOW
from tests.resolvers.conftest import PASSWORD

# As in production; what the tests have instead is quick.
HASHER = accounts.hasher


async def test_signing_in_opens_a_session_whose_secret_is_not_kept(breton: User) -> None:
    secret = await sessions.sign_in(" p.breton ", PASSWORD, as_of=NOW)
    assert secret is not None
    session = await Session.get()
    assert len(secret) >= 43
    assert secret not in session.digest
    person = await sessions.signed_in(secret, as_of=NOW)
    assert person is not None
    assert (person.actor, person.supplier_name) == (breton.actor, "GARAGE POULAT")


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("p.breton", "une autre phrase"),
        ("inconnu", PASSWORD),
        ("p.breton" * 100, PASSWORD),
        ("p.breton\0", PASSWORD),
        ("p.breton", ""),
        ("p.breton", PASSWORD + "x" * 10_000),
    ],
)
async def test_a_wrong_identifier_or_password_opens_nothing(breton: User, identifier: str, password: str) -> None:
    assert await sessions.sign_in(identifier, password, as_of=NOW) is None
    assert not await Session.exists()


async def test_an_unknown_identifier_costs_the_same_hash(breton: User, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = accounts.verify_password

    def watched(known: str, password: str) -> bool:
        verified.append(known)
        return verify(known, password)

    monkeypatch.setattr(accounts, "verify_password", watched)
    monkeypatch.setattr(accounts, "hasher", HASHER)
    await User.filter(id=breton.id).update(password_hash=await accounts.hash_password(PASSWORD))
    await sessions.sign_in("p.breton", "faux", as_of=NOW)
    await sessions.sign_in("inconnu", "faux", as_of=NOW)
    assert [known.rsplit("$", 2)[0] for known in verified] == ["$argon2id$v=19$m=65536,t=3,p=4"] * 2
    assert [len(known) for known in verified] == [len(verified[0])] * 2
    # Work to the end, and not a hash that cannot be read, which would be refused at once.
    with pytest.raises(VerifyMismatchError):
        HASHER.verify(verified[1], "faux")


async def test_the_same_letters_composed_otherwise_are_the_same_password(breton: User) -> None:
    assert await sessions.sign_in("p.breton", PASSWORD.replace("à", "a\u0300"), as_of=NOW)


async def test_an_identifier_is_the_same_whatever_a_phone_capitalises(breton: User) -> None:
    assert await sessions.sign_in("P.Breton", PASSWORD, as_of=NOW)
    with pytest.raises(Invalid) as refusal:
        await accounts.add_user(
            identifier="P.BRETON",
            email="p@editeur.fr",
            name="",
            role=Role.MANAGER,
            password=PASSWORD,
            as_of=NOW,
        )
    assert [fault.code for fault in refusal.value.faults] == ["TAKEN"]


async def test_an_account_made_inactive_neither_signs_in_nor_stays_in(breton: User) -> None:
    secret = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    await User.filter(id=breton.id).update(active=False)
    assert await sessions.signed_in(secret, as_of=NOW) is None
    assert await sessions.sign_in("p.breton", PASSWORD, as_of=NOW) is None


async def test_a_session_ends_when_it_is_unused(breton: User) -> None:
    secret = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    idle = timedelta(minutes=settings.session_idle_minutes)
    assert await sessions.signed_in(secret, as_of=NOW + idle - timedelta(seconds=1))
    assert await sessions.signed_in(secret, as_of=NOW + 2 * idle - timedelta(seconds=2))
    assert await sessions.signed_in(secret, as_of=NOW + 3 * idle) is None


async def test_a_session_ends_at_its_hour_even_in_use(breton: User) -> None:
    secret = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    for half_hours in range(1, 2 * settings.session_hours):
        assert await sessions.signed_in(secret, as_of=NOW + timedelta(minutes=30 * half_hours))
    assert await sessions.signed_in(secret, as_of=NOW + timedelta(hours=settings.session_hours)) is None


async def test_signing_in_again_ends_the_session_before(breton: User) -> None:
    first = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW)
    second = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW, instead_of=first)
    assert first is not None
    assert second not in {None, first}
    assert await sessions.signed_in(first, as_of=NOW) is None


async def test_signing_out_ends_the_session(breton: User) -> None:
    secret = await sessions.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    await sessions.sign_out(secret, as_of=NOW)
    assert not await Session.exists()
