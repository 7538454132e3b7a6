"""The receipt at its address: re-openable by its supplier, unknown to everybody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from resolvers.modifications import cancel_modification, skip_modification
from tests.conftest import NOW
from tests.factories import MANAGER, make_supplier, make_user
from tests.web.conftest import Enter
from tests.web.scene import Scene

LATER = NOW + timedelta(days=1)


async def skip(scene: Scene) -> str:
    """Decline, and give the address of the receipt."""
    await skip_modification(scene.user.actor, scene.modification.id, assistance_contacted=True, as_of=LATER)
    return f"{scene.path}/accuses/{scene.modification.id}"


async def test_the_receipt_is_read_again_at_its_address(scene: Scene) -> None:
    page = await scene.visit.open(await skip(scene))
    assert scene.visit.status == 200
    assert f"Numéro d'accusé : {str(scene.modification.id).upper()}" in page.text
    assert f"Dossier : {scene.request.dossier.number}, demande de solde, modification M1" in page.text


async def test_there_is_none_while_the_modification_is_open(scene: Scene) -> None:
    await scene.visit.open(f"{scene.path}/accuses/{scene.modification.id}")
    assert scene.visit.status == 404


async def test_there_is_none_for_a_modification_that_the_manager_took_back(scene: Scene) -> None:
    await cancel_modification(MANAGER, scene.modification.id, reason="Erreur.", as_of=LATER)
    await scene.visit.open(f"{scene.path}/accuses/{scene.modification.id}")
    assert scene.visit.status == 404


async def test_it_stands_under_its_own_request_only(scene: Scene) -> None:
    address = await skip(scene)
    for wrong in (
        address.replace("/solde/", "/avance/"),
        address.replace(scene.request.dossier.number, "FINSAS999999"),
    ):
        await scene.visit.open(wrong)
        assert scene.visit.status == 404
    await scene.visit.open(f"{scene.path}/accuses/{uuid4()}")
    assert scene.visit.status == 404


async def test_another_supplier_never_reads_it(scene: Scene, enter: Enter) -> None:
    address = await skip(scene)
    await enter(await make_user(await make_supplier()))
    await scene.visit.open(address)
    assert scene.visit.status == 404
