"""Hostile documents: each refused with its code, and only so much of it read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import get_introspection_query, parse

from schema import documents, schema
from schema.coded_errors import CodedError
from schema.cost import LISTED, Measure
from schema.documents import MOST_FAULTS
from schema.limits import LIMITS, Limit, price
from settings import settings
from tests.factories import MANAGER, READER
from tests.schema.asking import ask, code_of
from tests.schema.hostile import HOSTILE, bomb
from web.client import read_operations

Setting = Callable[[str, object], None]
GRAPHQL = schema._schema


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_asks_for_too_much_is_refused_with_its_code(name: str) -> None:
    document, code = HOSTILE[name]
    assert await code_of(MANAGER, document) == code


async def test_a_refusal_tells_how_much_may_be() -> None:
    result = await ask(MANAGER, HOSTILE["more aliases than may be"][0])
    [error] = [error.formatted for error in result.errors or []]
    assert error["message"] == "Requête trop grande\u00a0: 31 alias, pour 30 au plus."
    assert (error["extensions"]["limit"], error["extensions"]["found"]) == (30, 31)
    assert result.data is None


@pytest.mark.parametrize("levels", [10, 20, 23])
def test_a_fragment_is_read_once_however_often_it_is_spread(levels: int) -> None:
    tree = parse(bomb(levels))
    measure = Measure(GRAPHQL, tree, {}, deepest=100)
    size = measure.operation(tree.definitions[0])  # type: ignore[arg-type]
    assert size.fields == 2 * 2**levels
    assert measure.visited == 1 + 2 * levels + 2


def points(document: str, **variables: object) -> int:
    return price(GRAPHQL, document, None, variables, known=True)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 1),
        ("{ viewer { name role } }", 1),
        ("{ viewer { supplier { legalName } } }", 2),
        ("{ documentTypes { code } }", LISTED),
        ("{ requests { nodes { id } } }", 1 + 20),
        ("{ requests(first: 3) { edges { node { id } cursor } pageInfo { endCursor } } }", 1 + 3 * 2 + 1),
        ("{ requests(first: 3) { nodes { dossier { number } } } }", 1 + 3 * 2),
        ("{ requests(first: 3) { nodes { versions(first: 5) { nodes { id } } } } }", 1 + 3 * (1 + 1 + 5)),
        ("{ requests(first: 3) { ...P } } fragment P on FundingRequestConnection { nodes { id } }", 1 + 3),
        ("{ requests(first: 2000000000) { nodes { id } } }", 1 + 100),
        ('{ __type(name: "Query") { name fields { name } } }', 500 + 2),
        ("{ __schema { a: types { n: name } b: types { name } } }", 500 + 1 + 2 * 5_001),
        ("query Q($n: Int) { requests(first: $n) { nodes { id } } }", 1 + 20),
        ("query Q($n: Int = 7) { requests(first: $n) { nodes { id } } }", 1 + 7),
        ('mutation { markPaid(input: {requestId: "x"}) { __typename } }', 10 + 1),
        (
            "mutation M($i: MarkPaidInput!) {"
            " a: markPaid(input: $i) { __typename } b: markPaid(input: $i) { __typename } }",
            22,
        ),
    ],
)
def test_an_operation_costs_a_point_for_each_object_that_it_may_return(document: str, expected: int) -> None:
    assert points(document) == expected


@pytest.mark.parametrize(("given", "expected"), [(5, 6), (5.0, 6), (10**12, 101), (-1, 21), ("x", 21), (None, 21)])
def test_the_size_of_a_page_may_come_with_the_variables(given: object, expected: int) -> None:
    assert points("query Q($n: Int) { requests(first: $n) { nodes { id } } }", n=given) == expected


def test_every_operation_of_the_pages_is_within_the_limits() -> None:
    for name, document in read_operations().items():
        assert price(GRAPHQL, document, name, {}, known=True) <= settings.max_query_points / 2, name


async def test_few_of_many_faults_are_told() -> None:
    wrong = [f"MODIFICATION_{n}" for n in range(900)]
    inline = await ask(MANAGER, f"{{ journal(filter: {{kinds: [{' '.join(wrong)}]}}) {{ nodes {{ kind }} }} }}")
    document = "query($filter: JournalFilter) { journal(filter: $filter) { nodes { kind } } }"
    by_variables = await ask(MANAGER, document, filter={"kinds": wrong})
    for result, code in ((inline, "GRAPHQL_VALIDATION_FAILED"), (by_variables, "BAD_USER_INPUT")):
        assert result.errors is not None
        assert len(result.errors) == MOST_FAULTS + 1
        assert {(error.extensions or {})["code"] for error in result.errors} == {code}


async def test_introspection_is_for_who_is_known() -> None:
    deep = get_introspection_query()
    for document in (
        deep,
        '{ __type(name: "Query") { name } }',
        "{ ...A } fragment A on Query { __schema { __typename } }",
    ):
        assert await code_of(None, document) == "INTROSPECTION_DISABLED"
        assert (await ask(READER, document)).errors is None
    assert (await ask(None, "{ __typename }")).data == {"__typename": "Query"}


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.setting)
def test_each_limit_is_a_setting(limit: Limit, setting: Setting) -> None:
    document = "query Q { a: viewer { name @skip(if: false) } requests(first: 2) { nodes { id } } }"
    assert points(document)
    for each in LIMITS:
        setting(each.setting, 10**6)
    setting(limit.setting, 0)
    if limit.setting == "max_query_mutations":
        document = 'mutation { markPaid(input: {requestId: "x"}) { __typename } }'
    with pytest.raises(CodedError) as refused:
        points(document)
    assert refused.value.code == limit.code


def test_what_is_too_long_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_parse", lambda *_: pytest.fail("read"))
    with pytest.raises(CodedError, match="trop longue"):
        documents.parsed("#" * (settings.max_query_characters + 1))


async def test_only_short_documents_that_are_valid_are_kept() -> None:
    kept = [documents._parse, documents._validate]
    for cache in kept:
        cache.cache_clear()
    assert await code_of(MANAGER, "{ nowhere }#" + " " * documents.LONGEST_CACHED) == "GRAPHQL_VALIDATION_FAILED"
    assert [cache.cache_info().currsize for cache in kept] == [0, 0]
    assert (await ask(MANAGER, "{ __typename }")).errors is None
    assert [cache.cache_info().currsize for cache in kept] == [1, 1]


def test_no_stock_limiter_is_used() -> None:
    """They read fragments again at every spread: a small document keeps them busy for hours."""
    sources = " ".join(file.read_text() for file in Path("schema").glob("*.py"))
    assert "QueryDepthLimiter" not in sources
    assert "MaxAliasesLimiter" not in sources
