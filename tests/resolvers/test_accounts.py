import pytest

from models import User
from models.actors import Role
from models.errors import Invalid
from resolvers import accounts
from tests.conftest import NOW
from tests.resolvers.conftest import PASSWORD


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
