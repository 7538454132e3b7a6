"""Mon compte and the accounts of colleagues, as people use them: with forms alone."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from httpx import AsyncClient

from models import Email, Session, User
from models.actors import AccountRight
from models.emails import EmailKind
from resolvers.accounts import digest, hash_password
from resolvers.throttling import of_an_account
from tests.conftest import NOW
from tests.factories import make_user
from tests.schema.asking import statements
from tests.web.conftest import Clock, Enter
from tests.web.visit import Visit

PASSWORD = "une phrase facile à retenir"
NEW = "encore une phrase, plus longue"
INVITED = "lea.marchand@editeur.fr"
COLLEAGUES = "/mon-compte/collegues"


@pytest.fixture
async def breton(supplier_user: User) -> User:
    supplier_user.identifier, supplier_user.password_hash = "p.breton", await hash_password(PASSWORD)
    await supplier_user.save()
    return supplier_user


@pytest.fixture
async def visit(site: AsyncClient, enter: Enter, breton: User) -> Visit:
    """Somebody who may confirm, in front of the portal."""
    await enter(breton)
    return Visit(site)


async def mailed(kind: EmailKind) -> str:
    """The path of the link in the last mail of that kind."""
    email = await Email.filter(kind=kind).order_by("-created_at", "-id").first()
    assert email
    return "/" + next(word for word in email.text.split() if word.startswith("http")).split("/", 3)[3]


async def open_elsewhere(user: User, agent: str) -> None:
    ends = NOW + timedelta(hours=2)
    await Session.create(
        digest=digest(agent), user=user, address="192.0.2.7", agent=agent, created_at=NOW, seen_at=NOW, expires_at=ends
    )


async def test_the_account_page_tells_who_one_is_and_where_one_is_signed_in(visit: Visit, breton: User) -> None:
    await open_elsewhere(breton, "Firefox/140.0 Windows")
    page = await visit.open("/mon-compte")
    assert "p.breton" in page.text
    assert breton.email in page.text
    assert "cette session" in page.text
    assert "Firefox sur Windows" in page.text
    assert "depuis l’adresse 192.0.2.7" in page.text
    assert page.within("h2").count("Mes sessions ouvertes") == 1


async def test_a_session_is_closed_by_its_button(visit: Visit, breton: User) -> None:
    await open_elsewhere(breton, "Firefox/140.0 Windows")
    await visit.open("/mon-compte")
    page = await visit.press("Fermer la session Firefox")
    assert "La session est fermée." in page.text
    assert await Session.all().count() == 1
    assert "Fermer" not in " ".join(button for form in page.forms for button in form.buttons)


async def test_every_other_session_is_closed_and_not_this_one(visit: Visit, breton: User) -> None:
    for agent in ("a", "b", "c"):
        await open_elsewhere(breton, agent)
    await visit.open("/mon-compte")
    page = await visit.press("Fermer toutes les autres")
    assert (visit.status, await Session.all().count()) == (200, 1)
    assert "Vos autres sessions sont fermées." in page.text


async def test_another_s_session_is_not_closed(visit: Visit, manager_user: User) -> None:
    await open_elsewhere(manager_user, "ailleurs")
    foreign = await Session.get(user=manager_user)
    await visit.send("/mon-compte/sessions", {"session": foreign.public_id})
    assert await Session.exists(user=manager_user)


async def test_a_new_password_keeps_this_browser_signed_in_under_another_secret(
    visit: Visit, breton: User, site: AsyncClient
) -> None:
    await open_elsewhere(breton, "ailleurs")
    old = site.cookies["session"]
    await visit.open("/mon-compte/mot-de-passe")
    page = await visit.press("Changer le mot de passe", current=PASSWORD, password=NEW)
    assert visit.path == "/mon-compte?fait=mot-de-passe"
    assert "Votre mot de passe est changé." in page.text
    assert len({cookie.value for cookie in site.cookies.jar if cookie.name == "session"} - {old}) == 1
    assert await Session.all().count() == 1
    site.cookies.clear()
    site.cookies.set("session", old)
    assert (await site.get("/mon-compte")).status_code == 303


@pytest.mark.parametrize(("current", "password", "field"), [("faux", NEW, "current"), (PASSWORD, "court", "password")])
async def test_a_password_that_cannot_be_changed_says_why_beside_its_field(
    visit: Visit, current: str, password: str, field: str
) -> None:
    await visit.open("/mon-compte/mot-de-passe")
    page = await visit.press("Changer le mot de passe", current=current, password=password)
    assert visit.status == 422
    assert visit.title.startswith("Erreur")
    assert f'href="#{field}"' in visit.response.text
    assert f'aria-describedby="{field}-erreur' in visit.response.text
    assert current not in page.text
    assert password not in visit.response.text


async def test_tries_of_the_present_password_are_bound(visit: Visit) -> None:
    tried = {"current": "faux", "password": NEW}
    for _ in range(of_an_account().reserve):
        assert (await visit.client.post("/mon-compte/mot-de-passe", data=tried)).status_code == 422
    answer = await visit.client.post("/mon-compte/mot-de-passe", data=tried)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Trop de tentatives. Réessayez dans" in unescape(answer.text)


async def test_another_address_is_confirmed_from_its_own_mailbox(visit: Visit, breton: User, site: AsyncClient) -> None:
    await visit.open("/mon-compte/adresse")
    page = await visit.press("Recevoir le lien", current=PASSWORD, email="pascal@ailleurs.fr")
    assert "Un courriel vient d’être envoyé à votre nouvelle adresse" in page.text
    link = await mailed(EmailKind.ADDRESS_CONFIRMATION)
    site.cookies.delete("session")
    await visit.open(link)
    assert (await User.get(id=breton.id)).email == breton.email  # opening changes nothing yet
    page = await visit.press("Confirmer cette adresse")
    assert "Votre adresse est changée" in page.text
    assert (await User.get(id=breton.id)).email == "pascal@ailleurs.fr"
    assert (await Email.get(kind=EmailKind.ADDRESS_CHANGED)).recipient == breton.email
    await visit.open(link)
    assert (visit.status, visit.page.within("h1")) == (410, "Ce lien n’est plus valable")
    assert (await site.post(link)).status_code == 410


async def test_an_address_that_no_mail_could_carry_is_kept_in_its_field(visit: Visit) -> None:
    await visit.open("/mon-compte/adresse")
    await visit.press("Recevoir le lien", current=PASSWORD, email="pas une adresse")
    assert visit.status == 422
    assert 'value="pas une adresse"' in visit.response.text


async def test_a_colleague_is_invited_opens_the_account_and_signs_in(
    visit: Visit, site: AsyncClient, breton: User
) -> None:
    await visit.open(COLLEAGUES)
    page = await visit.press("Envoyer l’invitation", email=INVITED, right="EDIT")
    assert "L’invitation est partie." in page.text
    assert "invitation en attente" in page.text
    link = await mailed(EmailKind.ACCOUNT_INVITATION)
    site.cookies.delete("session")
    page = await visit.open(link)
    assert INVITED in page.text
    await visit.press("Ouvrir mon compte", name="Léa Marchand", identifier="ab", password="court")
    assert visit.status == 422
    assert 'value="Léa Marchand"' in visit.response.text
    page = await visit.press("Ouvrir mon compte", name="Léa Marchand", identifier="l.marchand", password=NEW)
    assert "Votre compte est ouvert" in page.text
    await visit.open("/connexion")
    await visit.press("Valider", identifier="l.marchand", password=NEW)
    assert visit.path == "/"
    opened = await User.get(identifier="l.marchand")
    assert (opened.right, opened.supplier_id, opened.active) == (AccountRight.EDIT, breton.supplier_id, True)
    await visit.open(link)
    assert (visit.status, visit.page.within("h1")) == (410, "Cette invitation n’est plus valable")
    assert (await site.post(link)).status_code == 410


async def test_a_right_is_changed_and_an_account_closed_by_buttons(visit: Visit, breton: User) -> None:
    other = await make_user(breton.supplier, name="Léa Marchand", right=AccountRight.READ)
    await open_elsewhere(other, "ailleurs")
    await visit.open(COLLEAGUES)
    page = await visit.press("Changer le droit de Léa", right="CONFIRM")
    assert "Le droit est changé." in page.text
    assert (await User.get(id=other.id)).right is AccountRight.CONFIRM
    assert not await Session.exists(user=other)
    page = await visit.press("Révoquer le compte de Léa")
    assert "Le compte est révoqué." in page.text
    assert "Léa" not in page.text
    assert not (await User.get(id=other.id)).active


async def test_an_invitation_is_sent_again_or_taken_back(visit: Visit, clock: Clock) -> None:
    await visit.open(COLLEAGUES)
    await visit.press("Envoyer l’invitation", email=INVITED, right="READ")
    await visit.press("Renvoyer l’invitation")
    assert visit.status == 422
    assert "Une invitation vient de partir" in visit.text
    clock.now += timedelta(minutes=3)
    first = await mailed(EmailKind.ACCOUNT_INVITATION)
    page = await visit.press("Renvoyer l’invitation")
    assert "L’invitation est partie de nouveau." in page.text
    assert (await visit.client.get(first)).status_code == 410
    await visit.press("Retirer l’invitation")
    assert INVITED not in visit.text


async def test_an_invitation_that_is_refused_says_why_and_keeps_what_was_typed(visit: Visit, breton: User) -> None:
    await visit.open(COLLEAGUES)
    await visit.press("Envoyer l’invitation", email=breton.email, right="CONFIRM")
    assert visit.status == 422
    assert 'href="#email"' in visit.response.text
    assert f'value="{breton.email}"' in visit.response.text
    assert "Cette adresse est déjà celle d’un compte" in visit.text


async def test_the_last_who_may_confirm_has_no_button_on_their_own_account(visit: Visit) -> None:
    page = await visit.open(COLLEAGUES)
    assert [button for form in page.forms for button in form.buttons] == ["Quitter", "Envoyer l’invitation"]
    assert "donnez d’abord ce droit à un collègue" in page.text


@pytest.mark.parametrize("right", [AccountRight.READ, AccountRight.EDIT])
async def test_who_may_not_confirm_has_no_button_and_is_refused_by_hand(
    visit: Visit, enter: Enter, breton: User, right: AccountRight
) -> None:
    other = await make_user(breton.supplier, name="Léa Marchand", right=right)
    await enter(other)
    page = await visit.open(COLLEAGUES)
    assert "Pascal Breton" in page.text
    assert [button for form in page.forms for button in form.buttons] == ["Quitter"]
    await visit.send(COLLEAGUES, {"action": "inviter", "email": INVITED, "right": "READ"})
    assert visit.status == 422
    assert "Votre compte ne permet pas cette action." in visit.text
    assert not await Email.exists()


async def test_the_page_of_colleagues_does_not_exist_for_managers(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    await enter(manager_user)
    assert (await site.get(COLLEAGUES)).status_code == 404
    page = await site.get("/mon-compte")
    assert page.status_code == 200
    assert COLLEAGUES not in page.text


@pytest.mark.parametrize(
    "sent", [{"action": "autre"}, {}, {"action": "inviter", "email": INVITED, "right": "TOUT"}, {"action": "droit:x"}]
)
async def test_a_button_that_is_none_of_ours_does_nothing(visit: Visit, sent: dict[str, str]) -> None:
    assert (await visit.client.post(COLLEAGUES, data=sent)).status_code == 400


async def test_an_account_that_does_not_exist_is_told_so(visit: Visit) -> None:
    await visit.send(COLLEAGUES, {"action": "revoquer:TW9p"})
    assert visit.status == 422
    assert "Cet élément n’existe pas" in visit.text


async def test_what_a_colleague_typed_as_a_name_stays_text(visit: Visit, breton: User) -> None:
    await make_user(breton.supplier, name="<script>alert(1)</script>")
    await visit.open(COLLEAGUES)
    assert "<script>alert(1)" not in visit.response.text


async def test_the_pages_cost_the_same_for_many_colleagues_and_sessions(visit: Visit, breton: User) -> None:
    counts: list[int] = []
    for _ in range(2):
        for rank in range(4):
            await make_user(breton.supplier)
            await open_elsewhere(breton, f"{len(counts)}-{rank}")
        with statements() as ran:
            await visit.open("/mon-compte")
            await visit.open(COLLEAGUES)
        counts.append(len(ran))
    assert counts[0] == counts[1]


async def test_who_may_read_is_offered_no_deposit(visit: Visit, enter: Enter, breton: User) -> None:
    assert "Déposer une demande" in (await visit.open("/demandes")).links
    assert "Importer" in [button for form in (await visit.open("/depot")).forms for button in form.buttons]
    await enter(await make_user(breton.supplier, right=AccountRight.READ))
    for path in ("/demandes", "/plan-du-site"):
        assert "Déposer une demande" not in (await visit.open(path)).links
    page = await visit.open("/depot")
    assert [button for form in page.forms for button in form.buttons] == ["Quitter"]
    assert "pas d’en déposer" in page.text
