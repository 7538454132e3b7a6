"""The API's documentation as the portal serves it: to anybody, searched, in its own languages."""

from __future__ import annotations

import pytest
from httpx import AsyncClient

from models.import_document import json_schema
from schema import print_sdl
from settings import settings
from tests.web.visit import Visit
from web import manual


@pytest.mark.parametrize("name", manual.names())
async def test_every_page_is_open_to_anybody_and_leads_to_the_others(site: AsyncClient, name: str) -> None:
    shown = (await site.get(manual.address_of(name))).text
    assert [each for each in manual.names() if f'<a href="{manual.address_of(each)}"' not in shown] == []
    assert f'<article class="manual-page" lang="{"fr" if name == "reference" else "en"}">' in shown
    assert manual.page(name).html in shown


async def test_what_is_no_page_is_none(site: AsyncClient) -> None:
    for address in ("/docs/api/absente", "/docs/api/README", "/docs/api/..%2Foperating"):
        assert (await site.get(address)).status_code == 404


async def test_searching_leads_to_the_sections_that_name_what_is_wanted(site: AsyncClient) -> None:
    page = await Visit(site).open("/docs/api?q=confirmModification")
    assert page.links["Référence › Mutation.confirmModification"] == "/docs/api/reference#mutationconfirmmodification"
    nothing = await site.get("/docs/api", params={"q": "<b>introuvable"})
    assert "Rien ne parle de" in nothing.text
    assert "<b>" not in nothing.text


async def test_tools_find_both_contracts(site: AsyncClient) -> None:
    sdl = await site.get("/docs/api/schema.graphql")
    assert sdl.text == print_sdl(sandbox=settings.sandbox)
    document = await site.get("/docs/api/import.schema.json")
    assert document.json() == json_schema() == (await site.get("/schemas/demande.json")).json()
    assert {each.headers["Access-Control-Allow-Origin"] for each in (sdl, document)} == {"*"}


async def test_a_block_of_code_is_escaped_and_named_after_its_file(site: AsyncClient) -> None:
    text = (await site.get("/docs/api/quick-start")).text
    assert "<figcaption>quick_start.py</figcaption><pre><code>import os" in text
    assert "<<< &quot;$request&quot;" not in text
    assert "&lt;&lt;&lt; &quot;$request&quot;" in text
