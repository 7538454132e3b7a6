"""The deadline in the supplier's own calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Modification
from resolvers.modifications import skip_modification
from tests.conftest import NOW
from tests.factories import make_supplier, make_user
from tests.web.conftest import Enter
from tests.web.scene import Scene


async def test_the_deadline_stands_at_its_hour_with_two_alarms(scene: Scene) -> None:
    await scene.visit.open(scene.path)
    await scene.visit.follow("Ajouter à mon agenda")
    lines = scene.visit.response.text.split("\r\n")
    assert scene.visit.response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20230827T123200Z" in lines
    assert f"SUMMARY:Date limite : modifier la demande de solde {scene.request.dossier.number}" in lines
    alarms = [line for line in lines if line.startswith("TRIGGER")]
    assert alarms == ["TRIGGER;VALUE=DATE-TIME:20230817T123200Z", "TRIGGER;VALUE=DATE-TIME:20230825T123200Z"]


async def test_a_comment_cannot_write_lines_of_its_own(scene: Scene) -> None:
    comment = "Première ligne ; puis, la suite\r\nEND:VEVENT\r\n" + "é" * 100
    await Modification.filter(id=scene.modification.id).update(comment=comment)
    await scene.visit.open(f"{scene.path}/echeances.ics")
    text = scene.visit.response.text
    lines = text.split("\r\n")
    assert lines.count("END:VEVENT") == 1
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "")
    assert "Première ligne \\; puis\\, la suite\\nEND:VEVENT\\n" + "é" * 100 in unfolded


@pytest.mark.parametrize("closed", [True, False])
async def test_there_is_none_once_closed_nor_for_another_supplier(scene: Scene, enter: Enter, closed: bool) -> None:
    if closed:
        as_of = NOW + timedelta(days=1)
        await skip_modification(scene.user.actor, scene.modification.id, assistance_contacted=True, as_of=as_of)
    else:
        await enter(await make_user(await make_supplier()))
    await scene.visit.open(f"{scene.path}/echeances.ics")
    assert scene.visit.status == 404
