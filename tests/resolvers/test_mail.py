"""Who is told, and in which words: every mail is compared with the copy kept in tests/snapshots/mails.

SOLDE_TEST_WRITE_SNAPSHOTS=1 writes the copies anew; they are there to be read before they are committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from jinja2 import UndefinedError

from models import (
    ApiToken,
    Email,
    Event,
    FundingRequest,
    Modification,
    Session,
    Supplier,
    SupportMessage,
    User,
    Webhook,
)
from models.actors import AccountRight, TokenScope
from models.dossiers import RequestKind
from models.emails import EmailAttachment, EmailKind, EmailStatus
from models.modifications import EditableField, ExpectedChange
from resolvers import colleagues, deadlines, own_account, passwords
from resolvers.accounts import digest, hash_password
from resolvers.editing import add_attachment, change_support_contact
from resolvers.mail import notify, recipients
from resolvers.mail.notification import message_id
from resolvers.mail.rendering import TEMPLATES, one_line, render
from resolvers.modifications import cancel_modification, confirm_modification, extend_deadline, skip_modification
from resolvers.requests import reject_request, request_modification, validate_request
from resolvers.resending import resend_email
from resolvers.support import answer_support, contact_support
from resolvers.token_notices import notice_ends
from resolvers.tokens import create_token
from resolvers.webhook_failures import give_up
from resolvers.webhooks import create_webhook
from settings import settings
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_upload, make_user, send_back, supplier_of

pytestmark = pytest.mark.usefixtures("db")

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "mails"
# What differs from one run to the next: identifiers, and the seals of the links that open or change an account.
_ONCE = re.compile(
    r"gAAAAA[\w-]+|[0-9a-f]{32}\.\d+\.[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
EXPECTED = [ExpectedChange(field=EditableField.SUPPORT_CONTACT), ExpectedChange(document_type="MSS_RESU_TEST_TECH")]
COMMENT = "Le contact de support ne répond pas.\nJoindre le PV de test."


async def guide_request() -> FundingRequest:
    """The guide's own request, with one account of its supplier."""
    supplier = await make_supplier()
    await make_user(supplier, email="pascal.breton@axyus.com")
    return await make_request(supplier, number="FINSAS008539")


async def sent_back() -> Modification:
    request = await guide_request()
    return await request_modification(MANAGER, request.id, comment=COMMENT, expected_changes=EXPECTED, as_of=NOW)


async def with_a_draft() -> Modification:
    modification = await sent_back()
    actor = await supplier_of(modification.request)
    at = NOW + timedelta(days=8, minutes=7)
    await change_support_contact(actor, modification.id, support_contact="test123@gmail.com", as_of=at)
    upload = await make_upload(actor, content="pv")
    await add_attachment(actor, modification.id, document_type="AUTRE_S", upload_id=upload.id, as_of=at)
    return modification


async def confirmed() -> Modification:
    modification = await with_a_draft()
    actor = await supplier_of(modification.request)
    later = NOW + timedelta(days=8, minutes=10)
    return await confirm_modification(actor, modification.id, note="Le PV est joint.\nMerci.", as_of=later)


async def skipped() -> Modification:
    modification = await sent_back()
    actor = await supplier_of(modification.request)
    return await skip_modification(actor, modification.id, assistance_contacted=True, as_of=NOW + timedelta(days=3))


async def cancelled() -> Modification:
    modification = await with_a_draft()
    later = NOW + timedelta(days=9)
    return await cancel_modification(MANAGER, modification.id, reason="Envoyée par erreur.", as_of=later)


async def extended() -> Modification:
    modification = await sent_back()
    day = (modification.closes_at + timedelta(days=7)).date()
    return await extend_deadline(MANAGER, modification.id, closes_on=day, reason="Congés d’été", as_of=NOW)


async def reminded() -> None:
    modification = await with_a_draft()
    await deadlines.remind_due(modification.reminds_at)


async def noticed() -> None:
    modification = await with_a_draft()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.__dict__, "last_notice", True)
        await deadlines.give_last_notice_due(modification.closes_at - timedelta(hours=20))


