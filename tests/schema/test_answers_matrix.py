"""Every mutation of a cycle, in every state, by everybody: what is answered is what the rules say.

A refusal changes nothing; a success changes something; the same asked again gives the first result and changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import Attachment, Email, Event, FundingRequest, Modification, SupportMessage, User, Version
from models.actors import AccountRight, Actor, Role, TokenScope
from models.database import transaction
from models.emails import EmailStatus
from models.events import EventKind
from models.lifecycle import RequestStatus
from resolvers.deadlines import settled_request
from resolvers.editing import add_attachment, change_support_contact
from resolvers.modifications import confirm_modification
from resolvers.requests import mark_paid, reject_request, validate_request
from resolvers.support import contact_support
from schema import schema
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, make_supplier, make_upload, make_user, send_back
from tests.schema.asking import code_of, data

LATER = NOW + timedelta(hours=1)
DENIED, UNKNOWN, NOT_NOW = "PermissionDeniedError", "NotFoundError", "ActionNotAllowedError"


@dataclass
class Case:
    """One request in one state, with what the mutations may name, and when they are asked."""

    request: FundingRequest
    account: User
    cycle: Modification
    added: Attachment
    question: SupportMessage
    mail: Email
    at: datetime = LATER

    @property
    def supplier(self) -> Actor:
        return self.account.actor

    def actors(self) -> dict[str, Actor]:
        """Everybody who may see it."""
        ours = self.account.supplier_id
        scopes = {"read token": (TokenScope.READ,), "write token": (TokenScope.READ, TokenScope.WRITE)}
        rights = {"read token": AccountRight.READ, "write token": AccountRight.CONFIRM}
        people = {
            right.value: Actor(Role.SUPPLIER, "Nadia Benali", f"user:{right.value}", ours, right)
            for right in AccountRight
        }
        software = {
            name: Actor(Role.PARTNER, name, f"token:{name}", ours, rights[name], scopes[name]) for name in scopes
        }
        return people | software | {"manager": MANAGER, "token for all": READER}

    async def standing(self) -> Any:
        """Everything that a mutation could change."""
        own = {"request_id": self.request.id}
        return [
            set(await Event.filter(**own).values_list("kind", flat=True)),
            await Event.filter(**own).count(),
            await Email.filter(**own).count(),
            await Version.filter(**own).count(),
            await FundingRequest.filter(id=self.request.id).values(),
            await Modification.filter(**own).order_by("number").values(),
            await Attachment.filter(**own).order_by("position").values_list("id", "removed_at", "rank"),
            await SupportMessage.filter(**own).order_by("at").values_list("id", "answered_at"),
        ]


async def sent_back() -> Case:
    """« A modifier », with a draft that could be confirmed."""
    supplier = await make_supplier()
    account = await make_user(supplier)
    request = await make_request(supplier)
    cycle = await send_back(request)
    await change_support_contact(account.actor, cycle.id, support_contact="a@editeur.fr", as_of=NOW)
    upload = await make_upload(account.actor, supplier_id=supplier.id)
    added = await add_attachment(account.actor, cycle.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    question = await contact_support(account.actor, request.id, message="Une question", as_of=NOW)
    mail = await Email.get(modification_id=cycle.id)
    await mail.update_from_dict({"status": EmailStatus.SENT}).save()
    return Case(request, account, cycle, added, question, mail)


async def overdue() -> Case:
    """The delay is over, and no worker has written it down."""
    case = await sent_back()
    case.at = case.cycle.closes_at + timedelta(hours=1)
    return case


async def expired() -> Case:
    """« en cours » again, the delay being over."""
    case = await overdue()
    await settled_request(MANAGER, case.request.id, case.at)
    return case


async def confirmed() -> Case:
    """« en cours » again, confirmed."""
    case = await sent_back()
    await confirm_modification(case.supplier, case.cycle.id, as_of=NOW)
    return case


async def validated() -> Case:
    """« Validée »."""
    case = await confirmed()
    await validate_request(MANAGER, case.request.id, as_of=NOW)
    return case


async def rejected() -> Case:
    """« Rejetée »."""
    case = await confirmed()
    await reject_request(MANAGER, case.request.id, reason="Autre motif", as_of=NOW)
    return case


async def paid() -> Case:
    """« Décidée et payée »."""
    case = await validated()
    await mark_paid(MANAGER, case.request.id, as_of=NOW)
    return case


STATES: dict[str, Callable[[], Awaitable[Case]]] = {
    "TO_MODIFY": sent_back,
    "OVERDUE": overdue,
    "EXPIRED": expired,
    "CONFIRMED": confirmed,
    "VALIDATED": validated,
    "REJECTED": rejected,
    "PAID": paid,
}
IN_REVIEW = {"OVERDUE", "EXPIRED", "CONFIRMED"}
OPEN = {"TO_MODIFY"}
ALL = set(STATES)


@dataclass(frozen=True)
class Row:
    """One mutation: who may, in which states it is done, and in which it was done before."""

    who: frozenset[str]
    states: set[str]
    given: Callable[[Case, Actor], Awaitable[dict[str, Any]]]
    done: set[str]


def about_request(**facts: Any) -> Callable[[Case, Actor], Awaitable[dict[str, Any]]]:
    async def given(case: Case, _: Actor) -> dict[str, Any]:
        return {"requestId": node_id("FundingRequest", case.request.id), **facts}

    return given


def about_cycle(**facts: Any) -> Callable[[Case, Actor], Awaitable[dict[str, Any]]]:
    async def given(case: Case, _: Actor) -> dict[str, Any]:
        return {"modificationId": node_id("Modification", case.cycle.id), **facts}

    return given


async def a_document(case: Case, actor: Actor) -> dict[str, Any]:
    upload = await make_upload(actor, supplier_id=actor.supplier_id)
    return {**await about_cycle(documentType="AUTRE_S")(case, actor), "uploadId": str(upload.id)}


async def the_document(case: Case, _: Actor) -> dict[str, Any]:
    return {"attachmentId": node_id("Attachment", case.added.id)}


async def an_answer(case: Case, _: Actor) -> dict[str, Any]:
    return {"messageId": node_id("SupportMessage", case.question.id), "answer": "Oui."}


async def the_mail(case: Case, _: Actor) -> dict[str, Any]:
    return {"emailId": node_id("Email", case.mail.id)}


async def several(case: Case, _: Actor) -> dict[str, Any]:
    return {"requestIds": [node_id("FundingRequest", case.request.id)], "comment": "Encore"}


MANAGERS = frozenset({"manager"})
EDITORS = frozenset({"EDIT", "CONFIRM", "write token"})
CONFIRMING = frozenset({"CONFIRM", "write token"})
READING = frozenset({"READ", "EDIT", "CONFIRM", "write token"})
NEVER: set[str] = set()

MUTATIONS = {
    "requestModification": Row(MANAGERS, IN_REVIEW, about_request(comment="Encore"), NEVER),
    "requestModifications": Row(MANAGERS, IN_REVIEW, several, NEVER),
    "cancelModification": Row(MANAGERS, OPEN, about_cycle(reason="Erreur"), NEVER),
    "extendDeadline": Row(MANAGERS, OPEN, about_cycle(closesOn="2023-09-15", reason="Congés"), NEVER),
    "changeSupportContact": Row(EDITORS, OPEN, about_cycle(supportContact="b@editeur.fr"), NEVER),
    "addAttachment": Row(EDITORS, OPEN, a_document, NEVER),
    "removeAttachment": Row(EDITORS, OPEN, the_document, NEVER),
    "confirmModification": Row(CONFIRMING, OPEN, about_cycle(), {"CONFIRMED", "VALIDATED", "REJECTED", "PAID"}),
    "skipModification": Row(CONFIRMING, OPEN, about_cycle(assistanceContacted=True), NEVER),
    "markCommentSeen": Row(READING, ALL, about_cycle(), NEVER),
    "contactSupport": Row(EDITORS, IN_REVIEW | OPEN, about_request(message="Un oubli"), NEVER),
    "answerSupport": Row(MANAGERS, ALL, an_answer, NEVER),
    "resendEmail": Row(MANAGERS, ALL, the_mail, NEVER),
    "validateRequest": Row(MANAGERS, IN_REVIEW, about_request(), {"VALIDATED"}),
    "rejectRequest": Row(MANAGERS, IN_REVIEW, about_request(reason="Incomplet"), NEVER),
    "markPaid": Row(MANAGERS, {"VALIDATED"}, about_request(), {"PAID"}),
}
STATELESS = """
issueToken revokeToken inviteAccount resendInvitation changeAccountRight revokeAccount revokeSession revokeSessions
publishNews changeNews withdrawNews saveCommentTemplate changeCommentTemplate withdrawCommentTemplate importRequest
createWebhook changeWebhook deleteWebhook enableWebhook disableWebhook renewWebhookSecret pingWebhook replayWebhook
"""
WITHIN = {
    "requestModifications": "... on RequestModificationsIncomplete { outcomes { result { __typename ...Said } } }",
}


def member(mutation: str, reader: str, state: str) -> str:
    """What the rules say is answered."""
    row = MUTATIONS[mutation]
    # Who may send nothing back is told so before any request is looked at.
    if reader == "stranger" and mutation != "requestModifications":
        return UNKNOWN
    if reader not in row.who:
        return DENIED
    # What was confirmed belongs to a version for good: in no state may it be removed.
    if mutation == "removeAttachment" and state not in {"TO_MODIFY", "OVERDUE", "EXPIRED"}:
        return DENIED
    return success(mutation) if state in row.states | row.done else NOT_NOW


def success(mutation: str) -> str:
    return f"{mutation[0].upper()}{mutation[1:]}Success"


async def answered(mutation: str, actor: Actor, given: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Its answer; of several requests, that about the only one when it is refused."""
    name = mutation[0].upper() + mutation[1:]
    document = f"""mutation M($input: {name}Input!) {{
        {mutation}(input: $input) {{ __typename ...Said {WITHIN.get(mutation, "")} }} }}
        fragment Said on Error {{ message }}"""
    answer: dict[str, Any] = (await data(actor, document, as_of=at, input=given))[mutation]
    return answer["outcomes"][0]["result"] if "outcomes" in answer else answer


