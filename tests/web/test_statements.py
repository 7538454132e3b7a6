"""No page runs a number of SQL statements that grows with its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from resolvers.editing import add_attachment, change_support_contact
from resolvers.modifications import confirm_modification
from tests.conftest import NOW
from tests.factories import make_attachment, make_request, make_upload, send_back
from tests.schema.asking import statements
from tests.web.scene import Scene

PAGES = {
    "home": "/",
    "list": "/demandes",
    "tracking": "{path}",
    "modification": "{path}/modification",
    "check": "{path}/modification/verification",
    "history": "{path}/historique",
    "version": "{path}/historique/1",
    "assistance": "{path}/assistance",
}


async def live_through(scene: Scene, cycles: int) -> None:
    """So many confirmed cycles with a document each, another dossier each, and one more cycle with a draft."""
    actor = scene.user.actor
    for cycle in range(cycles):
        as_of = NOW + timedelta(days=1, minutes=cycle)
        upload = await make_upload(actor)
        contact = f"contact{as_of:%H%M}@gmail.com"
        await change_support_contact(actor, scene.modification.id, support_contact=contact, as_of=as_of)
        await add_attachment(actor, scene.modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=as_of)
        await confirm_modification(actor, scene.modification.id, as_of=as_of)
        scene.modification = await send_back(scene.request, as_of=as_of, comment=f"encore {cycle}")
        await make_attachment(scene.request)
        await send_back(await make_request(scene.user.supplier), as_of=as_of)
    await scene.change_contact_as(scene.user, f"brouillon{cycles}@gmail.com")


async def count(scene: Scene, page: str) -> int:
    with statements() as ran:
        await scene.visit.open(page.format(path=scene.path))
    assert scene.visit.status == 200
    return len(ran)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
async def test_a_page_costs_the_same_for_many_rows(scene: Scene, page: str) -> None:
    await live_through(scene, 1)
    few = await count(scene, page)
    await live_through(scene, 4)
    assert await count(scene, page) == few
