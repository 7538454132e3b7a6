"""Help and the legal pages: what they say follows the deployment, and nothing is said that it does not know."""

from __future__ import annotations

import pytest
from httpx import AsyncClient

from tests.web.visit import Visit
from web.rendering import PUBLIC_SETTINGS

PUBLISHER = "Agence de l'exemple, 1 rue de la Paix, 75000 Paris, 01 40 00 00 00"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that says who it is."""
    said = {
        "publisher": PUBLISHER,
        "publication_director": "Camille Martin",
        "hosting": "Hébergeur de l'exemple, 02 40 00 00 00",
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
    for words in (PUBLISHER, "Camille Martin", "Hébergeur de l'exemple, 02 40 00 00 00"):
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
    monkeypatch.setattr(PUBLIC_SETTINGS, "accessibility_audit", "la société Exemple, le 12/09/2026" if rate else "")
    page = await Visit(site).open("/accessibilite")
    assert page.links[f"Accessibilité : {state}"] == "/accessibilite"
    assert f"est {state} avec le référentiel" in page.text
    assert ("n'a pas encore été audité" in page.text) is (rate is None)
    assert (f"la société Exemple, le 12/09/2026 montre que {rate} % des critères" in page.text) is (rate is not None)
    assert page.links["écrire un message au Défenseur des droits"].startswith("https://")
