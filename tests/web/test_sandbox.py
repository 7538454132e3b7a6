"""A sandbox says on every page what it is."""

import pytest
from httpx import AsyncClient

from models import User
from web.rendering import PUBLIC_SETTINGS

BANNER = "rien de ce qui est fait ici n’est réel"


@pytest.mark.parametrize("path", ["/", "/connexion", "/aide", "/inconnue", "/graphql"])
async def test_every_page_of_a_sandbox_says_so(
    path: str, site: AsyncClient, enter: object, manager_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path == "/graphql":
        await enter(manager_user)  # type: ignore[operator]
    accept = {"Accept": "text/html"}
    assert BANNER not in (await site.get(path, headers=accept)).text
    monkeypatch.setattr(PUBLIC_SETTINGS, "sandbox", True)
    assert BANNER in (await site.get(path, headers=accept)).text
