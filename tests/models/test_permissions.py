"""Who may do what, when: every kind of actor, every action, every status."""

from uuid import UUID

import pytest

from models import ApiToken, User
from models.actors import SYSTEM, AccountRight, Actor, Role, TokenScope
from models.lifecycle import RequestAction, RequestStatus
from models.permissions import available_actions, may_edit, may_import, permitted_actions

SUPPLIER = UUID(int=1)


def supplier(right: AccountRight) -> Actor:
    return Actor(Role.SUPPLIER, "Pascal Breton", "user:1", SUPPLIER, right)


def partner(right: AccountRight, *scopes: TokenScope, supplier_id: UUID | None = SUPPLIER) -> Actor:
    return Actor(Role.PARTNER, "Logiciel", "token:1", supplier_id, right, scopes)


ACTORS = {
    "lecteur": supplier(AccountRight.READ),
    "rédacteur": supplier(AccountRight.EDIT),
    "fournisseur": supplier(AccountRight.CONFIRM),
    "gestionnaire": Actor(Role.MANAGER, "Camille Martin", "user:2", None, AccountRight.CONFIRM),
    "gestionnaire qui lirait": Actor(Role.MANAGER, "Camille Martin", "user:3", None, AccountRight.READ),
    "logiciel qui lit": partner(AccountRight.READ, TokenScope.READ),
    "logiciel qui écrit": partner(AccountRight.CONFIRM, TokenScope.READ, TokenScope.WRITE),
    "logiciel qui lit tout": partner(AccountRight.READ, TokenScope.READ, supplier_id=None),
    "logiciel de gestion": Actor(Role.MANAGER, "Logiciel", "token:2", scopes=(TokenScope.MANAGE,)),
    "portail": SYSTEM,
}

# Who may ever do each action, then in which statuses.
_MANAGERS = {"gestionnaire", "gestionnaire qui lirait", "logiciel de gestion"}
_WRITERS = {"rédacteur", "fournisseur", "logiciel qui écrit"}
_CONFIRMERS = {"fournisseur", "logiciel qui écrit"}
_IN_REVIEW, _TO_MODIFY, _VALIDATED = RequestStatus.IN_REVIEW, RequestStatus.TO_MODIFY, RequestStatus.VALIDATED
EXPECTED: dict[RequestAction, tuple[set[str], set[RequestStatus]]] = {
    RequestAction.REQUEST_MODIFICATION: (_MANAGERS, {_IN_REVIEW}),
    RequestAction.CANCEL_MODIFICATION: (_MANAGERS, {_TO_MODIFY}),
    RequestAction.EXTEND_DEADLINE: (_MANAGERS, {_TO_MODIFY}),
    RequestAction.VALIDATE_REQUEST: (_MANAGERS, {_IN_REVIEW}),
    RequestAction.REJECT_REQUEST: (_MANAGERS, {_IN_REVIEW}),
    RequestAction.MARK_PAID: (_MANAGERS, {_VALIDATED}),
    RequestAction.CHANGE_SUPPORT_CONTACT: (_WRITERS, {_TO_MODIFY}),
    RequestAction.ADD_ATTACHMENT: (_WRITERS, {_TO_MODIFY}),
    RequestAction.REMOVE_ATTACHMENT: (_WRITERS, {_TO_MODIFY}),
    RequestAction.CONTACT_SUPPORT: (_WRITERS, {_IN_REVIEW, _TO_MODIFY}),
    RequestAction.CONFIRM_MODIFICATION: (_CONFIRMERS, {_TO_MODIFY}),
    RequestAction.SKIP_MODIFICATION: (_CONFIRMERS, {_TO_MODIFY}),
    RequestAction.EXPIRE_MODIFICATION: ({"portail"}, {_TO_MODIFY}),
}


def test_the_table_speaks_of_every_action() -> None:
    assert set(EXPECTED) == set(RequestAction)


@pytest.mark.parametrize("name", ACTORS)
def test_an_actor_may_do_what_its_role_and_rights_say(name: str) -> None:
    assert permitted_actions(ACTORS[name]) == {action for action, (who, _) in EXPECTED.items() if name in who}


@pytest.mark.parametrize("name", ACTORS)
@pytest.mark.parametrize("status", RequestStatus)
def test_what_an_actor_may_do_now_depends_on_the_status(name: str, status: RequestStatus) -> None:
    expected = {action for action, (who, when) in EXPECTED.items() if name in who and status in when}
    assert set(available_actions(ACTORS[name], status)) == expected


def test_available_actions_come_in_the_order_of_the_lifecycle() -> None:
    actions = available_actions(ACTORS["fournisseur"], RequestStatus.TO_MODIFY)
    assert actions == sorted(actions, key=list(RequestAction).index)
    assert len(actions) == len(set(actions)) == 6


@pytest.mark.parametrize(
    ("scopes", "supplier_id", "role", "right"),
    [
        (["READ"], SUPPLIER, Role.PARTNER, AccountRight.READ),
        (["WRITE"], SUPPLIER, Role.PARTNER, AccountRight.CONFIRM),
        (["READ", "WRITE"], SUPPLIER, Role.PARTNER, AccountRight.CONFIRM),
        (["READ"], None, Role.PARTNER, AccountRight.READ),
        # Writing for nobody in particular is writing for nobody.
        (["READ", "WRITE"], None, Role.PARTNER, AccountRight.READ),
        (["MANAGE"], None, Role.MANAGER, AccountRight.READ),
    ],
)
@pytest.mark.usefixtures("db")
async def test_software_acts_as_its_scopes_say(
    scopes: list[str], supplier_id: UUID | None, role: Role, right: AccountRight
) -> None:
    actor = ApiToken(name="Logiciel", scopes=scopes, supplier_id=supplier_id).actor
    assert (actor.role, actor.right, actor.supplier_id) == (role, right, supplier_id)
    assert actor.account.startswith("token:")


@pytest.mark.usefixtures("db")
async def test_a_person_acts_as_its_account_says() -> None:
    actor = User(name="Pascal Breton", role=Role.SUPPLIER, right=AccountRight.EDIT, supplier_id=SUPPLIER).actor
    assert (actor.role, actor.right, actor.supplier_id) == (Role.SUPPLIER, AccountRight.EDIT, SUPPLIER)
    assert actor.account.startswith("user:")


def test_requests_are_filed_by_managers_and_by_who_writes_for_a_supplier() -> None:
    assert {name for name, actor in ACTORS.items() if may_import(actor)} == _MANAGERS | _WRITERS


@pytest.mark.parametrize(
    ("role", "right", "expected"),
    [
        (Role.SUPPLIER, AccountRight.READ, False),
        (Role.SUPPLIER, AccountRight.EDIT, True),
        (Role.SUPPLIER, AccountRight.CONFIRM, True),
        (Role.MANAGER, AccountRight.CONFIRM, False),
        (Role.PARTNER, AccountRight.CONFIRM, False),
    ],
)
def test_only_a_person_of_the_supplier_answers_what_is_sent_back(
    role: Role, right: AccountRight, expected: bool
) -> None:
    assert may_edit(role, right) is expected
