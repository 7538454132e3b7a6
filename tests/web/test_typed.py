"""A session that ends in the middle of an edit: what was typed goes through the sign-in and is back in its fields."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from models import Event, Session, User
from models.actors import AccountRight
from resolvers import second_factor
from resolvers.accounts import hash_password
from resolvers.typed import Typed, sealed
from settings import settings
from tests.factories import make_user
from tests.web.conftest import Clock
from tests.web.scene import PDF, Scene

PASSWORD = "une phrase facile à retenir"
GIVEN_BACK = "Votre session avait expiré : ce que vous aviez saisi est de nouveau dans la page."


@pytest.fixture
async def idle(scene: Scene, clock: Clock) -> Scene:
    """The page was left open for too long."""
    await with_password(scene.user, "p.breton")
    await scene.visit.open(scene.page)
    clock.now += timedelta(minutes=settings.session_idle_minutes)
    return scene


async def with_password(user: User, identifier: str) -> User:
    user.identifier, user.password_hash = identifier, await hash_password(PASSWORD)
    await user.save()
    return user


async def sign_in(scene: Scene, identifier: str = "p.breton", password: str = PASSWORD) -> None:
    await scene.visit.press("Valider", identifier=identifier, password=password)


async def test_a_contact_comes_back_after_a_mistyped_password_and_is_saved_from_there(idle: Scene) -> None:
    page = await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    assert idle.visit.status == 401
    assert "Ce que vous venez de saisir n'est pas perdu" in page.text
    assert "test123" not in idle.visit.response.text  # sealed
    await sign_in(idle, password="fausse")
    await sign_in(idle)
    assert idle.visit.path == idle.page
    assert GIVEN_BACK in idle.visit.text
    assert idle.visit.page.forms[-1].fields["contact"] == "test123@gmail.com"
    assert await idle.draft() == (None, 0)
    assert all("test123" not in str(row) for row in await Session.all().values())
    page = await idle.visit.press("Enregistrer le brouillon")
    assert GIVEN_BACK not in page.text
    assert await idle.draft() == ("test123@gmail.com", 0)
    assert (await Session.get()).typed is None


async def test_files_are_asked_for_again_and_the_page_can_be_read_twice(idle: Scene) -> None:
    files = [("fichier", ("pv-test.pdf", PDF))]
    page = await idle.visit.press("Importer", files, type="AUTRE_S", contact="test123@gmail.com")
    assert "Les fichiers n'ont pas été reçus" in page.text
    await sign_in(idle)
    page = await idle.visit.open(idle.page)
    assert "Vos fichiers n'ont pas été reçus : choisissez-les de nouveau." in page.text
    assert page.forms[-1].fields["contact"] == "test123@gmail.com"
    assert GIVEN_BACK not in (await idle.visit.open(f"{idle.page}/abandon")).text


async def test_a_colleagues_change_meanwhile_is_still_a_conflict(idle: Scene) -> None:
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    await idle.change_contact_as(await make_user(idle.user.supplier), "louise@poulat.fr")
    await sign_in(idle)
    page = await idle.visit.press("Enregistrer le brouillon")
    assert "Votre saisie : test123@gmail.com Valeur actuelle : louise@poulat.fr" in page.text


async def test_the_second_factor_carries_it_too_and_again_when_it_came_too_late(idle: Scene, clock: Clock) -> None:
    secret = pyotp.random_base32()
    assert await second_factor.enable(idle.user, secret, pyotp.TOTP(secret).at(clock.now), as_of=clock.now)
    clock.now += timedelta(minutes=1)
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    await sign_in(idle)
    assert idle.visit.path == "/connexion"  # nothing of it in an address
    await idle.visit.press("Valider", code="000000")
    assert idle.visit.status == 422
    clock.now += second_factor.PROOF_LASTS
    await idle.visit.press("Valider", code=pyotp.TOTP(secret).at(clock.now))
    await sign_in(idle)
    await idle.visit.press("Valider", code=pyotp.TOTP(secret).at(clock.now))
    assert idle.visit.path == idle.page
    assert idle.visit.page.forms[-1].fields["contact"] == "test123@gmail.com"


@pytest.mark.parametrize(
    ("page", "button", "typed"),
    [
        ("/modification/verification", "Confirmer", {"note": "Contact mis à jour."}),
        ("/modification/abandon", "Ne pas modifier", {"note": "Une erreur.", "assistance": "oui"}),
        ("/assistance", "Envoyer à l'Assistance", {"message": "Un oubli.\nMerci."}),
    ],
)
async def test_words_to_the_manager_come_back(
    idle: Scene, clock: Clock, page: str, button: str, typed: dict[str, str]
) -> None:
    clock.now -= timedelta(minutes=settings.session_idle_minutes)
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    await idle.visit.open(idle.path + page)
    clock.now += timedelta(minutes=settings.session_idle_minutes)
    await idle.visit.press(button, (), **typed)
    await sign_in(idle)
    assert GIVEN_BACK in idle.visit.text
    fields = idle.visit.page.forms[-1].fields
    assert {name: " ".join(fields[name].split()) for name in typed} == {
        name: " ".join(text.split()) for name, text in typed.items()
    }


async def test_an_invitation_comes_back_and_the_files_of_a_deposit_are_asked_for(idle: Scene) -> None:
    invitation = {"action": "inviter", "email": "louise@poulat.fr", "right": "EDIT"}
    await idle.visit.send("/mon-compte/collegues", invitation)
    await sign_in(idle)
    assert GIVEN_BACK in idle.visit.text
    invited = {"email": "louise@poulat.fr", "right": "EDIT"}
    assert any(form.fields.items() >= invited.items() for form in idle.visit.page.forms)
    idle.visit.client.cookies.clear()
    await idle.visit.send("/depot", {}, [("document", ("demande.json", b"{}"))])
    await sign_in(idle)
    assert "Vos fichiers n'ont pas été reçus : choisissez-les de nouveau." in idle.visit.text
    assert GIVEN_BACK not in idle.visit.text


async def test_what_had_not_been_changed_is_not_announced_as_typed(idle: Scene) -> None:
    await idle.visit.press("Enregistrer le brouillon")
    await sign_in(idle)
    assert GIVEN_BACK not in idle.visit.text
    assert "Votre session avait expiré : ce que vous aviez demandé n'a pas été fait." in idle.visit.text


async def test_somebody_else_at_the_same_computer_is_not_shown_it(idle: Scene) -> None:
    await with_password(await make_user(idle.user.supplier, right=AccountRight.CONFIRM), "louise")
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    await sign_in(idle, "louise")
    assert idle.visit.path == idle.page
    assert GIVEN_BACK not in idle.visit.text
    assert "test123" not in idle.visit.response.text


async def test_past_the_deadline_it_can_still_be_copied(idle: Scene, clock: Clock) -> None:
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    clock.now = idle.modification.closes_at
    await sign_in(idle)
    assert "Rien de ceci n'a été transmis. Vous pouvez le copier. test123@gmail.com" in idle.visit.text


async def test_htmx_is_answered_the_same_and_what_was_sealed_elsewhere_is_nothing(idle: Scene) -> None:
    fields = idle.visit.page.forms[-1].fields | {"contact": "test123@gmail.com"}
    plain = await idle.visit.client.post(idle.page, data=fields)
    partial = await idle.visit.client.post(idle.page, data=fields, headers={"HX-Request": "true"})
    assert (plain.status_code, partial.status_code) == (401, 401)
    assert "HX-Redirect" not in partial.headers
    assert "Accéder à mon espace personnel" in partial.text
    form = {"identifier": "p.breton", "password": PASSWORD, "retour": idle.page}
    await idle.visit.send("/connexion", form | {"saisie": "rien de nous"})
    assert GIVEN_BACK not in idle.visit.text
    assert (await Session.get()).typed is None


async def test_a_very_long_text_still_fits_in_the_form_that_carries_it(idle: Scene) -> None:
    address = f"{idle.path}/assistance"
    await idle.visit.send(address, {"message": "€" * 60_000})
    await sign_in(idle)
    assert idle.visit.status == 200
    assert set(idle.visit.page.forms[-1].fields["message"]) == {"€"}
    assert len(sealed(Typed(address, {"message": "€" * 60_000}))) < 100_000


async def test_whoever_is_still_there_says_so_and_the_session_goes_on(scene: Scene, clock: Clock) -> None:
    clock.now += timedelta(minutes=settings.session_idle_minutes - 5)
    lasts = (await scene.visit.client.post("/session")).json()
    assert lasts["unused"] == settings.session_idle_minutes * 60
    assert lasts["used"] == settings.session_hours * 3600 - lasts["unused"] + 300
    page = await scene.visit.client.get(scene.path)
    assert f'data-unused="{lasts["unused"]}"' in page.text
    clock.now += timedelta(minutes=settings.session_idle_minutes)
    assert (await scene.visit.client.post("/session")).status_code == 401
    assert not await Event.filter(kind="SIGNED_OUT").exists()
