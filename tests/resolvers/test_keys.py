"""A new key takes the place of the old one, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from models import Event, FundingRequest, Session, User
from models.events import EventKind
from models.sealing import Unreadable, is_sealed_with_the_first_key, new_key, seal, seal_again, unseal
from resolvers import keys
from resolvers.keys import rotate_keys
from resolvers.typed import Typed, mark, opened, sealed
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_user

pytestmark = pytest.mark.usefixtures("db")

OLD, NEW = new_key(), new_key()
IBAN = "FR7630006000011234567890189"


@pytest.fixture(autouse=True)
def give(setting: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The deployment's keys; batches of two, so that there are several."""
    monkeypatch.setattr(keys, "_BATCH", 2)

    def change(*given: str) -> None:
        setting("data_keys", [SecretStr(key) for key in given])

    change(OLD)
    return change


async def test_everything_is_sealed_again_and_the_old_key_can_go(give: Callable[..., None]) -> None:
    supplier = await make_supplier()
    person = await make_user(supplier, totp_secret=seal("JBSWY3DPEHPK3PXP"))
    await make_user(supplier)
    for _ in range(5):
        await make_request(supplier)
    give(NEW, OLD)
    rotation = await rotate_keys(MANAGER, as_of=NOW)
    assert (rotation.renewed, rotation.current, rotation.unreadable) == (6, 0, [])
    give(NEW)
    assert {row.bank_details.iban for row in await FundingRequest.all()} == {IBAN}
    assert unseal(str((await User.get(id=person.id)).totp_secret)) == "JBSWY3DPEHPK3PXP"
    [told] = await Event.filter(kind=EventKind.KEYS_ROTATED)
    assert told.payload == {"renewed": 6, "unreadable": 0}


async def test_what_a_session_keeps_is_sealed_again(give: Callable[..., None]) -> None:
    person = await make_user(await make_supplier())
    lasting: dict[str, Any] = {"created_at": NOW, "seen_at": NOW, "expires_at": NOW + timedelta(hours=1)}
    for number in range(5):
        page = Typed("/dossiers/FINSAS008539/solde/modification", mark(person.actor.account), {"contact": f"{number}"})
        await Session.create(digest=f"{number}", user=person, typed=sealed(page, as_of=NOW), **lasting)
    await Session.create(digest="nothing typed", user=person, **lasting)
    give(NEW, OLD)
    rotation = await rotate_keys(MANAGER, as_of=NOW)
    assert (rotation.renewed, rotation.current, rotation.unreadable) == (5, 0, [])
    give(NEW)
    kept = [opened(row.typed, as_of=NOW) for row in await Session.exclude(typed=None).order_by("digest")]
    assert [typed.fields["contact"] for typed in kept if typed] == ["0", "1", "2", "3", "4"]


async def test_one_that_was_cut_short_goes_on_where_it_was(
    give: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await make_request()
    give(NEW, OLD)
    renewed: list[str] = []

    def seal_some(kept: str) -> str:
        if len(renewed) == 3:
            raise RuntimeError("killed")
        renewed.append(kept)
        return seal_again(kept)

    monkeypatch.setattr(keys, "seal_again", seal_some)
    with pytest.raises(RuntimeError):
        await rotate_keys(MANAGER, as_of=NOW)
    monkeypatch.undo()
    give(NEW, OLD)
    sealed = [row.bank_details_sealed for row in await FundingRequest.all()]
    assert sum(map(is_sealed_with_the_first_key, sealed)) == 3
    rotation = await rotate_keys(MANAGER, as_of=NOW)
    assert (rotation.renewed, rotation.current) == (2, 3)
    again = await rotate_keys(MANAGER, as_of=NOW)
    assert (again.renewed, again.current) == (0, 5)
    assert await Event.filter(kind=EventKind.KEYS_ROTATED).count() == 1


async def test_what_no_key_opens_is_named_and_holds_up_nothing(give: Callable[..., None]) -> None:
    lost = await make_request(bank_details_sealed=seal("{}"))
    give(NEW)
    found = await make_request()
    rotation = await rotate_keys(MANAGER, as_of=NOW)
    assert (rotation.renewed, rotation.current) == (0, 1)
    assert rotation.unreadable == [f"funding_request {lost.id}"]
    assert (await FundingRequest.get(id=found.id)).bank_details.iban == IBAN
    with pytest.raises(Unreadable):
        _ = (await FundingRequest.get(id=lost.id)).bank_details
