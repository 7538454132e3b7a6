"""Accounts as they are opened for people."""

from __future__ import annotations

import pytest

from models import User
from models.actors import Role
from resolvers import accounts
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
