"""What goes wrong: refusals in the result, the rest at the top with a code, bugs behind a number."""

import sqlite3
from datetime import timedelta
from unittest.mock import Mock

import pytest
from asyncpg.exceptions import AdminShutdownError, InternalClientError
from structlog.testing import capture_logs
from tortoise.exceptions import OperationalError

from resolvers import storage, visibility
from schema.coded_errors import CodedError
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, make_supplier, make_user, send_back, supplier_of
from tests.schema.asking import act, ask, code_of, data

FIELDS = [
    "{ viewer { name } }",
    '{ node(id: "x") { id } }',
    '{ dossier(number: "x") { id } }',
    "{ dossiers { nodes { id } } }",
    "{ requests { nodes { id } } }",
    "{ documentTypes { code } }",
    '{ importFaults(document: "{}", fileNames: []) { code } }',
    "{ supportMessages { nodes { id } } }",
    "{ events { nodes { id } } }",
    'mutation { markPaid(input: {requestId: "x"}) { __typename } }',
]


@pytest.mark.parametrize("query", FIELDS)
async def test_nobody_reads_or_acts_without_signing_in(query: str) -> None:
    assert await code_of(None, query) == "UNAUTHENTICATED"


async def test_a_comment_that_says_nothing_is_refused_beside_its_field(db: str) -> None:
    request = await make_request()
    answer = await act(
        MANAGER,
        "requestModification",
        "modification { id }",
        requestId=node_id("FundingRequest", request.id),
        comment=" ",
    )
    assert answer["__typename"] == "ValidationError"
    assert [fault["field"] for fault in answer["fieldErrors"]] == ["comment"]


async def test_a_script_as_contact_is_refused_beside_its_field(db: str) -> None:
    request = await make_request()
    cycle = await send_back(request)
    answer = await act(
        await supplier_of(request),
        "changeSupportContact",
        "modification { id }",
        modificationId=node_id("Modification", cycle.id),
        supportContact="javascript:alert(1)",
    )
    assert [fault["field"] for fault in answer["fieldErrors"]] == ["supportContact"]


async def test_an_action_out_of_its_time_says_what_is_possible_now(db: str) -> None:
    request = await make_request()
    cycle = await send_back(request)
    answer = await act(MANAGER, "validateRequest", "request { id }", requestId=node_id("FundingRequest", request.id))
    assert answer["__typename"] == "ActionNotAllowedError"
    assert answer["status"] == "TO_MODIFY"
    assert answer["availableActions"] == ["CANCEL_MODIFICATION", "EXTEND_DEADLINE"]
    late = await act(
        await supplier_of(request),
        "confirmModification",
        "modification { id }",
        as_of=cycle.closes_at,
        modificationId=node_id("Modification", cycle.id),
    )
    assert late["__typename"] == "ActionNotAllowedError"
    assert late["status"] == "IN_REVIEW"
    assert late["availableActions"] == ["CONTACT_SUPPORT"]


async def test_a_supplier_may_not_validate(db: str) -> None:
    request = await make_request()
    answer = await act(
        await supplier_of(request),
        "validateRequest",
        "request { id }",
        requestId=node_id("FundingRequest", request.id),
    )
    assert answer["__typename"] == "PermissionDeniedError"


async def test_a_token_for_reading_may_not_write(db: str) -> None:
    request = await make_request()
    cycle = await send_back(request)
    answer = await act(
        READER, "confirmModification", "request { id }", modificationId=node_id("Modification", cycle.id)
    )
    assert answer["__typename"] == "PermissionDeniedError"


async def test_another_supplier_s_modification_is_as_unknown_as_any(db: str) -> None:
    cycle = await send_back(await make_request())
    stranger = (await make_user(await make_supplier())).actor
    ids = [
        node_id("Modification", cycle.id),
        node_id("FundingRequest", cycle.request_id),
        node_id("Modification", cycle.request_id),
        "",
        "pas un identifiant",
        "TW9kaWZpY2F0aW9uOmluY29ubnU=",
        "\ud800",
    ]
    answers = [
        await act(stranger, "confirmModification", "request { id }", modificationId=modification_id)
        for modification_id in ids
    ]
    assert answers[0]["__typename"] == "NotFoundError"
    assert all(answer == answers[0] for answer in answers)


