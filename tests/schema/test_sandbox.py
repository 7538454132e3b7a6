"""A sandbox has two mutations more, and everything else word for word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, find_breaking_changes

import schema
from models.actors import Actor
from models.typography import french
from schema.context import Context
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, send_back, supplier_of

API = build_schema(schema.print_sdl())
SANDBOX = build_schema(schema.print_sdl(sandbox=True))
TRIED = schema.build(sandbox=True)
OWN = {"TravelStop", "TravelToInput", "TravelToSuccess", "TravelToResult", "ResetSandboxSuccess", "ResetSandboxResult"}
TRAVEL = """mutation ($input: TravelToInput!) { travelTo(input: $input) { __typename
  ... on TravelToSuccess { modification { outcome remindedAt closesAt request { status } } }
  ... on Error { message }
  ... on ValidationError { fieldErrors { field code } }
} }"""
RESET = """mutation { resetSandbox { __typename
  ... on ResetSandboxSuccess { putAside dossiers { number } } ... on Error { message } } }"""


@pytest.fixture(autouse=True)
def in_a_sandbox(setting: Callable[[str, object], None]) -> None:
    setting("sandbox", True)


async def tried(actor: Actor, document: str, **variables: Any) -> Any:
    context = Context(actor=actor, as_of=NOW + timedelta(minutes=1))
    result = await TRIED.execute(document, variable_values=variables, context_value=context)
    assert result.errors is None, result.errors
    assert result.data is not None
    [answer] = result.data.values()
    return answer


def mutations_of(api: Any) -> set[str]:
    root = api.mutation_type
    assert isinstance(root, GraphQLObjectType)
    return set(root.fields)


def test_a_sandbox_adds_two_mutations_and_takes_nothing_away() -> None:
    assert find_breaking_changes(API, SANDBOX) == []
    assert mutations_of(SANDBOX) - mutations_of(API) == {"travelTo", "resetSandbox"}
    assert SANDBOX.type_map.keys() - API.type_map.keys() == OWN


def test_a_portal_in_earnest_knows_nothing_of_them() -> None:
    printed = schema.print_sdl()
    assert [name for name in (*OWN, "travelTo", "resetSandbox") if name in printed] == []


@pytest.mark.parametrize("name", sorted(OWN))
def test_everything_of_a_sandbox_has_a_french_sentence(name: str) -> None:
    kind = SANDBOX.type_map[name]
    parts = [*getattr(kind, "fields", {}).values(), *getattr(kind, "values", {}).values()]
    for sentence in [kind.description, *(part.description for part in parts)]:
        assert sentence
        assert sentence == french(sentence)
        assert sentence.endswith(".")


async def test_an_integrator_sees_the_reminder_and_the_end_of_the_delay_at_once(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = node_id("Modification", (await send_back(request)).id)
    reminded = await tried(supplier, TRAVEL, input={"modificationId": cycle, "to": "REMINDER"})
    assert reminded["modification"]["remindedAt"] == "2023-08-07T12:33:00+00:00"
    assert reminded["modification"]["request"]["status"] == "TO_MODIFY"
    expired = await tried(supplier, TRAVEL, input={"modificationId": cycle, "to": "EXPIRY"})
    assert expired["modification"]["outcome"] == "EXPIRED"
    assert expired["modification"]["request"]["status"] == "IN_REVIEW"


async def test_what_cannot_be_travelled_to_is_a_member_of_the_result(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = node_id("Modification", (await send_back(request)).id)
    last_day, back = ({"modificationId": cycle, "to": to} for to in ("LAST_DAY", "REMINDER"))
    assert (await tried(READER, TRAVEL, input=back))["__typename"] == "PermissionDeniedError"
    assert (await tried(supplier, TRAVEL, input=back | {"modificationId": "x"}))["__typename"] == "NotFoundError"
    await tried(supplier, TRAVEL, input=last_day)
    assert (await tried(supplier, TRAVEL, input=back))["fieldErrors"] == [{"field": "to", "code": "PASSED"}]
    await tried(MANAGER, TRAVEL, input={"modificationId": cycle, "to": "EXPIRY"})
    assert (await tried(MANAGER, TRAVEL, input=back))["__typename"] == "ActionNotAllowedError"


async def test_a_reset_answers_what_there_is_now(db: str) -> None:
    mine, other = await make_request(), await make_request()
    assert (await tried(READER, RESET))["__typename"] == "PermissionDeniedError"
    assert await tried(await supplier_of(mine), RESET) == {
        "__typename": "ResetSandboxSuccess",
        "putAside": 1,
        "dossiers": [],
    }
    assert other.dossier.number in str(await tried(MANAGER, "{ dossiers { nodes { number } } }"))
    assert (await tried(MANAGER, RESET))["putAside"] == 1
    assert await tried(MANAGER, "{ dossiers { nodes { number } } }") == {"nodes": []}
