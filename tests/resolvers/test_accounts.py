from datetime import timedelta

import pytest

from models import ApiToken, User
from models.actors import Role, TokenScope
from models.errors import Invalid
from resolvers import accounts
from tests.conftest import NOW
from tests.factories import make_supplier
from tests.resolvers.conftest import PASSWORD


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


@pytest.mark.parametrize("email", ["é@exemple.fr", "a@société.fr", "a@" + "x" * 64 + ".fr", "a b@exemple.fr", ""])
async def test_an_address_that_no_mail_could_carry_is_refused(db: str, email: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await accounts.add_user(
            identifier="p.breton", email=email, name="", role=Role.MANAGER, password=PASSWORD, as_of=NOW
        )
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("email", "INVALID")]


@pytest.mark.parametrize("identifier", ["x" * 101, "ab", "a\0bc"])
async def test_an_identifier_of_another_length_or_unseen_is_refused(db: str, identifier: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await accounts.add_user(
            identifier=identifier, email="a@b.fr", name="", role=Role.MANAGER, password=PASSWORD, as_of=NOW
        )
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("identifier", "INVALID")]


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
