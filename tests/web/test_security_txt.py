"""Whoever has found a weakness finds out where to say so, or that nobody has said where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from httpx import AsyncClient

from settings import settings
from tests.conftest import NOW
from tests.web.conftest import Clock

ADDRESS = "/.well-known/security.txt"
Setting = Callable[[str, object], None]


@pytest.mark.parametrize("contact", ["mailto:securite@example.fr", "https://example.fr/signaler"])
async def test_the_file_says_where_to_write_and_until_when_it_is_true(
    stranger: AsyncClient, setting: Setting, contact: str
) -> None:
    setting("security_contact", contact)
    answer = await stranger.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(days=30) < expires - NOW < timedelta(days=366)
    assert fields == {
        "Contact": contact,
        "Preferred-Languages": "fr, en",
        "Canonical": f"{settings.base_url}{ADDRESS}",
    }


async def test_it_is_never_out_of_date(stranger: AsyncClient, setting: Setting, clock: Clock) -> None:
    setting("security_contact", "mailto:securite@example.fr")
    clock.now = NOW + timedelta(days=1000)
    (expires,) = [line for line in (await stranger.get(ADDRESS)).text.splitlines() if line.startswith("Expires: ")]
    assert datetime.fromisoformat(expires.removeprefix("Expires: ")) > clock.now


async def test_a_portal_that_names_no_contact_has_no_such_file(stranger: AsyncClient) -> None:
    absent = await stranger.get("/.well-known/autre.txt")
    answer = await stranger.get(ADDRESS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, absent.headers["Content-Type"])