async def test_who_edited_second_is_given_the_current_draft(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = node_id("Modification", (await send_back(request)).id)
    for contact in ("premier@exemple.fr", "deuxieme@exemple.fr"):
        await act(supplier, "changeSupportContact", "modification { id }", modificationId=cycle, supportContact=contact)
    document = """mutation Confirm($input: ConfirmModificationInput!) { confirmModification(input: $input) {
        ... on StaleError { message current { id draft { revision supportContact } } } } }"""
    answer = await data(supplier, document, input={"modificationId": cycle, "basedOn": 1})
    assert answer["confirmModification"]["current"] == {
        "id": cycle,
        "draft": {"revision": 2, "supportContact": "deuxieme@exemple.fr"},
    }


async def test_a_second_mutation_of_a_document_reads_what_the_first_wrote(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = node_id("Modification", (await send_back(request)).id)
    document = """mutation Twice($one: ChangeSupportContactInput!, $two: ConfirmModificationInput!) {
        one: changeSupportContact(input: $one) {
          ... on ChangeSupportContactSuccess { modification { request { currentVersion { rank } } } } }
        two: confirmModification(input: $two) { ... on ConfirmModificationSuccess {
            version { rank } request { status currentVersion { supportContact } } } } }"""
    answer = await data(
        supplier,
        document,
        one={"modificationId": cycle, "supportContact": "test123@gmail.com"},
        two={"modificationId": cycle},
    )
    assert answer["one"]["modification"]["request"]["currentVersion"] == {"rank": 0}
    assert answer["two"]["version"] == {"rank": 1}
    assert answer["two"]["request"]["currentVersion"] == {"supportContact": "test123@gmail.com"}


async def test_a_bug_shows_a_number_and_is_logged_whole(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(actor: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(visibility, "visible_dossiers", broken)
    with capture_logs() as logs:
        result = await ask(MANAGER, "{ dossiers { nodes { id } } }")
    assert result.errors is not None
    shown = result.errors[0].formatted
    assert shown["extensions"]["code"] == "INTERNAL_ERROR"
    assert shown["extensions"]["number"] in shown["message"]
    assert "secret" not in str(shown)
    assert [(line["number"], str(line["exc_info"])) for line in logs] == [
        (shown["extensions"]["number"], "secret of the house")
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError(sqlite3.OperationalError("database is locked")), "SERVICE_UNAVAILABLE"),
        (AdminShutdownError("secret of the house"), "SERVICE_UNAVAILABLE"),
        (InternalClientError("cannot switch to state 12; another operation (2) is in progress"), "SERVICE_UNAVAILABLE"),
        (ConnectionRefusedError("secret of the house"), "SERVICE_UNAVAILABLE"),
        (storage.Unavailable("secret of the house"), "SERVICE_UNAVAILABLE"),
        (storage.Full("secret of the house"), "STORAGE_FULL"),
        (OperationalError("database or disk is full"), "STORAGE_FULL"),
        (OperationalError("no such table: secret"), "INTERNAL_ERROR"),
    ],
)
async def test_what_may_soon_be_back_is_told_as_such(
    db: str, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    monkeypatch.setattr(visibility, "visible_dossiers", Mock(side_effect=error))
    with capture_logs() as logs:
        result = await ask(MANAGER, "{ dossiers { nodes { id } } }")
    [told] = result.errors or []
    assert isinstance(told, CodedError)
    assert (told.code, told.headers.get("Retry-After")) == (code, None if code == "INTERNAL_ERROR" else "30")
    assert str(error) not in told.message
    assert [(line["number"], line["exc_info"]) for line in logs] == [(told.told["requestNumber"], error)]


async def test_a_mistake_in_a_query_is_explained(db: str) -> None:
    result = await ask(MANAGER, "{ viewer { nom } }")
    assert result.errors is not None
    assert "nom" in result.errors[0].message


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ viewer { nom } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query Q($n: Int!) { requests(first: $n) { nodes { id } } }", "BAD_USER_INPUT"),
        ("{ requests(first: 0) { nodes { id } } }", "BAD_USER_INPUT"),
        ('{ __type(name: "Query") { name } }', "INTROSPECTION_DISABLED"),
        ("{ viewer { name } }", "UNAUTHENTICATED"),
    ],
)
async def test_the_number_that_is_told_is_in_the_log_with_its_code(db: str, query: str, code: str) -> None:
    with capture_logs() as logs:
        result = await ask(None if code in {"INTROSPECTION_DISABLED", "UNAUTHENTICATED"} else MANAGER, query)
    [told] = [error.extensions or {} for error in result.errors or []]
    assert told["code"] == code
    assert [(line["number"], line["code"]) for line in logs] == [(told["requestNumber"], code)]


async def test_a_number_that_python_does_not_read_is_the_document_s_fault() -> None:
    result = await ask(MANAGER, "{ requests(first: %s) { nodes { id } } }" % ("9" * 5_000))
    [error] = result.errors or []
    assert (error.extensions or {})["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error.message == "Expected value of type 'Int'"
    assert error.locations


async def test_only_who_is_signed_in_is_helped_with_names() -> None:
    for actor, helped in ((None, False), (MANAGER, True), (None, False)):
        result = await ask(actor, "{ viewer { nam } }")
        assert result.errors is not None
        assert ("Did you mean" in result.errors[0].message) is helped


async def test_a_query_as_deep_as_may_be_is_answered(db: str) -> None:
    await make_request()
    deep = "{ requests { nodes " + "{ dossier { balance " * 11 + "{ kind }" + " } }" * 11 + " } }"
    node = (await data(MANAGER, deep))["requests"]["nodes"][0]
    for _ in range(11):
        node = node["dossier"]["balance"]
    assert node == {"kind": "BALANCE"}
    deeper = deep.replace("{ kind }", "{ dossier { number } }")
    assert await code_of(MANAGER, deeper) == "QUERY_TOO_DEEP"
    assert await code_of(MANAGER, "{" + " viewer {" * 900 + "}" * 900 + "}") == "QUERY_TOO_DEEP"


async def test_exactly_one_expected_change_is_named_at_a_time() -> None:
    document = "mutation M($input: RequestModificationInput!) { requestModification(input: $input) { __typename } }"
    for wrong in ({}, {"field": "SUPPORT_CONTACT", "documentType": "AUTRE_S"}, {"field": None}):
        given = {"requestId": "x", "comment": "c", "expectedChanges": [wrong]}
        assert (await ask(MANAGER, document, input=given)).errors is not None


async def test_an_instant_without_offset_is_refused(db: str) -> None:
    document = "query Q($at: DateTime!) { requests(filter: {updatedSince: $at}) { nodes { id } } }"
    for wrong in ("2023-08-07T14:32:00", "2023-08-07", "hier", 3, "0001-01-01T00:00:00+14:00"):
        result = await ask(MANAGER, document, at=wrong)
        assert result.errors is not None, wrong
        assert "décalage" in result.errors[0].message
    inline = '{ requests(filter: {updatedSince: "2023-08-07T14:32:00"}) { nodes { id } } }'
    [told] = (await ask(MANAGER, inline)).errors or []
    assert (told.locations or [])[0].column == inline.index('"') + 1
    assert await data(MANAGER, document, at="2023-08-07T14:32:00+02:00") == {"requests": {"nodes": []}}
    assert await data(MANAGER, inline.replace('00"', '00+02:00"')) == {"requests": {"nodes": []}}


async def test_a_day_that_does_not_exist_is_refused() -> None:
    document = "mutation M($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { __typename } }"
    result = await ask(MANAGER, document, input={"modificationId": "x", "closesOn": "2023-02-30", "reason": "r"})
    assert result.errors is not None
    assert "n’est pas un jour" in result.errors[0].message


async def test_instants_are_given_in_utc_and_amounts_with_two_decimals(db: str) -> None:
    request = await make_request()
    await send_back(request, as_of=NOW + timedelta(microseconds=250))
    answer = await data(
        MANAGER, "{ requests { nodes { modification { openedAt } amounts { commitmentRetained advanceDecided } } } }"
    )
    [node] = answer["requests"]["nodes"]
    assert node["modification"]["openedAt"] == "2023-08-07T12:32:00.000250+00:00"
    assert node["amounts"] == {"commitmentRetained": "100000.00", "advanceDecided": "0.00"}