async def expired() -> None:
    modification = await with_a_draft()
    await deadlines.expire_due(modification.closes_at + timedelta(minutes=1))


async def validated() -> None:
    await validate_request(MANAGER, (await guide_request()).id, as_of=NOW)


async def rejected() -> None:
    reason = "La décision d’attribution est illisible.\nDéposez une nouvelle demande."
    await reject_request(MANAGER, (await guide_request()).id, reason=reason, as_of=NOW)


async def answered() -> None:
    request = await guide_request()
    asked = await contact_support(await supplier_of(request), request.id, message="J’ai oublié le PV.", as_of=NOW)
    later = NOW + timedelta(hours=2)
    await answer_support(MANAGER, asked.id, answer="Nous vous renvoyons la demande.", as_of=later)


async def forgetful() -> None:
    request = await guide_request()
    actor = await supplier_of(request)
    user = await User.get(supplier_id=actor.supplier_id)
    await User.filter(id=user.id).update(identifier="pascal.breton")
    await passwords.remind_identifier(user.email, as_of=NOW)
    await passwords.send_reset_link("pascal.breton", as_of=NOW)


async def invited() -> None:
    actor = await supplier_of(await guide_request())
    await colleagues.invite_account(actor, email="lea.marchand@axyus.com", right=AccountRight.EDIT, as_of=NOW)


async def renamed() -> None:
    """Another password, then another address, whose link is followed."""
    await guide_request()
    kept = await hash_password("une phrase facile à retenir")
    user = await User.get()
    await user.update_from_dict({"identifier": "pascal.breton", "password_hash": kept}).save()
    await Session.create(digest=digest("ici"), user=user, created_at=NOW, seen_at=NOW, expires_at=NOW)
    password = "encore une phrase, plus longue"
    await own_account.change_password(user.actor, "une phrase facile à retenir", password, session="ici", as_of=NOW)
    await own_account.ask_for_address(user.actor, password, "pascal@ailleurs.fr", as_of=NOW)
    text = (await Email.get(kind=EmailKind.ADDRESS_CONFIRMATION)).text
    await own_account.change_address(text.partition("/nouvelle-adresse/")[2].split()[0], as_of=NOW)


async def lowered() -> None:
    """A colleague takes rights away."""
    await guide_request()
    user = await User.get()
    await user.update_from_dict({"identifier": "pascal.breton"}).save()
    colleague = await make_user(await Supplier.get(id=user.supplier_id))
    await colleagues.change_account_right(colleague.actor, user.id, right=AccountRight.READ, as_of=NOW)


async def announced() -> None:
    """A token comes to its end."""
    supplier = await make_supplier()
    await make_user(supplier, email="pascal.breton@axyus.com")
    scopes = [TokenScope.READ, TokenScope.WRITE]
    await create_token(name="LOGI 4", scopes=scopes, supplier=supplier, expires_at=NOW, as_of=NOW - timedelta(days=90))
    await ApiToken.all().update(hint="ab12", used_at=NOW - timedelta(days=8))
    await notice_ends(NOW - timedelta(days=7))


async def given_up() -> None:
    """A webhook whose receiver took nothing for a day."""
    actor = await supplier_of(await guide_request())
    address = "https://axyus.com/webhooks/solde"
    webhook, _ = await create_webhook(actor, label="Suivi des demandes", url=address, as_of=NOW)
    await Webhook.filter(id=webhook.id).update(failing_since=NOW + timedelta(days=1))
    why = "un envoi n’a pas abouti malgré une journée d’essais."
    await give_up(webhook.id, why, as_of=NOW + timedelta(days=2))


