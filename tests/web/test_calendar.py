"""The deadline in the supplier's own calendar."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from models import Modification
from resolvers.deadlines import expire_due
from resolvers.modifications import extend_deadline
from tests.conftest import NOW
from tests.factories import MANAGER, make_supplier, make_user
from tests.web.conftest import Clock, Enter
from tests.web.scene import Scene, cancelled, confirmed, skipped

LATER = NOW + timedelta(days=1)


async def deadline(scene: Scene) -> Any:
    """The one event of the file, as a calendar reads it."""
    await scene.visit.open(f"{scene.path}/echeances.ics")
    [event] = Calendar.from_ical(scene.visit.response.content).walk("VEVENT")
    return event


def alarms(event: Any) -> list[timedelta]:
    """How long before the deadline each rings."""
    return [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]


async def test_the_deadline_stands_at_its_hour_with_two_alarms(scene: Scene) -> None:
    await scene.visit.open(scene.path)
    await scene.visit.follow("Ajouter à mon agenda")
    answer = scene.visit.response
    lines = answer.text.split("\r\n")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f'filename="rappel-{scene.request.dossier.number}.ics"' in answer.headers["Content-Disposition"]
    assert "DTSTART:20230827T123200Z" in lines
    assert f"SUMMARY:Date limite\u00a0: modifier la demande de solde {scene.request.dossier.number}" in lines
    # J+10, and two days before the end.
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P10D", "TRIGGER:-P2D"]
    assert {"METHOD:PUBLISH", "SEQUENCE:20", f"UID:{scene.modification.id}@127.0.0.1"} <= set(lines)


async def test_it_can_be_published_as_the_standard_says(scene: Scene) -> None:
    event = await deadline(scene)
    wanted = {"UID", "DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "SEQUENCE"}  # RFC 5546, section 3.2.1
    assert wanted <= event.keys()
    assert "ATTENDEE" not in event
    assert event["ORGANIZER"] == "mailto:ne-pas-repondre@segur-solde.invalid"


async def test_a_later_deadline_takes_the_place_of_the_earlier_one(scene: Scene) -> None:
    before = await deadline(scene)
    day = (scene.modification.closes_at + timedelta(days=7)).date()
    await extend_deadline(MANAGER, scene.modification.id, closes_on=day, reason="Congés", as_of=NOW)
    after = await deadline(scene)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == before["DTSTART"].dt + timedelta(days=7)
    assert alarms(after) == [timedelta(days=-10), timedelta(days=-2)]


async def test_a_day_more_over_the_night_of_summer_time_counts(scene: Scene) -> None:
    sequences = []
    for closes_at in (datetime(2024, 3, 30, 13, 32, tzinfo=UTC), datetime(2024, 3, 31, 12, 32, tzinfo=UTC)):
        opened_at = datetime(2024, 3, 15, 13, 32, tzinfo=UTC)
        await Modification.filter(id=scene.modification.id).update(opened_at=opened_at, closes_at=closes_at)
        sequences.append((await deadline(scene))["SEQUENCE"])
    assert sequences == [15, 16]


async def test_an_alarm_that_would_have_rung_already_is_left_out(scene: Scene, clock: Clock, enter: Enter) -> None:
    clock.now = NOW + timedelta(days=12)
    await enter(await make_user(scene.user.supplier))
    event = await deadline(scene)
    assert alarms(event) == [timedelta(days=-2)]


async def test_a_comment_cannot_write_lines_of_its_own(scene: Scene) -> None:
    comment = "Première ligne ; puis, la suite\nEND:VEVENT\nBEGIN:VALARM\n" + "é" * 100
    await Modification.filter(id=scene.modification.id).update(comment=comment)
    event = await deadline(scene)
    lines = scene.visit.response.text.split("\r\n")
    assert lines.count("END:VEVENT") == 1
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\nEND:VEVENT\nBEGIN:VALARM\n" + "é" * 100 in event["DESCRIPTION"]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (confirmed, "Les modifications ont été transmises le 08/08/2023 à 14 h 32."),
        (skipped, "Le 08/08/2023 à 14 h 32, il a été choisi de ne pas modifier la demande."),
        (cancelled, "Le 08/08/2023 à 14 h 32, le gestionnaire a retiré sa demande de modification."),
    ],
)
async def test_a_tab_from_before_the_end_reads_what_is_over_with_a_way_back(
    scene: Scene, end: Callable[[Scene], Awaitable[None]], words: str
) -> None:
    await scene.visit.open(scene.path)
    await end(scene)
    page = await scene.visit.follow("Ajouter à mon agenda")
    assert scene.visit.status == 410
    assert f"Plus d’échéance à noter {words}" in page.text
    assert "Suivi de ma demande de financement" in page.links


@pytest.mark.parametrize("swept", [True, False])
async def test_there_is_none_once_the_deadline_has_passed(
    scene: Scene, clock: Clock, enter: Enter, swept: bool
) -> None:
    clock.now = scene.modification.closes_at
    if swept:
        await expire_due(clock.now)
    await enter(await make_user(scene.user.supplier))
    page = await scene.visit.open(f"{scene.path}/echeances.ics")
    assert scene.visit.status == 410
    assert "Le délai de modification est dépassé depuis le dimanche 27 août 2023 à 14 h 32." in page.text


async def test_there_is_none_for_another_supplier_nor_without_a_modification(scene: Scene, enter: Enter) -> None:
    await scene.visit.open(scene.path.replace("/solde", "/avance") + "/echeances.ics")
    assert scene.visit.status == 404
    await enter(await make_user(await make_supplier()))
    await scene.visit.open(f"{scene.path}/echeances.ics")
    assert scene.visit.status == 404