class _Undone(Exception):
    pass


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """What is done inside is seen inside, and is afterwards as if it had never been."""
    with suppress(_Undone):
        async with transaction():
            yield
            raise _Undone


@pytest.mark.parametrize("state", STATES)
@pytest.mark.usefixtures("db")
async def test_every_mutation_answers_everybody_as_the_rules_say(state: str) -> None:
    case = await STATES[state]()
    readers = case.actors() | {"stranger": (await make_user(await make_supplier())).actor}
    for mutation in MUTATIONS:
        for reader, actor in readers.items():
            if member(mutation, reader, state) == success(mutation) and state not in MUTATIONS[mutation].done:
                async with undone():
                    await succeeds(case, mutation, reader, actor)
        await change_nothing(case, mutation, state, readers)


async def change_nothing(case: Case, mutation: str, state: str, readers: dict[str, Actor]) -> None:
    """Refusals, or the first result once more: what stands is what stood, but for a delay that was over."""
    before, row = await case.standing(), MUTATIONS[mutation]
    for reader, actor in readers.items():
        expected = member(mutation, reader, state)
        if expected != success(mutation) or state in row.done:
            answer = await answered(mutation, actor, await row.given(case, actor), case.at)
            assert (answer["__typename"], mutation, reader) == (expected, mutation, reader)
            assert expected == success(mutation) or answer["message"].endswith(".")
    after = await case.standing()
    assert after == before or after[0] - before[0] == {EventKind.MODIFICATION_EXPIRED}, mutation