STORIES: dict[EmailKind, Callable[[], Awaitable[object]]] = {
    EmailKind.MODIFICATION_REQUESTED: sent_back,
    EmailKind.MODIFICATION_REMINDER: reminded,
    EmailKind.MODIFICATION_LAST_NOTICE: noticed,
    EmailKind.MODIFICATION_EXPIRED: expired,
    EmailKind.MODIFICATION_CONFIRMED: confirmed,
    EmailKind.MODIFICATION_SKIPPED: skipped,
    EmailKind.MODIFICATION_CANCELLED: cancelled,
    EmailKind.DEADLINE_EXTENDED: extended,
    EmailKind.REQUEST_VALIDATED: validated,
    EmailKind.REQUEST_REJECTED: rejected,
    EmailKind.SUPPORT_ANSWERED: answered,
    EmailKind.PASSWORD_RESET: forgetful,
    EmailKind.IDENTIFIER_REMINDER: forgetful,
    EmailKind.ACCOUNT_INVITATION: invited,
    EmailKind.PASSWORD_CHANGED: renamed,
    EmailKind.ADDRESS_CONFIRMATION: renamed,
    EmailKind.ADDRESS_CHANGED: renamed,
    EmailKind.ACCOUNT_CHANGED: lowered,
    EmailKind.TOKEN_EXPIRES: announced,
    EmailKind.WEBHOOK_DISABLED: given_up,
}


@pytest.mark.parametrize("kind", STORIES)
async def test_mail_reads_as_its_reviewed_copy(kind: EmailKind) -> None:
    await STORIES[kind]()
    email = await Email.get(kind=kind)
    for name, body in (("txt", f"Objet : {email.subject}\n\n{email.text}"), ("html", email.html)):
        body = _ONCE.sub("XXXX", body)
        copy = SNAPSHOTS / f"{kind.value.lower()}.{name}"
        if os.environ.get("SOLDE_TEST_WRITE_SNAPSHOTS"):
            copy.write_text(body, "utf-8")
        assert body == copy.read_text("utf-8")


def test_every_folder_of_templates_is_the_one_of_a_mail_that_is_tested() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert folders == {kind.value.lower() for kind in STORIES}
    assert {path.stem for path in SNAPSHOTS.iterdir()} == folders


@pytest.mark.parametrize("kind", STORIES)
async def test_no_mail_tells_bank_details(kind: EmailKind) -> None:
    await STORIES[kind]()
    for email in await Email.all():
        assert "FR76" not in email.text + email.html
        assert "AGRIFRPP" not in email.text + email.html


@pytest.mark.parametrize("days", [1, 0])
async def test_late_reminder_counts_the_days_that_are_left(days: int) -> None:
    modification = await sent_back()
    await deadlines.remind_due(modification.closes_at - timedelta(days=days, minutes=1))
    subject = (await Email.get(kind=EmailKind.MODIFICATION_REMINDER)).subject
    assert ("plus qu’un jour" if days else "dernier jour") in subject


async def test_reminder_tells_what_is_still_expected_and_that_a_draft_waits() -> None:
    await reminded()
    text = (await Email.get(kind=EmailKind.MODIFICATION_REMINDER)).text.replace("\u00a0", " ")
    assert "(1 donnée modifiée, 1 pièce ajoutée)" in text
    assert "- Résultat de test technique MSS (MSS_RESU_TEST_TECH)" in text
    assert "- Coordonnées de contact" not in text  # that one is done, in the draft


async def test_reminder_says_when_only_confirming_is_left() -> None:
    modification = await with_a_draft()
    actor = await supplier_of(modification.request)
    upload = await make_upload(actor, content="procès-verbal")
    kind, later = "MSS_RESU_TEST_TECH", NOW + timedelta(days=8)
    await add_attachment(actor, modification.id, document_type=kind, upload_id=upload.id, as_of=later)
    await deadlines.remind_due(modification.reminds_at)
    email = await Email.get(kind=EmailKind.MODIFICATION_REMINDER)
    for words in (email.text, email.html):
        assert "il reste à le vérifier et à le confirmer" in words
        assert "qui restent à modifier" not in words


async def test_reminder_without_a_draft_speaks_of_none() -> None:
    modification = await sent_back()
    await deadlines.remind_due(modification.reminds_at)
    email = await Email.get(kind=EmailKind.MODIFICATION_REMINDER)
    assert "brouillon" not in email.text + email.html
    assert "- Coordonnées de contact" in email.text


