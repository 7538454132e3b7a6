"""Accounts and sessions by the API: for their owners, their colleagues and managers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Session, Supplier, User
from models.actors import AccountRight, Actor, Role
from resolvers.accounts import digest
from schema import schema
from schema.context import Context
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_user
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

ACCOUNTS = """{ viewer {
  account { id identifier email right state own availableActions }
  supplier { accountActions accounts {
    id name email identifier right state own invitedAt invitationEndsAt signedInAt availableActions
  } }
} }"""
SESSIONS = "{ viewer { sessions { id current address browser openedAt seenAt endsAt } } }"
CHANGE = ["CHANGE_ACCOUNT_RIGHT", "REVOKE_ACCOUNT"]


@pytest.fixture
async def company() -> tuple[Supplier, User, User]:
    """A supplier with somebody who may confirm and somebody who may read."""
    supplier = await make_supplier()
    boss = await make_user(supplier, identifier="p.breton", created_at=NOW - timedelta(days=2))
    facts = {"identifier": "l.marchand", "name": "Léa Marchand", "created_at": NOW - timedelta(days=1)}
    reader = await make_user(supplier, right=AccountRight.READ, **facts)
    return supplier, boss, reader


Company = tuple[Supplier, User, User]


async def act(actor: Actor, mutation: str, wanted: str, **given: Any) -> Any:
    """The outcome of one mutation of accounts."""
    name = mutation[0].upper() + mutation[1:]
    document = f"""
        mutation Act($input: {name}Input!) {{
          {mutation}(input: $input) {{
            __typename
            ... on {name}Success {{ {wanted} }}
            ... on ValidationError {{ fieldErrors {{ field code message }} }}
          }}
        }}"""
    return (await data(actor, document, input=given))[mutation]


async def accounts(actor: Actor) -> list[Any]:
    listed: list[Any] = (await data(actor, ACCOUNTS))["viewer"]["supplier"]["accounts"]
    return listed


async def test_who_may_confirm_sees_the_colleagues_and_what_may_be_done(company: Company) -> None:
    _, boss, reader = company
    viewer = (await data(boss.actor, ACCOUNTS))["viewer"]
    assert viewer["account"]["identifier"] == "p.breton"
    assert viewer["supplier"]["accountActions"] == ["INVITE_ACCOUNT"]
    own, other = viewer["supplier"]["accounts"]
    assert (own["own"], own["availableActions"]) == (True, [])
    assert (other["id"], other["identifier"], other["availableActions"]) == (
        node_id("Account", reader.id),
        "l.marchand",
        CHANGE,
    )


async def test_who_may_read_sees_the_colleagues_without_a_button_nor_an_identifier(company: Company) -> None:
    _, _, reader = company
    viewer = (await data(reader.actor, ACCOUNTS))["viewer"]
    assert viewer["supplier"]["accountActions"] == []
    assert [account["availableActions"] for account in viewer["supplier"]["accounts"]] == [[], []]
    assert [account["identifier"] for account in viewer["supplier"]["accounts"]] == [None, "l.marchand"]


async def test_software_sees_no_account(company: Company) -> None:
    supplier, boss, _ = company
    software = Actor(Role.PARTNER, "Logiciel", "token:1", supplier.id, AccountRight.CONFIRM)
    viewer = (await data(software, ACCOUNTS))["viewer"]
    assert viewer == {"account": None, "supplier": {"accountActions": [], "accounts": []}}
    found = await data(software, "query N($id: ID!) { node(id: $id) { id } }", id=node_id("Account", boss.id))
    assert found == {"node": None}
    assert (await data(software, SESSIONS))["viewer"]["sessions"] == []


async def test_an_account_is_a_node_for_its_colleagues_and_managers_alone(company: Company) -> None:
    _, boss, reader = company
    stranger = await make_user(await make_supplier())
    document = "query N($id: ID!) { node(id: $id) { ... on Account { name identifier } } }"
    wanted = node_id("Account", boss.id)
    assert (await data(MANAGER, document, id=wanted))["node"] == {"name": "Pascal Breton", "identifier": "p.breton"}
    assert (await data(reader.actor, document, id=wanted))["node"] == {"name": "Pascal Breton", "identifier": None}
    assert (await data(stranger.actor, document, id=wanted))["node"] is None


async def test_a_manager_invites_and_closes_by_the_api(company: Company) -> None:
    supplier, boss, _ = company
    invited = await act(
        MANAGER,
        "inviteAccount",
        "account { state name identifier invitationEndsAt availableActions }",
        supplierId=node_id("Supplier", supplier.id),
        email="nouveau@editeur.fr",
        right="EDIT",
    )
    assert invited["account"] == {
        "state": "INVITED",
        "name": "nouveau@editeur.fr",
        "identifier": None,
        "invitationEndsAt": "2023-08-10T12:32:00+00:00",
        "availableActions": ["RESEND_INVITATION", *CHANGE],
    }
    closed = await act(
        MANAGER, "revokeAccount", "account { state availableActions }", accountId=node_id("Account", boss.id)
    )
    assert closed["account"] == {"state": "CLOSED", "availableActions": []}
    assert [account["name"] for account in await accounts(company[2].actor)] == ["Léa Marchand", "nouveau@editeur.fr"]


async def test_a_right_is_changed_and_an_invitation_sent_again(company: Company) -> None:
    _, boss, reader = company
    changed = await act(
        boss.actor, "changeAccountRight", "account { right }", accountId=node_id("Account", reader.id), right="CONFIRM"
    )
    assert changed["account"] == {"right": "CONFIRM"}
    refused = await act(boss.actor, "resendInvitation", "account { id }", accountId=node_id("Account", reader.id))
    assert [fault["code"] for fault in refused["fieldErrors"]] == ["NOT_INVITED"]


async def test_a_refusal_says_what_stands_against_it(company: Company) -> None:
    _, boss, reader = company
    denied = await act(reader.actor, "inviteAccount", "account { id }", email="a@b.fr", right="READ")
    assert denied["__typename"] == "PermissionDeniedError"
    last = await act(boss.actor, "revokeAccount", "account { id }", accountId=node_id("Account", boss.id))
    assert [fault["code"] for fault in last["fieldErrors"]] == ["LAST_TO_CONFIRM"]
    stranger = await make_user(await make_supplier())
    unknown = await act(stranger.actor, "revokeAccount", "account { id }", accountId=node_id("Account", boss.id))
    assert unknown["__typename"] == "NotFoundError"


async def test_sessions_are_listed_and_ended_by_whoever_they_belong_to(company: Company) -> None:
    _, boss, reader = company
    for user, secret in ((boss, "ici"), (boss, "ailleurs"), (reader, "autre")):
        await Session.create(
            digest=digest(secret), user=user, address="192.0.2.7", agent="Firefox/140.0 Windows",
            created_at=NOW, seen_at=NOW, expires_at=NOW.replace(hour=23),
        )  # fmt: skip
    here, there, foreign = [(await Session.get(digest=digest(each))).public_id for each in ("ici", "ailleurs", "autre")]

    async def ask(document: str, **variables: Any) -> Any:
        context = Context(actor=boss.actor, as_of=NOW, session=here)
        result = await schema.execute(document, variable_values=variables, context_value=context)
        assert result.errors is None
        assert result.data is not None
        return result.data

    listed = (await ask(SESSIONS))["viewer"]["sessions"]
    assert {(each["id"], each["current"]) for each in listed} == {(here, True), (there, False)}
    assert {each["browser"] for each in listed} == {"Firefox sur Windows"}
    revoke = "mutation R($id: ID!) { revokeSession(input: {sessionId: $id}) { __typename } }"
    assert (await ask(revoke, id=foreign))["revokeSession"]["__typename"] == "NotFoundError"
    assert (await ask(revoke, id=there))["revokeSession"]["__typename"] == "RevokeSessionSuccess"
    all_others = "mutation { revokeSessions(input: {}) { ... on RevokeSessionsSuccess { sessions { id } } } }"
    assert (await ask(all_others))["revokeSessions"] == {"sessions": [{"id": here}]}
    every = all_others.replace("{}", "{exceptCurrent: false}")
    assert (await ask(every))["revokeSessions"] == {"sessions": []}
    assert await Session.all().count() == 1


async def test_accounts_cost_the_same_for_many_suppliers_and_colleagues(company: Company) -> None:
    document = "{ requests(first: 50) { nodes { dossier { supplier { accounts { name availableActions } } } } } }"
    await make_request()
    with statements() as few:
        await data(MANAGER, document)
    for _ in range(3):
        request = await make_request()
        await make_user(await Supplier.get(id=request.dossier.supplier_id))
    with statements() as many:
        await data(MANAGER, document)
    assert len(many) == len(few)
