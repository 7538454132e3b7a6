"""The managers' journal as a page and as a table: who did what, found by who, what, when and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from models import Event, User
from models.actors import Actor, Origin, Role
from models.events import EventKind
from resolvers import journal
from resolvers.comment_templates import save_comment_template
from resolvers.events import record_account
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_user, send_back
from tests.web.scene import Scene
from tests.web.visit import Visit


@pytest.fixture(autouse=True)
async def template(manager_user: User) -> None:
    """What the manager did already."""
    await save_comment_template(manager_user.actor, title="=Contact", text="Muet.", as_of=NOW)


async def test_the_journal_says_who_did_what_from_where(manager: Visit) -> None:
    await send_back(await make_request(number="F1"), comment="À revoir")
    user = await make_user(None, name="Dominique Rey")
    actor = replace(user.actor, origin=Origin("192.0.2.1", "12AB-34CD"))
    await record_account(EventKind.SIGNED_IN, user=user, actor=actor, at=NOW + timedelta(hours=1))
    page = await manager.open("/journal")
    told = page.within("tbody")
    places = [told.index(words) for words in ("s’est connecté.", "renvoyée au fournisseur", "« =Contact »")]
    assert places == sorted(places)
    assert "Dominique Rey gestionnaire, 192.0.2.1, requête 12AB-34CD" in page.text
    assert "Commentaire À revoir" in page.text
    assert "closesAt" not in page.text
    assert page.links["F1"] == "/dossiers/F1/solde"
    page = await manager.follow("Dominique Rey")
    assert "s’est connecté" in page.within("tbody")
    assert "renvoyée au fournisseur" not in page.within("tbody")


async def test_what_a_token_did_is_found_by_that_token(manager: Visit) -> None:
    await send_back(await make_request(number="F1"))
    token = Actor(Role.PARTNER, "Observatoire", f"token:{uuid4()}")
    await record_account(EventKind.DATA_EXPORTED, user=None, actor=token, at=NOW)
    await manager.open("/journal")
    page = await manager.follow("Observatoire")
    assert "Des données sont exportées" in page.within("tbody")
    assert "F1" not in page.within("tbody")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dossier=f1", ["MODIFICATION_REQUESTED"]),
        ("dossier=F2", []),
        ("evenement=COMMENT_TEMPLATE_SAVED", ["COMMENT_TEMPLATE_SAVED"]),
        ("du=08/08/2023", ["MODIFICATION_REQUESTED"]),
        ("au=2023-08-07", ["COMMENT_TEMPLATE_SAVED"]),
        ("siret=0", []),
    ],
)
async def test_page_and_table_find_the_same(manager: Visit, typed: str, found: list[str]) -> None:
    await send_back(await make_request(number="F1"), as_of=NOW + timedelta(days=1))
    page = await manager.open(f"/journal?{typed}")
    assert page.text.count("Détails du n°") == len(found)
    await manager.open(f"/journal.csv?{typed}")
    assert [row["Événement"] for row in manager.table()] == found


@pytest.mark.parametrize("typed", ["du=hier", "evenement=RIEN", "compte=x", "jeton=x"])
async def test_what_cannot_be_read_is_refused(manager: Visit, typed: str) -> None:
    for address in ("/journal", "/journal.csv"):
        await manager.open(f"{address}?{typed}")
        assert manager.status == 422


async def test_the_table_holds_every_line_once_and_computes_nothing(
    manager: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_LOT", 2)
    for _ in range(4):
        await send_back(await make_request(), comment="=1+1")
    await manager.open("/journal.csv")
    rows = manager.table()
    numbers = [int(row["Numéro"]) for row in rows]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 5
    assert rows[-1]["Résumé"] == "Le modèle de commentaire «\u00a0=Contact\u00a0» est enregistré."
    assert [value for row in rows for value in row.values() if value.startswith("=")] == []
    told = await Event.all().order_by("-id").first()
    assert told
    assert (told.kind, told.payload) == (EventKind.DATA_EXPORTED, {"list": "journal"})


async def test_a_long_journal_is_read_page_by_page(manager: Visit) -> None:
    for number in range(51):
        await record_account(EventKind.SIGN_IN_FAILED, user=None, actor=MANAGER, at=NOW + timedelta(hours=number))
    page = await manager.open("/journal?evenement=SIGN_IN_FAILED")
    assert page.text.count("Une connexion a échoué.") == 50
    page = await manager.follow("Lignes plus anciennes")
    assert page.text.count("Une connexion a échoué.") == 1
    assert page.links["Revenir au plus récent"] == "/journal?evenement=SIGN_IN_FAILED"


async def test_it_is_for_managers(scene: Scene) -> None:
    for address in ("/journal", "/journal.csv"):
        await scene.visit.open(address)
        assert scene.visit.status == 404


async def test_a_dossier_that_a_sandbox_has_put_aside_is_named_and_leads_nowhere(manager: Visit) -> None:
    await send_back(await make_request(number="~0123456789abcdef00"))
    page = await manager.open("/journal?evenement=MODIFICATION_REQUESTED")
    assert "Dossier rangé par une remise à zéro (solde)" in page.text
    assert [link for link in page.links.values() if "~" in link] == []