async def test_advance_is_called_by_its_name() -> None:
    request = await make_request(kind=RequestKind.ADVANCE)
    await send_back(request)
    email = await Email.get()
    assert "demande d’avance" in email.subject
    assert "/avance/modification" in email.text
    assert "solde" not in email.text.replace("segur-solde", "")


async def test_what_people_typed_stays_text_in_html() -> None:
    request = await make_request()
    await send_back(request, comment="<script>alert(1)</script> & {{ 7*7 }}")
    email = await Email.get()
    assert "<script>" not in email.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7*7 }}" in email.html
    assert "<script>alert(1)</script> & {{ 7*7 }}" in email.text


def test_subject_cannot_carry_a_second_header() -> None:
    assert one_line("Action\r\nBcc: x@y.fr\u2028fin\x00 ") == "Action Bcc: x@y.fr fin"
    assert len(one_line("a" * 300)) == 250


def test_mail_without_one_of_its_facts_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render(EmailKind.REQUEST_VALIDATED, number="FINSAS008539")


async def test_each_address_is_told_once_and_only_if_its_account_is_active() -> None:
    supplier = await make_supplier()
    await make_user(supplier, email="Contact@Editeur.fr")
    await make_user(supplier, email="contact@editeur.fr")
    await make_user(supplier, email="lecture@editeur.fr", right=AccountRight.READ)
    await make_user(supplier, email="parti@editeur.fr", active=False)
    await make_user(await make_supplier(), email="ailleurs@autre.fr")
    request = await make_request(supplier)
    await send_back(request)
    assert [email.recipient for email in await Email.all()] == ["Contact@Editeur.fr"]
    everyone = await recipients(supplier.id, editing=False)
    assert [person.email for person in everyone] == ["Contact@Editeur.fr", "lecture@editeur.fr"]


async def test_mail_waits_in_the_outbox_with_the_event_that_caused_it() -> None:
    modification = await sent_back()
    email = await Email.get()
    assert email.event_id == (await Event.get()).id
    assert email.request_id == modification.request_id
    assert (email.status, email.created_at, email.next_attempt_at) == (EmailStatus.QUEUED, NOW, NOW)
    assert email.message_id == f"<{email.id}@127.0.0.1>"


def test_message_id_stays_valid_on_any_host(setting: Callable[[str, object], None]) -> None:
    identifier = uuid4()
    setting("base_url", "https://solde.example.fr:8443")
    assert message_id(identifier) == f"<{identifier}@solde.example.fr>"
    setting("base_url", "http://[::1]:8000")
    assert message_id(identifier) == f"<{identifier}@localhost>"


async def test_what_a_mail_carries_is_told_in_it_and_noted() -> None:
    modification = await confirmed()
    asked, received = await Email.all().order_by("created_at")
    assert (asked.attached, received.attached) == (EmailAttachment.CALENDAR, EmailAttachment.RECEIPT)
    assert {asked.modification_id, received.modification_id} == {modification.id}
    later = NOW + timedelta(days=9)
    await Email.filter(id=received.id).update(status=EmailStatus.SENT)
    resent = await resend_email(MANAGER, received.id, as_of=later)
    assert (resent.attached, resent.modification_id) == (EmailAttachment.RECEIPT, modification.id)


async def test_a_mail_has_one_link_and_the_one_to_the_help() -> None:
    await confirmed()
    for email in await Email.all():
        for words in (email.text, email.html):
            links = set(re.findall(r"https?://[^\s\"<]+?(?=\.?[\s\"<])", words))
            assert len(links - {"http://127.0.0.1:8000/aide"}) == 1, links


async def test_one_event_cannot_tell_the_same_person_twice() -> None:
    modification = await sent_back()
    event = await Event.get()
    with pytest.raises(Exception, match=r"(?i)unique"):
        await notify(
            EmailKind.MODIFICATION_REQUESTED, event, modification.request, modification=modification, as_of=NOW
        )


async def test_answer_quotes_what_was_asked() -> None:
    await answered()
    message = await SupportMessage.get()
    text = (await Email.get(kind=EmailKind.SUPPORT_ANSWERED)).text
    assert message.text in text
    assert message.answer
    assert message.answer in text
