from datetime import timedelta
from html import unescape

import pytest
from httpx import AsyncClient

from models import Email, Session, User
from resolvers.accounts import hash_password
from settings import settings
from tests.web.conftest import Clock, Enter
from web.session import own_path

PASSWORD = "une phrase facile à retenir"


@pytest.fixture
async def breton(supplier_user: User) -> User:
    supplier_user.identifier, supplier_user.password_hash = "p.breton", await hash_password(PASSWORD)
    await supplier_user.save()
    return supplier_user


async def test_signing_in_leads_to_the_page_asked_for(site: AsyncClient, breton: User) -> None:
    asked = await site.get("/demandes?nature=solde")
    assert asked.headers["Location"] == "/connexion?retour=/demandes%3Fnature%3Dsolde"
    page = await site.get(asked.headers["Location"])
    assert 'name="retour" value="/demandes?nature=solde"' in page.text
    form = {"identifier": "p.breton", "password": PASSWORD, "retour": "/demandes?nature=solde"}
    answer = await site.post("/connexion", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/demandes?nature=solde")
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("session=", "HttpOnly", "Path=/", "SameSite=lax"))
    assert (await site.get("/demandes")).status_code == 200


@pytest.mark.parametrize("identifier", ["p.breton", "inconnu"])
async def test_one_message_for_a_wrong_identifier_and_a_wrong_password(
    site: AsyncClient, breton: User, identifier: str
) -> None:
    answer = await site.post("/connexion", data={"identifier": identifier, "password": "faux"})
    assert answer.status_code == 422
    assert "L’identifiant ou le mot de passe est incorrect." in unescape(answer.text)
    assert "<title>Erreur" in answer.text
    assert f'value="{identifier}"' in answer.text
    assert "faux" not in answer.text


async def test_whoever_is_signed_in_goes_straight_on(site: AsyncClient, enter: Enter, breton: User) -> None:
    await enter(breton)
    answer = await site.get("/connexion?retour=/demandes")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/demandes")


async def test_a_session_that_ended_says_so_and_that_the_draft_is_kept(
    site: AsyncClient, enter: Enter, breton: User, clock: Clock
) -> None:
    await enter(breton)
    clock.now += timedelta(minutes=settings.session_idle_minutes)
    answer = await site.get("/demandes", follow_redirects=True)
    assert "Votre session a expiré. Reconnectez-vous : votre brouillon est conservé." in answer.text.replace(
        "\u00a0", " "
    )


async def test_htmx_is_led_to_the_whole_sign_in_page(site: AsyncClient) -> None:
    answer = await site.get("/demandes", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/connexion?retour=/demandes"
    assert answer.text == ""


async def test_a_page_of_any_letters_is_led_to(site: AsyncClient, breton: User) -> None:
    form = {"identifier": "p.breton", "password": PASSWORD, "retour": "/€?a=1#b"}
    answer = await site.post("/connexion", data=form, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/%E2%82%AC?a=1#b"


async def test_signing_out_ends_the_session_on_both_sides(site: AsyncClient, enter: Enter, breton: User) -> None:
    await enter(breton)
    answer = await site.post("/deconnexion")
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert not await Session.exists()


async def test_the_console_does_not_exist_for_suppliers(
    site: AsyncClient, enter: Enter, supplier_user: User, manager_user: User
) -> None:
    await enter(supplier_user)
    assert (await site.get("/console")).status_code == 404
    await enter(manager_user)
    assert (await site.get("/")).headers["Location"] == "/console"
    page = await site.get("/console")
    assert page.status_code == 200
    assert "/graphql?modele=demander-une-modification" in page.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "https:evil",
        "javascript:alert(1)",
        "evil",
        "",
        "/a\nb",
        "/\t/evil",
        "/a\\b",
    ],
)
def test_one_comes_back_only_to_our_own_pages(elsewhere: str) -> None:
    assert own_path(elsewhere) == "/"


@pytest.mark.parametrize("path", ["/", "/demandes", "/dossiers/FINSAS008539/solde?courriels=abc#courriels"])
def test_our_own_pages_are_remembered_whole(path: str) -> None:
    assert own_path(path) == path


async def test_a_forgotten_password_is_changed_by_the_mailed_link(site: AsyncClient, breton: User) -> None:
    for identifier in ("inconnu", "p.breton"):
        answer = await site.post("/mot-de-passe-oublie", data={"identifier": identifier})
        assert "Si un compte existe avec cet identifiant" in answer.text
    link = (await Email.get()).text.partition(settings.base_url)[2].split()[0]
    assert (await site.get(link)).status_code == 200
    assert (await site.post(link, data={"password": "court"})).status_code == 422
    assert "Votre mot de passe est changé" in (await site.post(link, data={"password": "une nouvelle phrase"})).text
    assert (await site.get(link)).status_code == 410
    form = {"identifier": "p.breton", "password": "une nouvelle phrase"}
    assert (await site.post("/connexion", data=form)).status_code == 303


async def test_a_forgotten_identifier_is_mailed_and_the_page_tells_nothing(site: AsyncClient, breton: User) -> None:
    answers = [await site.post("/identifiant-oublie", data={"email": email}) for email in ("x@y.fr", breton.email)]
    assert answers[0].text == answers[1].text
    assert "p.breton" in (await Email.get()).text
