"""Tokens by the API: issued and listed by managers, seen by the supplier, and by themselves."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from models import ApiToken
from models.actors import AccountRight, TokenScope
from resolvers.tokens import authenticate_token
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_supplier, make_token, make_user
from tests.schema.asking import data, statements
from tests.schema.test_accounts import act

pytestmark = pytest.mark.usefixtures("db")

TOKEN = """id name hint scopes state createdAt expiresAt lastUsedAt revokedAt revocable
  supplier { legalName } issuedBy { role name }"""
LISTED = f"{{ tokens {{ nodes {{ {TOKEN} }} }} }}"


async def test_a_manager_issues_a_token_whose_secret_is_told_once() -> None:
    supplier, manager = await make_supplier(), await make_user(None)
    issued = await act(
        manager.actor,
        "issueToken",
        f"secret token {{ {TOKEN} }}",
        name="  LOGI 4 ",
        scopes=["WRITE"],
        supplierId=node_id("Supplier", supplier.id),
        expiresOn="2023-12-31",
    )
    secret, token = issued["secret"], issued["token"]
    assert token == {
        "id": token["id"],
        "name": "LOGI 4",
        "hint": f"solde_…{secret[-4:]}",
        "scopes": ["READ", "WRITE"],
        "state": "VALID",
        "createdAt": "2023-08-07T12:32:00+00:00",
        "expiresAt": "2023-12-31T23:00:00+00:00",
        "lastUsedAt": None,
        "revokedAt": None,
        "revocable": True,
        "supplier": {"legalName": "GARAGE POULAT"},
        "issuedBy": {"role": "MANAGER", "name": "Camille Martin"},
    }
    software = await authenticate_token(secret, as_of=NOW)
    assert (software.supplier_id, software.right) == (supplier.id, AccountRight.CONFIRM)
    [again] = (await data(manager.actor, LISTED))["tokens"]["nodes"]
    assert again == token | {"lastUsedAt": "2023-08-07T12:32:00+00:00"}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"scopes": []}, ("scopes", "REQUIRED")),
        ({"scopes": ["WRITE"]}, ("scopes", "INVALID")),
        ({"scopes": ["MANAGE"]}, ("scopes", "NOT_AVAILABLE")),
        ({"name": ""}, ("name", "INVALID")),
        ({"expiresOn": "2023-08-06"}, ("expiresOn", "INVALID")),
    ],
)
async def test_what_cannot_be_issued_is_said_field_by_field(given: dict[str, object], fault: tuple[str, str]) -> None:
    refused = await act(MANAGER, "issueToken", "secret", **({"name": "Logiciel", "scopes": ["READ"]} | given))
    assert [(each["field"], each["code"]) for each in refused["fieldErrors"]] == [fault]
    assert not await ApiToken.exists()


async def test_a_token_for_a_supplier_that_is_none_is_not_issued() -> None:
    given = {"name": "Logiciel", "scopes": ["READ"], "supplierId": node_id("Supplier", uuid4())}
    assert (await act(MANAGER, "issueToken", "secret", **given))["__typename"] == "NotFoundError"


async def test_a_supplier_sees_its_tokens_without_the_managers_name_and_revokes_one() -> None:
    supplier = await make_supplier()
    boss, editor = await make_user(supplier), await make_user(supplier, right=AccountRight.EDIT)
    await make_token(scopes=[TokenScope.WRITE], supplier=supplier, actor=MANAGER)
    await make_token(name="De tous")
    [token] = (await data(boss.actor, LISTED))["tokens"]["nodes"]
    assert (token["issuedBy"]["name"], token["revocable"]) == ("Gestionnaire ASP", True)
    assert (await data(editor.actor, LISTED))["tokens"]["nodes"] == []
    for _ in range(2):
        revoked = await act(boss.actor, "revokeToken", "token { state revocable }", tokenId=token["id"])
        assert revoked["token"] == {"state": "REVOKED", "revocable": False}
    denied = await act(boss.actor, "issueToken", "secret", name="Logiciel", scopes=["READ"])
    assert denied["__typename"] == "PermissionDeniedError"


async def test_a_token_knows_itself_and_no_other() -> None:
    supplier = await make_supplier()
    end = NOW + timedelta(days=30)
    software = await authenticate_token(await make_token(supplier=supplier, expires_at=end), as_of=NOW)
    await make_token(name="Un autre", supplier=supplier)
    asked = "{ viewer { token { id name scopes expiresAt revocable } } tokens { nodes { name } } }"
    told = await data(software, asked)
    own = told["viewer"]["token"]
    assert own == {
        "id": own["id"],
        "name": "Logiciel",
        "scopes": ["READ"],
        "expiresAt": "2023-09-06T12:32:00+00:00",
        "revocable": False,
    }
    assert told["tokens"]["nodes"] == [{"name": "Logiciel"}]
    node = await data(software, "query N($id: ID!) { node(id: $id) { ... on ApiToken { name } } }", id=own["id"])
    assert node == {"node": {"name": "Logiciel"}}
    assert (await data((await make_user(supplier)).actor, asked))["viewer"]["token"] is None


async def test_a_page_of_tokens_goes_on_after_its_last_and_costs_the_same_for_many() -> None:
    supplier = await make_supplier()
    query = "query T($after: String) { tokens(first: 2, after: $after) { nodes { name supplier { siret } } "
    query += "pageInfo { hasNextPage endCursor } } }"
    names: list[str] = []
    counts: set[int] = set()
    for number in range(5):
        await make_token(name=str(number), supplier=supplier, as_of=NOW + timedelta(minutes=number))
    after, more = None, True
    while more:
        with statements() as ran:
            page = (await data(MANAGER, query, after=after))["tokens"]
        counts.add(len(ran))
        names += [token["name"] for token in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert names == ["4", "3", "2", "1", "0"]
    assert counts == {1}
