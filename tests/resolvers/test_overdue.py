"""What is overdue is told from when it fell due, and costs a look into an index."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models import Email, Modification, SweepPass
from models.attachments import Integrity, ScanStatus
from models.database import connection
from models.emails import LATE, MOST_UNANSWERED, EmailStatus
from resolvers import webhook_outbox as outbox
from resolvers.overdue import TOLERANCE, note_pass, standing
from resolvers.webhook_failures import give_up
from resolvers.webhook_feed import spread
from resolvers.webhook_outbox import Outcome
from resolvers.webhooks import disable_webhook
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_upload, send_back
from tests.feed import end_of_feed
from tests.plans import plan
from tests.resolvers.test_outbox import make_email
from tests.resolvers.test_scanning import make_waiting
from tests.resolvers.test_webhooks import created

pytestmark = pytest.mark.usefixtures("db")


async def test_nothing_is_overdue_on_an_empty_portal() -> None:
    now = await standing(NOW)
    assert now.due_since == {"expiry": None, "reminder": None, "mail": None, "scan": None, "webhook": None}
    assert now.mails == dict.fromkeys(EmailStatus, 0)
    assert (now.pending_scans, now.infected, now.stranded, now.last_pass) == (0, 0, 0, None)
    assert (now.damaged, now.unverified_since) == ({Integrity.ALTERED: 0, Integrity.MISSING: 0}, None)
    assert now.seconds_unverified(NOW) == 0
    assert not now.is_late("expiry", NOW)


async def test_the_oldest_of_each_kind_counts_from_when_it_was_due() -> None:
    first, later = [await send_back(await make_request(), as_of=NOW + timedelta(hours=hours)) for hours in (0, 5)]
    now = await standing(first.reminds_at + TOLERANCE)
    assert (now.due_since["expiry"], now.due_since["reminder"]) == (None, first.reminds_at)
    assert now.seconds_overdue("reminder", first.reminds_at + TOLERANCE) == TOLERANCE.total_seconds()
    assert not now.is_late("reminder", first.reminds_at + TOLERANCE)
    assert now.is_late("reminder", first.reminds_at + TOLERANCE + timedelta(seconds=1))
    await Modification.filter(id=first.id).update(reminded_at=first.reminds_at)
    assert (await standing(later.reminds_at)).due_since["reminder"] == later.reminds_at
    now = await standing(later.closes_at)
    assert (now.due_since["expiry"], now.due_since["reminder"]) == (first.closes_at, None)


async def test_mails_are_counted_by_state_and_late_from_their_writing_however_often_put_off() -> None:
    await make_email(created_at=NOW - timedelta(hours=2), next_attempt_at=NOW + timedelta(hours=3))
    await make_email(created_at=NOW - timedelta(hours=1))
    await make_email(created_at=NOW - timedelta(hours=23), status=EmailStatus.SENT)
    await make_email(created_at=NOW - timedelta(days=1), status=EmailStatus.SENT)  # no longer counted
    unanswered = await make_email(status=EmailStatus.UNKNOWN, unanswered=1, created_at=NOW - timedelta(hours=3))
    now = await standing(NOW)
    assert now.due_since["mail"] == NOW - timedelta(hours=3)
    assert now.is_late("mail", NOW - timedelta(hours=3) + LATE + timedelta(seconds=1))
    assert not now.is_late("mail", NOW - timedelta(hours=3) + LATE)
    await Email.filter(id=unanswered.id).update(unanswered=MOST_UNANSWERED)
    now = await standing(NOW)
    assert now.due_since["mail"] == NOW - timedelta(hours=2)
    assert now.mails == {
        EmailStatus.QUEUED: 2,
        EmailStatus.SENT: 1,
        EmailStatus.FAILED: 0,
        EmailStatus.UNKNOWN: 1,
    }


async def test_documents_wait_for_the_antivirus_since_they_arrived_however_often_put_off() -> None:
    arrived = NOW - timedelta(hours=1)
    await make_waiting(created_at=arrived, scan_due_at=NOW + timedelta(hours=1))
    await make_waiting()
    await make_waiting(created_at=arrived - timedelta(hours=1), purged_at=NOW)
    await make_waiting(scan_status=ScanStatus.INFECTED)
    now = await standing(NOW)
    assert (now.due_since["scan"], now.pending_scans, now.infected) == (arrived, 2, 1)
    assert now.is_late("scan", arrived + LATE + timedelta(seconds=1))
    assert not now.is_late("scan", arrived + LATE)


async def test_damaged_documents_are_counted_and_a_document_waits_to_be_compared_since_it_came() -> None:
    for integrity in (Integrity.ALTERED, Integrity.MISSING, Integrity.MISSING):
        await make_upload(MANAGER, integrity=integrity, verified_at=NOW)
    await make_upload(MANAGER, integrity=Integrity.ALTERED, verified_at=NOW - timedelta(days=9), purged_at=NOW)
    now = await standing(NOW)
    assert now.damaged == {Integrity.ALTERED: 1, Integrity.MISSING: 2}
    assert (now.unverified_since, now.seconds_unverified(NOW)) == (NOW, 0)
    await make_upload(MANAGER, created_at=NOW - timedelta(days=2))
    assert (await standing(NOW)).seconds_unverified(NOW) == timedelta(days=2).total_seconds()


async def test_a_mail_is_stranded_until_somebody_sends_it_again_or_nobody_wants_to() -> None:
    failed = await make_email(status=EmailStatus.FAILED)
    await make_email(status=EmailStatus.UNKNOWN, unanswered=MOST_UNANSWERED)
    assert (await standing(NOW)).stranded == 2
    assert (await standing(NOW + timedelta(days=30))).stranded == 0
    await make_email(resend_of_id=failed.id)
    assert (await standing(NOW)).stranded == 1


async def test_a_receiver_takes_nothing_since_the_first_failure_and_nobody_is_late_before_the_next_attempt() -> None:
    webhook, other = await created(), await created(url="https://editeur.fr/autre")
    await created(url="https://editeur.fr/bien")
    await disable_webhook(MANAGER, (await created(url="https://editeur.fr/arret")).id, as_of=NOW)
    await send_back(await make_request())
    for row in (webhook, other):
        held = await outbox.lease(row.id, NOW)
        assert held
        await spread(held, await end_of_feed(), NOW)
    [first] = await outbox.next_ones(webhook, NOW, 1)
    await outbox.put_off(first, Outcome(500, "Réponse 500.", 12), NOW)
    now = await standing(NOW + LATE)
    assert now.due_since["webhook"] == NOW
    assert (now.receivers.well, now.receivers.failing, now.receivers.disabled) == (2, 1, 1)
    assert (now.receivers.seconds_failing(NOW + LATE), now.receivers.given_up) == (LATE.total_seconds(), 0)
    assert now.is_late("webhook", NOW + LATE + timedelta(seconds=1))
    await give_up(webhook.id, "essai", as_of=NOW)
    now = await standing(NOW)
    assert (now.receivers.failing, now.receivers.failing_since, now.receivers.given_up) == (0, None, 1)
    assert (await standing(NOW + timedelta(days=30))).receivers.given_up == 0


async def test_the_last_pass_is_that_of_the_worker_that_looked_last_and_the_gone_are_forgotten() -> None:
    await note_pass("a:1", began_at=NOW, seconds=0.5, failed=[])
    await note_pass("b:2", began_at=NOW + timedelta(minutes=1), seconds=0.25, failed=["expire"])
    await note_pass("a:1", began_at=NOW + timedelta(seconds=30), seconds=0.5, failed=[])
    last = (await standing(NOW)).last_pass
    assert last
    assert (last.worker, last.seconds, last.failed) == ("b:2", 0.25, ["expire"])
    await note_pass("c:3", began_at=NOW + timedelta(days=2), seconds=0.5, failed=[])
    assert [row.worker for row in await SweepPass.all()] == ["c:3"]


async def test_no_question_reads_a_table_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[object] | None]] = []
    client = connection()
    names = ("execute_query", "execute_query_dict")
    for name in names:
        monkeypatch.setattr(client, name, _noting(getattr(client, name), asked))
    await standing(NOW)
    monkeypatch.undo()
    # Workers and webhooks are few.
    few = re.compile('FROM "(sweep_pass|webhook)"')
    plans = [await plan(*question) for question in asked if not few.search(question[0])]
    assert len(plans) == 17
    # A partial index, which may be read whole, or a part of one on all rows.
    found = r"(modification_to|email|upload|delivery)_[a-z]+"
    whole = "(?m)^scan (.*(email|upload)_by|(email|upload)$)"
    assert [each for each in plans if not re.search(found, each) or re.search(whole, each)] == []


def _noting(ask: Callable[..., Awaitable[object]], asked: list[tuple[str, list[object] | None]]) -> object:
    async def note(query: str, values: list[object] | None = None) -> object:
        asked.append((query, values))
        return await ask(query, values)

    return note
