"""The public portal, the home page and the list of dossiers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx import AsyncClient

from models import Session
from models.actors import AccountRight
from tests.factories import make_request, make_supplier, make_user, send_back
from tests.web.conftest import Clock, Enter
from tests.web.scene import Scene
from tests.web.visit import Visit
from web.rendering import PUBLIC_SETTINGS

Public = Callable[[str, object], None]


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Public:
    """Give one of the settings that pages know another value for this test."""

    def change(name: str, value: object) -> None:
        monkeypatch.setattr(PUBLIC_SETTINGS, name, value)

    return change


ENROLMENT = "https://enrolement.example.fr/"


async def test_the_public_page_leads_to_the_sign_in_and_to_help(site: AsyncClient, public: Public) -> None:
    public("enrolment_url", ENROLMENT)
    visit = Visit(site)
    page = await visit.open("/")
    for words in (
        "Portail SEGUR Numérique",
        "Demande d’inscription",
        "Vous n’avez pas de compte ?",
        "Besoin d’aide ?",
        "Qu’est-ce que le Ségur du numérique en santé ?",
        "Qu’est-ce que le financement à l’équipement numérique des acteurs de l’offre de soins ?",
    ):
        assert words in page.text
    assert page.links["Se connecter"] == "/connexion"
    assert page.links["Effectuer ma demande d’inscription"] == ENROLMENT
    for words in (
        "Consulter les questions fréquentes",
        "Contacter l’assistance",
        "site de l’Agence du numérique en santé",
        "présentation officielle",
    ):
        assert words in page.links


async def test_what_lies_outside_the_portal_is_shown_once_it_has_an_address(scene: Scene, public: Public) -> None:
    page = await scene.visit.open("/")
    assert "nrôlement" not in page.text
    assert page.links["Gérer ma demande de financement du fournisseur SAS"] == "/demandes"
    public("enrolment_url", ENROLMENT)
    page = await scene.visit.open("/")
    blocks = ("1 demande à modifier", "Actualités", "Suivi des demandes d’enrôlement", "Suivi de ma demande de")
    places = [page.within("main").index(words) for words in blocks]
    assert places == sorted(places)
    assert page.links["Gérer ma demande d’enrôlement"] == ENROLMENT
    scene.visit.client.cookies.clear()
    public("enrolment_url", "")
    assert "inscription" not in (await scene.visit.open("/")).text


@pytest.mark.parametrize(
    "path", ["/aide", "/accessibilite", "/mentions-legales", "/donnees-personnelles", "/plan-du-site"]
)
async def test_help_and_legal_pages_are_open_to_anybody(site: AsyncClient, path: str) -> None:
    visit = Visit(site)
    await visit.open(path)
    assert visit.status == 200
    assert visit.title.endswith("– Portail SEGUR Numérique")


async def test_without_anything_to_do_the_home_page_says_so(site: AsyncClient, enter: Enter) -> None:
    await enter(await make_user(await make_supplier()))
    page = await Visit(site).open("/")
    assert "Aucune action n’est attendue de votre part pour le moment." in page.text


async def test_who_may_only_read_is_led_to_what_is_asked(scene: Scene, enter: Enter) -> None:
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    await enter(await make_user(scene.user.supplier, right=AccountRight.READ))
    page = await scene.visit.open("/")
    assert "Un brouillon attend depuis le 08/08/2023 à 14 h 32 : 1 donnée modifiée." in page.text
    assert page.links[f"Voir ce qui est demandé pour le dossier {scene.request.dossier.number}"] == scene.path


async def test_many_requests_to_modify_are_said_to_be_many(scene: Scene) -> None:
    for _ in range(20):
        await send_back(await make_request(scene.user.supplier))
    page = await scene.visit.open("/")
    assert "20 demandes ou plus à modifier, la première avant le dimanche 27 août 2023" in page.text
    assert page.links["Voir tous mes dossiers"] == "/demandes"


async def test_the_home_page_says_first_what_is_to_be_done(scene: Scene) -> None:
    page = await scene.visit.open("/")
    assert "Accueil fournisseur SAS" in page.text
    assert "1 demande à modifier" in page.text
    assert "avant le dimanche 27 août 2023 à 14 h 32" in page.text
    assert "jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris) — encore 19 jours" in page.text
    assert "Aucune actualité pour le moment." in page.text
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    page = await scene.visit.open("/")
    number = scene.request.dossier.number
    assert page.links[f"Reprendre ma modification pour le dossier {number}"] == scene.page


async def test_past_the_deadline_there_is_nothing_left_to_do(scene: Scene, clock: Clock) -> None:
    clock.now = scene.modification.closes_at - timedelta(minutes=1)
    await enter_again(scene)
    assert "1 demande à modifier" in (await scene.visit.open("/")).text
    clock.now = scene.modification.closes_at
    assert "à modifier" not in (await scene.visit.open("/")).text


async def enter_again(scene: Scene) -> None:
    deadline = scene.modification.closes_at
    await Session.all().update(seen_at=deadline - timedelta(minutes=1), expires_at=deadline + timedelta(hours=1))


async def test_a_single_dossier_is_opened_straight_away(scene: Scene) -> None:
    await scene.visit.open("/demandes")
    assert scene.visit.path == scene.path
    await scene.visit.open("/demandes?nature=avance")
    assert scene.visit.path == scene.path.replace("solde", "avance")
    await scene.visit.open("/demandes?nature=//ailleurs")
    assert scene.visit.path == scene.path


async def test_the_list_says_how_long_is_left_and_which_draft_waits(scene: Scene) -> None:
    await send_back(await make_request(scene.user.supplier))
    page = await scene.visit.open("/demandes")
    assert page.text.count("jusqu’au 27/08/2023 à 14 h 32 — encore 19 jours") == 2
    assert "Brouillon non transmis" not in page.text
    await scene.change_contact_as(scene.user, "test123@gmail.com")
    assert (await scene.visit.open("/demandes")).text.count("Brouillon non transmis") == 1


@pytest.mark.parametrize(("nature", "other"), [("avance", "solde"), ("solde", "avance")])
async def test_the_menu_leads_to_the_requests_of_one_kind(scene: Scene, nature: str, other: str) -> None:
    await make_request(scene.user.supplier)
    page = await scene.visit.open(f"/demandes?nature={nature}")
    of = {"avance": "d’avance", "solde": "de solde"}
    assert scene.visit.title.startswith(f"Suivi de ma demande de financement : demandes {of[nature]}")
    assert f"Demande {of[nature]}" in page.within("main")
    assert f"Demande {of[other]}" not in page.within("main")
    assert page.links["Voir toutes les demandes, d’avance et de solde"] == "/demandes"


async def test_what_is_to_be_modified_is_listed_first_and_nothing_twice(scene: Scene) -> None:
    supplier = scene.user.supplier
    others = [await make_request(supplier, number=f"FINSAS1{number:02}") for number in range(21)]
    await send_back(others[20])
    first = (await scene.visit.open("/demandes")).within("main")
    told = [scene.request.dossier.number, *(other.dossier.number for other in others)]
    listed = sorted((number for number in told if number in first), key=first.index)
    assert listed == sorted([told[0], told[-1]]) + told[1:19]
    rest = (await scene.visit.follow("Dossiers suivants")).within("main")
    assert [number for number in told if number in rest] == told[19:21]


async def test_several_dossiers_are_listed_a_page_at_a_time(scene: Scene) -> None:
    numbers = {scene.request.dossier.number}
    for _ in range(21):
        numbers.add((await make_request(scene.user.supplier)).dossier.number)
    page = await scene.visit.open("/demandes")
    assert "A modifier" in page.text
    assert "en cours" in page.text
    seen = {number for number in numbers if number in page.text}
    assert len(seen) == 20
    page = await scene.visit.follow("Dossiers suivants")
    rest = {number for number in numbers if number in page.text}
    assert (len(rest), seen | rest) == (2, numbers)


@pytest.mark.parametrize("address", ["/demandes?apres=abc", "{path}?courriels=abc", "{path}/historique?evenements=abc"])
async def test_a_cursor_that_no_list_gave_is_a_page_that_does_not_exist(scene: Scene, address: str) -> None:
    await scene.visit.open(address.format(path=scene.path))
    assert scene.visit.status == 404


async def test_a_supplier_without_a_dossier_is_shown_where_to_deposit_one(site: AsyncClient, enter: Enter) -> None:
    await enter(await make_user(await make_supplier()))
    visit = Visit(site)
    page = await visit.open("/demandes")
    assert "Aucune demande de financement pour le moment." in page.text
    assert page.links["Déposer une demande"] == "/depot"
    assert "à modifier" not in (await visit.open("/")).text


async def test_the_account_page_tells_who_is_signed_in(scene: Scene) -> None:
    page = await scene.visit.open("/mon-compte")
    assert "Nom : Pascal Breton Identifiant : " in page.text
    assert "Rôle : Fournisseur Droit : " in page.text
    assert "Dénomination sociale : GARAGE POULAT" in page.text


async def test_the_colours_of_the_pages_are_remembered_on_this_browser(scene: Scene) -> None:
    await scene.visit.open("/mon-compte")
    await scene.visit.press("Enregistrer", affichage="dark")
    assert "Votre choix est enregistré" in scene.visit.text
    assert '<html lang="fr" data-theme="dark">' in scene.visit.response.text
    await scene.visit.press("Enregistrer", affichage='"><script>')
    assert '<html lang="fr">' in scene.visit.response.text
    assert scene.visit.page.forms[-1].fields["affichage"] == "systeme"


async def test_a_manager_begins_on_the_console(site: AsyncClient, enter: Enter) -> None:
    await enter(await make_user(None))
    visit = Visit(site)
    page = await visit.open("/")
    assert visit.path == "/console"
    assert page.links["Demandes"] == "/demandes"
    assert "Ma demande de solde" not in page.links


async def test_how_long_data_is_kept_is_told_as_it_is_set(site: AsyncClient) -> None:
    page = await site.get("/donnees-personnelles")
    words = " ".join(page.text.replace("\u00a0", " ").split())
    assert "historique : 10 ans après le paiement ou le rejet" in words
    assert "Journal des connexions : 1 an." in words
    assert "Session : 1 jour après sa fin." in words
