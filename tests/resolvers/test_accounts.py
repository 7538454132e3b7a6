from datetime import timedelta

import pytest

from models import ApiToken, Email, Session, User
from models.actors import Role, TokenScope
from models.emails import EmailKind
from models.errors import Invalid, NotFound
from resolvers import accounts, passwords
from settings import settings
from tests.conftest import NOW
from tests.factories import make_supplier

PASSWORD = "une phrase facile à retenir"


@pytest.fixture
async def breton(db: str) -> User:
    return await accounts.add_user(
        identifier="p.breton",
        email="pascal.breton@axyus.com",
        name="Pascal Breton",
        role=Role.SUPPLIER,
        password=PASSWORD,
        supplier=await make_supplier(),
        as_of=NOW,
    )


async def test_signing_in_opens_a_session_whose_secret_is_not_kept(breton: User) -> None:
    secret = await accounts.sign_in(" p.breton ", PASSWORD, as_of=NOW)
    assert secret is not None
    session = await Session.get()
    assert len(secret) >= 43
    assert secret not in session.digest
    person = await accounts.signed_in(secret, as_of=NOW)
    assert person is not None
    assert (person.actor, person.supplier_name) == (breton.actor, "GARAGE POULAT")


@pytest.mark.parametrize(
    ("identifier", "password"),
    [("p.breton", "une autre phrase"), ("inconnu", PASSWORD), ("p.breton", ""), ("p.breton", PASSWORD + "x" * 10_000)],
)
async def test_a_wrong_identifier_or_password_opens_nothing(breton: User, identifier: str, password: str) -> None:
    assert await accounts.sign_in(identifier, password, as_of=NOW) is None
    assert not await Session.exists()


