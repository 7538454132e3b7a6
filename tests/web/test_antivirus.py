"""What the pages say of a document that the antivirus has not judged, or has put aside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Attachment, Modification, Upload, User
from models.attachments import ScanStatus
from models.lifecycle import ModificationOutcome
from resolvers.editing import add_attachment
from resolvers.modifications import confirm_modification
from resolvers.scanning import lease_due, mark_infected
from tasks.scanning import scan_due
from tests.conftest import NOW
from tests.factories import make_upload
from tests.services.antivirus import FakeClamd
from tests.web.conftest import Enter
from tests.web.scene import PDF, Scene

PENDING = "Analyse antivirus en cours"
INFECTED = "Contient un virus : mis à l’écart"
NOT_SCANNED = "Non analysé par un antivirus"


async def add(scene: Scene, status: ScanStatus) -> Attachment:
    """A document of the draft, of that status."""
    actor = scene.user.actor
    upload = await make_upload(actor, file_name="pv.pdf", scan_status=ScanStatus.PENDING, scan_due_at=NOW)
    attachment = await add_attachment(
        actor, scene.modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW
    )
    if status is ScanStatus.INFECTED:
        [leased] = await lease_due(NOW, 1)
        await mark_infected(leased, "Eicar-Test", NOW)
    await Upload.filter(id=upload.id).update(scan_status=status)
    return attachment


async def confirm(scene: Scene) -> None:
    await confirm_modification(scene.user.actor, scene.modification.id, as_of=NOW)


@pytest.mark.parametrize(("status", "words"), [(ScanStatus.PENDING, PENDING), (ScanStatus.INFECTED, INFECTED)])
async def test_a_document_that_nobody_may_open_says_why_and_leads_nowhere(
    scene: Scene, status: ScanStatus, words: str
) -> None:
    attachment = await add(scene, ScanStatus.PENDING)
    await confirm(scene)
    await Upload.filter(id=attachment.upload_id).update(scan_status=status)
    for path in ("", "/historique", "/historique/1"):
        page = await scene.visit.open(scene.path + path)
        assert words in page.text, path
        assert not [address for address in page.links.values() if str(attachment.id) in address], path


async def test_a_document_sent_by_the_page_waits_then_is_put_aside_where_it_is(
    scene: Scene, fake_clamd: FakeClamd, enter: Enter, manager_user: User
) -> None:
    await scene.visit.open(scene.page)
    await scene.visit.press("Importer", [("fichier", ("pv.pdf", PDF))], type="AUTRE_S")
    assert PENDING in scene.visit.text
    attachment = await Attachment.get(upload__file_name="pv.pdf")
    own = f"/pieces/{attachment.id}"
    assert (await scene.visit.client.get(own)).status_code == 200
    await enter(manager_user)
    assert (await scene.visit.client.get(own)).status_code == 503
    fake_clamd.signature = PDF[:20]
    assert (await scan_due(NOW + timedelta(days=1))).infected == 1
    assert (await scene.visit.client.get(own)).status_code == 410
    scene.visit.client.cookies.set("session", f"secret of {scene.user.identifier}")
    assert (await scene.visit.client.get(own)).status_code == 410
    assert INFECTED in (await scene.visit.open(scene.page)).text
    await scene.visit.press("Importer", [("fichier", ("autre.pdf", PDF))], type="AUTRE_S")
    assert "« autre.pdf » contient un virus : il a été mis à l’écart." in scene.visit.text


async def test_a_document_found_infected_afterwards_is_told_at_the_top_of_its_request(
    scene: Scene, enter: Enter, manager_user: User
) -> None:
    attachment = await add(scene, ScanStatus.PENDING)
    await confirm(scene)
    assert "contient un virus" not in (await scene.visit.open(scene.path)).text
    await Upload.filter(id=attachment.upload_id).update(scan_status=ScanStatus.INFECTED)
    assert "Une pièce contient un virus : « pv.pdf »." in (await scene.visit.open(scene.path)).text
    await enter(manager_user)
    assert "Une pièce contient un virus : « pv.pdf »." in (await scene.visit.open(scene.path)).text


async def test_a_draft_says_what_the_antivirus_says_and_waiting_does_not_stop_it(scene: Scene) -> None:
    await add(scene, ScanStatus.PENDING)
    assert PENDING in (await scene.visit.open(scene.page)).text
    assert PENDING in (await scene.visit.open(f"{scene.page}/verification")).text
    await scene.visit.press("Confirmer")
    assert (await Modification.get(id=scene.modification.id)).outcome is ModificationOutcome.CONFIRMED


async def test_an_infected_document_is_named_where_it_stops_the_confirmation(scene: Scene) -> None:
    await add(scene, ScanStatus.INFECTED)
    page = await scene.visit.open(f"{scene.page}/verification")
    assert INFECTED in page.text
    assert page.links["supprimez-la du brouillon"] == f"{scene.page}#pieces"
    await scene.visit.press("Confirmer")
    assert "« pv.pdf » contient un virus : il a été mis à l’écart." in scene.visit.text
    assert (await Modification.get(id=scene.modification.id)).outcome is None
    assert INFECTED in (await scene.visit.open(scene.page)).text
    history = await scene.visit.open(f"{scene.path}/historique")
    assert "La pièce « pv.pdf » contient un virus (M1) : elle est mise à l’écart." in history.text


async def test_only_managers_are_told_of_what_was_not_scanned(scene: Scene, enter: Enter, manager_user: User) -> None:
    await add(scene, ScanStatus.NOT_SCANNED)
    await confirm(scene)
    assert NOT_SCANNED not in (await scene.visit.open(scene.path)).text
    await enter(manager_user)
    for path in ("", "/historique", "/historique/1"):
        assert NOT_SCANNED in (await scene.visit.open(scene.path + path)).text, path


async def test_the_console_counts_what_was_put_aside(scene: Scene, enter: Enter, manager_user: User) -> None:
    await enter(manager_user)
    assert "mis à l’écart" not in (await scene.visit.open("/console")).text.replace("Documents mis à l’écart", "")
    await add(scene, ScanStatus.INFECTED)
    page = await scene.visit.open("/console")
    assert "1 document mis à l’écart par l’antivirus" in page.text
    assert (await scene.visit.open("/graphql?modele=documents-infectes")).text
