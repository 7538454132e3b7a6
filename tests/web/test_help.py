"""Help and the legal pages: what they say follows the deployment, and nothing is said that it does not know."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from httpx import AsyncClient
from markupsafe import escape
from PIL import Image

from models import User
from models.typography import french
from tests.web.conftest import Enter
from tests.web.visit import Visit
from web.captures import CAPTURES, SCALE
from web.rendering import PICTURES, PUBLIC_SETTINGS

PUBLISHER = "Agence de l’exemple, 1 rue de la Paix, 75000 Paris, 01 40 00 00 00"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that says who it is."""
    said = {
        "publisher": PUBLISHER,
        "publication_director": "Camille Martin",
        "hosting": "Hébergeur de l’exemple, 02 40 00 00 00",
        "data_protection_contact": "mailto:dpo@asp.example",
        "assistance_phone": "01 50 00 00 00",
        "assistance_hours": "du lundi au vendredi",
    }
    for name, value in said.items():
        monkeypatch.setattr(PUBLIC_SETTINGS, name, value)


@pytest.mark.usefixtures("told")
async def test_the_legal_pages_say_who_publishes_hosts_and_answers(site: AsyncClient) -> None:
    visit = Visit(site)
    page = await visit.open("/mentions-legales")
    for words in (PUBLISHER, "Camille Martin", "Hébergeur de l’exemple, 02 40 00 00 00"):
        assert words in page.text
    page = await visit.open("/donnees-personnelles")
    assert PUBLISHER in page.text
    assert page.links["dpo@asp.example"] == "mailto:dpo@asp.example"


async def test_what_is_not_known_is_not_announced(site: AsyncClient) -> None:
    visit = Visit(site)
    assert "Direction de la publication" not in (await visit.open("/mentions-legales")).text
    page = await visit.open("/donnees-personnelles")
    assert "délégué à la protection des données" not in page.text
    assert page.links["assistance"] == "/aide#assistance"


@pytest.mark.parametrize(
    ("rate", "state"),
    [(None, "non conforme"), (49, "non conforme"), (72, "partiellement conforme"), (100, "totalement conforme")],
)
async def test_the_declaration_of_accessibility_follows_the_audit(
    site: AsyncClient, monkeypatch: pytest.MonkeyPatch, rate: int | None, state: str
) -> None:
    monkeypatch.setattr(PUBLIC_SETTINGS, "accessibility_rate", rate)
    monkeypatch.setattr(PUBLIC_SETTINGS, "accessibility_date", date(2026, 9, 15))
    monkeypatch.setattr(PUBLIC_SETTINGS, "accessibility_audit", "la société Exemple, le 12/09/2026" if rate else "")
    page = await Visit(site).open("/accessibilite")
    assert page.links[f"Accessibilité : {state}"] == "/accessibilite"
    assert f"est {state} avec le référentiel" in page.text
    assert ("n’a pas encore été audité" in page.text) is (rate is None)
    assert (f"la société Exemple, le 12/09/2026 montre que {rate} % des critères" in page.text) is (rate is not None)
    assert "établie le 15/09/2026." in page.text
    assert page.links["écrire un message au Défenseur des droits"].startswith("https://")


async def test_the_help_page_teaches_every_step_with_its_picture(site: AsyncClient) -> None:
    page = (await site.get("/aide")).text
    for name, capture in CAPTURES.items():
        assert f'width="{capture.width}" height="{capture.height}" alt="{escape(french(capture.words))}"' in page
        for folder in ("", "sombre/"):
            address = re.search(rf'"(/static/captures/{folder}{name}\.webp\?v=[0-9a-f]+)"', page)
            assert address, name
            picture = await site.get(address[1])
            assert picture.headers["Content-Type"] == "image/webp"
            assert "immutable" in picture.headers["Cache-Control"]


@pytest.mark.parametrize(("theme", "shown"), [("light", "captures/suivi.webp"), ("dark", "captures/sombre/suivi.webp")])
async def test_pictures_have_the_colours_that_their_reader_chose(site: AsyncClient, theme: str, shown: str) -> None:
    site.cookies.set("affichage", theme)
    page = (await site.get("/aide")).text
    assert re.findall(r"/static/(captures/\S*suivi.webp)\?", page) == [shown]


@pytest.mark.parametrize("folder", ["", "sombre"])
@pytest.mark.parametrize("name", CAPTURES)
def test_every_picture_is_as_large_as_announced_and_light(folder: str, name: str) -> None:
    file = PICTURES / folder / f"{name}.webp"
    with Image.open(file) as picture:
        assert picture.size == (round(CAPTURES[name].width * SCALE), round(CAPTURES[name].height * SCALE))
    assert file.stat().st_size < 100 * 1024


def test_no_picture_is_left_from_before() -> None:
    there = {file.relative_to(PICTURES).as_posix() for file in PICTURES.rglob("*.*")}
    assert there == {f"{folder}{name}.webp" for name in CAPTURES for folder in ("", "sombre/")}


async def test_help_needs_no_picture_to_be_read(
    site: AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("web.pages.help.PICTURES", tmp_path)
    answer = await site.get("/aide")
    assert answer.status_code == 200
    assert "<figure" not in answer.text
    assert "Gardez l’accusé de réception" in answer.text


@pytest.mark.usefixtures("told")
async def test_the_assistance_says_how_and_when_it_answers(site: AsyncClient) -> None:
    page = await Visit(site).open("/aide")
    assert page.links["01 50 00 00 00"] == "tel:0150000000"
    assert "du lundi au vendredi" in page.text


async def test_every_anchor_of_the_help_page_is_there(site: AsyncClient) -> None:
    page = (await site.get("/aide")).text
    anchors = set(re.findall(r'href="#([\w-]+)"', page))
    assert anchors >= {"etapes", "delais", "questions", "assistance"}
    assert anchors <= set(re.findall(r'id="([\w-]+)"', page))


@pytest.mark.parametrize("who", ["stranger", "supplier", "manager"])
async def test_every_address_of_the_site_map_opens_for_who_reads_it(
    site: AsyncClient, enter: Enter, supplier_user: User, manager_user: User, who: str
) -> None:
    if who != "stranger":
        await enter(supplier_user if who == "supplier" else manager_user)
    visit = Visit(site)
    page = await visit.open("/plan-du-site")
    addresses = {address.partition("#")[0] for address in page.links.values()} - {"", "/courriels"}
    assert addresses >= {"/", "/aide", "/accessibilite", "/mentions-legales", "/donnees-personnelles"}
    own = ({"/console", "/console/apercu", "/journal"} <= addresses, "/mon-compte/collegues" in addresses)
    assert own == (who == "manager", who == "supplier")
    for address in addresses:
        await visit.open(address)
        assert visit.status == 200, address
        assert address == "/connexion" or not visit.path.startswith("/connexion"), address
