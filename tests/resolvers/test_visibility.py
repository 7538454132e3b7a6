"""Who sees what; and what one may not see answers like what does not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from models import Supplier
from models.actors import SYSTEM, AccountRight, Actor, Role, TokenScope
from models.errors import NotFound
from resolvers.reading import get_dossier, get_email, get_kept_attachment, get_supplier, get_version
from resolvers.support import contact_support
from resolvers.visibility import (
    get_attachment,
    get_modification,
    get_request,
    get_support_message,
    visible_attachments,
    visible_dossiers,
    visible_events,
    visible_modifications,
    visible_requests,
    visible_support_messages,
)
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_attachment, make_request, make_supplier, make_user, send_back

pytestmark = pytest.mark.usefixtures("db")

EVERYTHING = (
    visible_dossiers,
    visible_requests,
    visible_modifications,
    visible_attachments,
    visible_events,
    visible_support_messages,
)
Get = Callable[[Actor, UUID], Awaitable[object]]


async def company() -> tuple[Actor, dict[Get, UUID]]:
    """A supplier's account, and one of each thing that it may see, by how it is got."""
    supplier = await make_supplier()
    actor = (await make_user(supplier)).actor
    request = await make_request(supplier)
    modification = await send_back(request)
    attachment = await make_attachment(request)
    message = await contact_support(actor, request.id, message="Allô ?", as_of=NOW + timedelta(hours=1))
    version, email = await request.versions.all().first(), await request.emails.all().first()  # type: ignore[attr-defined]
    assert version is not None
    return actor, {
        get_supplier: supplier.id,
        get_dossier: request.dossier_id,
        get_request: request.id,
        get_version: version.id,
        get_modification: modification.id,
        get_attachment: attachment.id,
        get_kept_attachment: attachment.id,
        get_support_message: message.id,
        get_email: email.id,
    }


async def test_a_supplier_sees_its_own_and_nothing_of_others() -> None:
    own, things = await company()
    stranger, other_things = await company()
    for get, thing in things.items():
        assert await get(own, thing)
    for visible in EVERYTHING:
        assert await visible(own).count() * 2 == await visible(MANAGER).count()
    for get, thing in other_things.items():
        with pytest.raises(NotFound):
            await get(own, thing)
        assert await get(stranger, thing)


async def test_what_is_not_for_us_answers_exactly_like_what_does_not_exist() -> None:
    own, _ = await company()
    _, other_things = await company()
    for get, thing in other_things.items():
        with pytest.raises(NotFound) as hidden:
            await get(own, thing)
        with pytest.raises(NotFound) as unknown:
            await get(own, uuid4())
        assert hidden.value.message == unknown.value.message


@pytest.mark.parametrize("scopes", [(TokenScope.READ,), (TokenScope.READ, TokenScope.WRITE)])
async def test_a_partner_bound_to_a_supplier_sees_what_the_supplier_sees(scopes: tuple[TokenScope, ...]) -> None:
    own, things = await company()
    _, other_things = await company()
    software = Actor(Role.PARTNER, "Logiciel", "token:1", own.supplier_id, AccountRight.READ, scopes)
    for get, thing in things.items():
        assert await get(software, thing)
    for get, thing in other_things.items():
        with pytest.raises(NotFound):
            await get(software, thing)


@pytest.mark.parametrize("actor", [MANAGER, READER, SYSTEM])
async def test_managers_and_who_reads_for_all_see_everything(actor: Actor) -> None:
    for _, things in (await company(), await company()):
        for get, thing in things.items():
            assert await get(actor, thing)


async def test_an_account_of_no_supplier_sees_nothing() -> None:
    _, things = await company()
    lost = Actor(Role.SUPPLIER, "Sans entreprise", "user:1", None, AccountRight.CONFIRM)
    for visible in EVERYTHING:
        assert await visible(lost).count() == 0
    for get, thing in things.items():
        with pytest.raises(NotFound):
            await get(lost, thing)


async def test_a_supplier_without_any_dossier_sees_empty_lists() -> None:
    await company()
    newcomer = (await make_user(await make_supplier())).actor
    for visible in EVERYTHING:
        assert await visible(newcomer).count() == 0
    assert await get_supplier(newcomer, newcomer.supplier_id or uuid4())
    assert await Supplier.all().count() == 2
