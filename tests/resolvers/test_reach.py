"""An account whose mail is refused is known as such, until a server takes a mail for it again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models import Supplier
from models.emails import EmailStatus
from resolvers.reach import reach_of
from tests.conftest import NOW
from tests.factories import make_supplier, make_user
from tests.resolvers.test_outbox import make_email

pytestmark = pytest.mark.usefixtures("db")


async def refused(recipient: str, at: datetime, error: str = "550 No such user") -> None:
    await make_email(recipient=recipient, status=EmailStatus.FAILED, failed_at=at, error=error)


async def reached(supplier: Supplier) -> tuple[list[str], bool]:
    """The refused addresses, and whether nobody is left."""
    reach = (await reach_of([supplier.id]))[supplier.id]
    return [each.user.email for each in reach.refused], reach.nobody


async def test_account_is_refused_since_the_first_refusal_with_the_words_of_the_last() -> None:
    supplier = await make_supplier()
    await make_user(supplier, email="parti@editeur.fr", name="Pascal Breton")
    await make_user(supplier, email="present@editeur.fr")
    await refused("parti@editeur.fr", NOW - timedelta(days=3), "550 Unknown")
    await refused("parti@editeur.fr", NOW - timedelta(days=1), "550 Still unknown")
    [account] = (await reach_of([supplier.id]))[supplier.id].refused
    assert (account.user.name, account.since, account.error) == (
        "Pascal Breton",
        NOW - timedelta(days=3),
        "550 Still unknown",
    )
    assert await reached(supplier) == (["parti@editeur.fr"], False)


async def test_mail_that_is_taken_again_ends_it_and_a_later_refusal_begins_anew() -> None:
    supplier = await make_supplier()
    await make_user(supplier, email="plein@editeur.fr")
    await refused("plein@editeur.fr", NOW - timedelta(days=3))
    assert await reached(supplier) == (["plein@editeur.fr"], True)
    await make_email(recipient="plein@editeur.fr", status=EmailStatus.SENT, sent_at=NOW - timedelta(days=2))
    assert await reached(supplier) == ([], False)
    await refused("plein@editeur.fr", NOW - timedelta(days=1))
    [account] = (await reach_of([supplier.id]))[supplier.id].refused
    assert account.since == NOW - timedelta(days=1)


async def test_nobody_is_left_when_every_active_account_is_refused() -> None:
    supplier = await make_supplier()
    assert await reached(supplier) == ([], True)
    await make_user(supplier, email="un@editeur.fr")
    await make_user(supplier, email="ancien@editeur.fr", active=False)
    assert await reached(supplier) == ([], False)
    await refused("un@editeur.fr", NOW)
    assert await reached(supplier) == (["un@editeur.fr"], True)


async def test_refusal_elsewhere_and_a_corrected_address_say_nothing() -> None:
    supplier = await make_supplier()
    user = await make_user(supplier, email="faute@editeur.fr")
    await refused("autre@ailleurs.fr", NOW)
    await refused("faute@editeur.fr", NOW)
    user.email = "juste@editeur.fr"
    await user.save()
    assert await reached(supplier) == ([], False)