async def succeeds(case: Case, mutation: str, reader: str, actor: Actor) -> None:
    """It changes something, and asked again it is the first result."""
    given, before = await MUTATIONS[mutation].given(case, actor), await case.standing()
    answer = await answered(mutation, actor, given, case.at)
    assert (answer["__typename"], mutation, reader) == (success(mutation), mutation, reader)
    after = await case.standing()
    assert after != before, f"{mutation} by {reader} is answered success without effect"
    again = await answered(mutation, actor, given, case.at + timedelta(minutes=1))
    told = (again["__typename"], await case.standing())
    assert told == (success(mutation), after), (mutation, reader, "asked again")


async def test_nobody_who_is_unknown_is_answered_anything(db: str) -> None:
    case = await sent_back()
    before = await case.standing()
    for mutation, row in MUTATIONS.items():
        name = mutation[0].upper() + mutation[1:]
        query = f"mutation M($input: {name}Input!) {{ {mutation}(input: $input) {{ __typename }} }}"
        assert await code_of(None, query, input=await row.given(case, MANAGER)) == "UNAUTHENTICATED"
    assert await case.standing() == before


def test_every_status_is_among_the_states() -> None:
    assert {status.value for status in RequestStatus} - {"IN_REVIEW"} <= ALL


def test_every_mutation_is_here_or_asks_for_no_state_of_a_request() -> None:
    """tests/security/test_rights_matrix.py asks those by everybody."""
    mutations = schema._schema.mutation_type
    assert mutations
    assert sorted(mutations.fields) == sorted([*MUTATIONS, *STATELESS.split()])
