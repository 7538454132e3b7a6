"""What the pages say of a document whose file is not what was received, or is no longer there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Attachment, Modification, Upload, User
from models.attachments import Integrity
from resolvers import storage
from resolvers.editing import add_attachment, remove_attachment
from resolvers.integrity import verify
from resolvers.keeping import purge_dropped
from resolvers.modifications import confirm_modification
from tests.conftest import NOW
from tests.resolvers.storing import make_stored, put
from tests.web.conftest import Enter
from tests.web.scene import Scene

CONTENT = b"%PDF-1.7 evidence"


async def add(scene: Scene) -> Attachment:
    upload = await make_stored(scene.user.actor, CONTENT, file_name="pv.pdf")
    return await add_attachment(
        scene.user.actor, scene.modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW
    )


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"integrity": Integrity.ALTERED}, "Fichier endommagé"),
        ({"integrity": Integrity.MISSING}, "Fichier introuvable"),
        ({"purged_at": NOW}, "Fichier supprimé"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why_and_leads_nowhere(
    scene: Scene, facts: dict[str, Any], words: str
) -> None:
    document = await add(scene)
    await confirm_modification(scene.user.actor, scene.modification.id, as_of=NOW)
    paths = [f"{scene.path}{page}" for page in ("", "/historique", "/historique/1")]
    for path in paths:
        page = await scene.visit.open(path)
        assert words not in page.text, path
        assert [address for address in page.links.values() if str(document.id) in address], path
    await Upload.filter(id=document.upload_id).update(**facts)
    for path in paths:
        page = await scene.visit.open(path)
        assert words in page.text, path
        assert not [address for address in page.links.values() if str(document.id) in address], path


async def test_a_document_that_is_lost_and_found_again_is_told_in_the_history_and_to_managers(
    scene: Scene, enter: Enter, manager_user: User
) -> None:
    upload = (await add(scene)).upload
    await storage.remove(upload.key)
    assert await verify(await Upload.get(id=upload.id), NOW)
    lost = "Le contenu de la pièce « pv.pdf » n’est plus celui qui a été reçu (M1)."
    found = "Le contenu de la pièce « pv.pdf » est de nouveau celui qui a été reçu (M1)."
    assert lost in (await scene.visit.open(f"{scene.path}/historique")).text
    await enter(manager_user)
    console = await scene.visit.open("/console")
    assert "1 document au fichier endommagé ou introuvable" in console.text
    assert "/graphql?modele=documents-endommages" in console.links.values()
    await put(upload.key, CONTENT)
    assert await verify(await Upload.get(id=upload.id), NOW + timedelta(hours=1))
    assert found in (await scene.visit.open(f"{scene.path}/historique")).text
    assert "endommagé ou introuvable" not in (await scene.visit.open("/console")).text


async def test_the_address_of_a_removed_document_says_that_its_file_was_deleted(scene: Scene) -> None:
    document = await add(scene)
    await remove_attachment(scene.user.actor, document.id, as_of=NOW)
    assert await purge_dropped(NOW) == 1
    answer = await scene.visit.client.get(f"/pieces/{document.id}")
    assert answer.status_code == 410
    assert "Ce fichier a été supprimé." in answer.text
    assert (await Modification.get()).outcome is None