async def test_an_unknown_identifier_costs_the_same_hash(breton: User, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = accounts._verify

    def watched(known: str, password: str) -> bool:
        verified.append(known)
        return verify(known, password)

    monkeypatch.setattr(accounts, "_verify", watched)
    await accounts.sign_in("p.breton", "faux", as_of=NOW)
    await accounts.sign_in("inconnu", "faux", as_of=NOW)
    assert [known.rsplit("$", 2)[0] for known in verified] == ["$argon2id$v=19$m=65536,t=3,p=4"] * 2


async def test_the_same_letters_composed_otherwise_are_the_same_password(breton: User) -> None:
    assert await accounts.sign_in("p.breton", PASSWORD.replace("à", "a\u0300"), as_of=NOW)


async def test_an_account_made_inactive_neither_signs_in_nor_stays_in(breton: User) -> None:
    secret = await accounts.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    await User.filter(id=breton.id).update(active=False)
    assert await accounts.signed_in(secret, as_of=NOW) is None
    assert await accounts.sign_in("p.breton", PASSWORD, as_of=NOW) is None


async def test_a_session_ends_when_it_is_unused(breton: User) -> None:
    secret = await accounts.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    idle = timedelta(minutes=settings.session_idle_minutes)
    assert await accounts.signed_in(secret, as_of=NOW + idle - timedelta(seconds=1))
    assert await accounts.signed_in(secret, as_of=NOW + 2 * idle - timedelta(seconds=2))
    assert await accounts.signed_in(secret, as_of=NOW + 3 * idle) is None


async def test_a_session_ends_at_its_hour_even_in_use(breton: User) -> None:
    secret = await accounts.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    for half_hours in range(1, 2 * settings.session_hours):
        assert await accounts.signed_in(secret, as_of=NOW + timedelta(minutes=30 * half_hours))
    assert await accounts.signed_in(secret, as_of=NOW + timedelta(hours=settings.session_hours)) is None


async def test_signing_in_again_ends_the_session_before(breton: User) -> None:
    first = await accounts.sign_in("p.breton", PASSWORD, as_of=NOW)
    second = await accounts.sign_in("p.breton", PASSWORD, as_of=NOW, instead_of=first)
    assert first is not None
    assert second not in {None, first}
    assert await accounts.signed_in(first, as_of=NOW) is None


async def test_signing_out_ends_the_session(breton: User) -> None:
    secret = await accounts.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert secret is not None
    await accounts.sign_out(secret)
    assert not await Session.exists()


async def test_a_token_is_shown_once_and_names_its_software(db: str) -> None:
    supplier = await make_supplier()
    secret = await accounts.issue_token(
        name="Logiciel", scopes=[TokenScope.READ, TokenScope.WRITE], supplier=supplier, as_of=NOW
    )
    assert secret.startswith("solde_")
    assert secret.removeprefix("solde_") not in str((await ApiToken.get()).__dict__)
    actor = await accounts.authenticate_token(secret, as_of=NOW)
    assert actor is not None
    assert (actor.role, actor.name, actor.supplier_id) == (Role.PARTNER, "Logiciel", supplier.id)


async def test_a_token_unknown_revoked_or_past_its_end_is_nobody(db: str) -> None:
    end = NOW + timedelta(days=1)
    ending = await accounts.issue_token(name="Bref", scopes=[TokenScope.READ], expires_at=end, as_of=NOW)
    revoked = await accounts.issue_token(name="Révoqué", scopes=[TokenScope.READ], as_of=NOW)
    await ApiToken.filter(name="Révoqué").update(revoked_at=NOW)
    assert await accounts.authenticate_token(ending, as_of=NOW)
    assert await accounts.authenticate_token(ending, as_of=end) is None
    assert await accounts.authenticate_token(revoked, as_of=NOW) is None
    assert await accounts.authenticate_token("solde_inconnu", as_of=NOW) is None


@pytest.mark.parametrize("scopes", [[], [TokenScope.WRITE], [TokenScope.MANAGE, TokenScope.WRITE]])
async def test_a_token_that_could_do_nothing_or_too_much_is_refused(db: str, scopes: list[TokenScope]) -> None:
    with pytest.raises(Invalid):
        await accounts.issue_token(name="Jeton", scopes=scopes, as_of=NOW)


async def test_every_fault_of_a_new_account_is_named(breton: User) -> None:
    with pytest.raises(Invalid) as refusal:
        await accounts.add_user(
            identifier="p.breton", email="pas une adresse", name="", role=Role.SUPPLIER, password="court", as_of=NOW
        )
    assert {(fault.field, fault.code) for fault in refusal.value.faults} == {
        ("identifier", "TAKEN"),
        ("email", "INVALID"),
        ("supplier", "INVALID"),
        ("password", "TOO_SHORT"),
    }


async def _mailed_link() -> str:
    text = (await Email.get(kind=EmailKind.PASSWORD_RESET)).text
    return text.partition("/reinitialisation/")[2].split()[0]


async def test_a_mailed_link_changes_the_password_once_and_ends_every_session(breton: User) -> None:
    old = await accounts.sign_in("p.breton", PASSWORD, as_of=NOW)
    assert old is not None
    await passwords.send_reset_link("p.breton", as_of=NOW)
    link = await _mailed_link()
    await passwords.reset_password(link, "une nouvelle phrase", as_of=NOW)
    assert await accounts.signed_in(old, as_of=NOW) is None
    assert await accounts.sign_in("p.breton", "une nouvelle phrase", as_of=NOW)
    with pytest.raises(NotFound):
        await passwords.reset_password(link, "encore une autre phrase", as_of=NOW)


async def test_a_link_that_is_over_or_touched_changes_nothing(breton: User) -> None:
    await passwords.send_reset_link("p.breton", as_of=NOW)
    link = await _mailed_link()
    user, ends, mac = link.split(".")
    assert await passwords.can_reset(link, as_of=NOW + timedelta(minutes=29))
    assert not await passwords.can_reset(link, as_of=NOW + timedelta(minutes=30))
    for forged in (
        f"{user}.{int(ends) + 1}.{mac}",
        f"{user}.{ends}.{'0' * 64}",
        "x",
        "..",
        f"{user}.{'9' * 30}.{mac}",
        f"{link}é",
    ):
        assert not await passwords.can_reset(forged, as_of=NOW)


async def test_a_short_new_password_is_refused_and_the_link_stays_good(breton: User) -> None:
    await passwords.send_reset_link("p.breton", as_of=NOW)
    link = await _mailed_link()
    with pytest.raises(Invalid):
        await passwords.reset_password(link, "court", as_of=NOW)
    assert await passwords.can_reset(link, as_of=NOW)


async def test_asking_again_and_again_sends_one_mail(breton: User) -> None:
    for seconds in range(3):
        await passwords.send_reset_link("p.breton", as_of=NOW + timedelta(seconds=seconds))
    await passwords.send_reset_link("inconnu", as_of=NOW)
    assert await Email.all().count() == 1


async def test_identifiers_are_mailed_to_their_own_address_alone(breton: User) -> None:
    await passwords.remind_identifier("Pascal.Breton@axyus.com", as_of=NOW)
    await passwords.remind_identifier("quelqu.un@ailleurs.fr", as_of=NOW)
    email = await Email.get()
    assert (email.recipient, email.kind) == ("pascal.breton@axyus.com", EmailKind.IDENTIFIER_REMINDER)
    assert "p.breton" in email.text
    assert email.request_id is None
