"""A session that ends in the middle of an edit: what was typed goes through the sign-in and is back in its fields."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from tortoise.exceptions import DBConnectionError

from models import Event, Session, User
from models.actors import AccountRight
from models.database import canonical_json
from resolvers import sealed_links, second_factor
from resolvers.accounts import hash_password
from resolvers.typed import KEPT_FOR, Typed, mark, sealed
from settings import settings
from tests.conftest import NOW
from tests.factories import make_supplier, make_user
from tests.generators import wrong_code
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
    assert "Ce que vous venez de saisir n’est pas perdu" in page.text
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
    assert "Les fichiers n’ont pas été reçus" in page.text
    await sign_in(idle)
    page = await idle.visit.open(idle.page)
    assert "Vos fichiers n’ont pas été reçus : choisissez-les de nouveau." in page.text
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
    await idle.visit.press("Valider", code=wrong_code(secret, clock.now))
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
        ("/assistance", "Envoyer à l’Assistance", {"message": "Un oubli.\nMerci."}),
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


async def invite(idle: Scene, clock: Clock) -> None:
    """Press « Envoyer l’invitation » on a page that had been left open too long."""
    clock.now -= timedelta(minutes=settings.session_idle_minutes)
    await idle.visit.open("/mon-compte/collegues")
    clock.now += timedelta(hours=settings.session_hours)
    await idle.visit.press("Envoyer l’invitation", email="louise@poulat.fr", right="EDIT")


async def test_an_invitation_comes_back_and_the_files_of_a_deposit_are_asked_for(idle: Scene, clock: Clock) -> None:
    await invite(idle, clock)
    await sign_in(idle)
    assert GIVEN_BACK in idle.visit.text
    invited = {"email": "louise@poulat.fr", "right": "EDIT"}
    assert any(form.fields.items() >= invited.items() for form in idle.visit.page.forms)
    await idle.visit.open("/depot")
    clock.now += timedelta(minutes=settings.session_idle_minutes)
    await idle.visit.press("Importer", [("document", ("demande.json", b"{}"))])
    await sign_in(idle)
    assert "Vos fichiers n’ont pas été reçus : choisissez-les de nouveau." in idle.visit.text
    assert GIVEN_BACK not in idle.visit.text


async def test_what_had_not_been_changed_is_not_announced_as_typed(idle: Scene) -> None:
    await idle.visit.press("Enregistrer le brouillon")
    await sign_in(idle)
    assert GIVEN_BACK not in idle.visit.text
    assert "Votre session avait expiré : ce que vous aviez demandé n’a pas été fait." in idle.visit.text


async def test_somebody_else_at_the_same_computer_is_not_shown_it(idle: Scene) -> None:
    await with_password(await make_user(idle.user.supplier, right=AccountRight.CONFIRM), "louise")
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    await sign_in(idle, "louise")
    assert idle.visit.path == idle.page
    assert GIVEN_BACK not in idle.visit.text
    assert "test123" not in idle.visit.response.text


@pytest.mark.parametrize("who", ["the same account", "an account of another supplier"])
async def test_past_the_sessions_last_hour_the_form_alone_still_tells_whose_it_is(
    idle: Scene, clock: Clock, who: str
) -> None:
    await with_password(await make_user(await make_supplier()), "louise")
    clock.now -= timedelta(minutes=settings.session_idle_minutes)
    await idle.visit.open("/mon-compte/collegues")
    clock.now += timedelta(hours=settings.session_hours)
    # The cookie ends with the session; a sign-out in another tab takes the row as well.
    idle.visit.client.cookies.clear()
    await Session.all().delete()
    await idle.visit.press("Envoyer l’invitation", email="invitee@poulat.fr", right="EDIT")
    await sign_in(idle, "p.breton" if who == "the same account" else "louise")
    assert idle.visit.path == "/mon-compte/collegues"
    given = who == "the same account"
    assert (GIVEN_BACK in idle.visit.text, "invitee@poulat.fr" in idle.visit.response.text) == (given, given)
    assert [session.typed is not None for session in await Session.all()] == [given]


@pytest.mark.parametrize("auteur", ["", "somebody"])
async def test_without_a_mark_of_ones_own_nothing_is_given_back(idle: Scene, auteur: str) -> None:
    await idle.visit.send(idle.page, {"contact": "test123@gmail.com", "auteur": auteur})
    assert ("n’est pas perdu" in idle.visit.text) == bool(auteur)
    await sign_in(idle)
    assert GIVEN_BACK not in idle.visit.text
    assert (await Session.get()).typed is None


async def test_what_was_typed_a_day_ago_is_gone(idle: Scene, clock: Clock) -> None:
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    clock.now += KEPT_FOR
    await sign_in(idle)
    assert GIVEN_BACK not in idle.visit.text
    assert (await Session.get()).typed is None


async def test_what_was_sealed_for_something_else_is_nothing_typed(idle: Scene, clock: Clock) -> None:
    lasts = clock.now + timedelta(hours=1)
    typed = canonical_json({"path": idle.page, "owner": mark(idle.user.actor.account), "fields": {"contact": "a@b.fr"}})
    form = {"identifier": "p.breton", "password": PASSWORD, "retour": idle.page}
    await idle.visit.send(
        "/connexion", form | {"saisie": sealed_links.sealed("invitation", ends_at=lasts, typed=typed)}
    )
    assert GIVEN_BACK not in idle.visit.text
    assert (await Session.get()).typed is None


@pytest.mark.parametrize(
    ("page", "button", "fails"),
    [
        ("{}/modification", "Enregistrer le brouillon", "web.pages.draft.run"),
        ("{}/modification/verification", "Confirmer", "web.pages.confirmation.run"),
        ("{}/modification/abandon", "Ne pas modifier", "web.pages.confirmation.run"),
        ("{}/assistance", "Envoyer à l’Assistance", "web.pages.support.run"),
        ("/mon-compte/collegues", "Envoyer l’invitation", "web.pages.colleagues.run"),
        ("/depot", "Importer", "web.pages.deposit.run"),
    ],
)
async def test_what_a_failure_leaves_undone_is_given_back_once_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, clock: Clock, page: str, button: str, fails: str
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise DBConnectionError

    path = page.format(scene.path)
    fields = dict.fromkeys(("contact", "note", "message", "email"), "louise@poulat.fr")
    kept = sealed(Typed(path, mark(scene.user.actor.account), fields), as_of=clock.now)
    await Session.all().update(typed=kept)
    await scene.change_contact_as(scene.user, "premier@poulat.fr")
    await scene.visit.open(path)
    with monkeypatch.context() as patched:
        patched.setattr(fails, broken)
        await scene.visit.press(button, (), right="EDIT", **fields)
    assert scene.visit.status == 503
    assert (await Session.get()).typed == kept
    await scene.visit.open(path)
    await scene.visit.press(button, (), right="EDIT", **fields)
    assert (await Session.get()).typed is None


async def test_past_the_deadline_it_can_still_be_copied(idle: Scene, clock: Clock) -> None:
    clock.now = idle.modification.closes_at - timedelta(minutes=1)
    await idle.visit.press("Enregistrer le brouillon", contact="test123@gmail.com")
    clock.now = idle.modification.closes_at
    await sign_in(idle)
    assert "Rien de ceci n’a été transmis. Vous pouvez le copier. test123@gmail.com" in idle.visit.text


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
    await idle.visit.send(address, {"message": "€" * 60_000, "auteur": mark(idle.user.actor.account)})
    await sign_in(idle)
    assert idle.visit.status == 200
    assert set(idle.visit.page.forms[-1].fields["message"]) == {"€"}
    typed = Typed(address, mark("user:1"), {"message": "€" * 60_000})
    assert len(sealed(typed, as_of=NOW)) < 100_000


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
