"""What clients rely on stays: the schema of the last release is still answered, and what will go has its day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest.mock import Mock

import pytest
import strawberry
from graphql import (
    BreakingChange,
    BreakingChangeType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
)

import schema
from models import DeprecatedUse
from models.actors import Actor
from models.deadlines import paris_day
from resolvers.deprecated_uses import forget_uses
from schema.context import Context
from schema.deprecations import CountedDeprecations, deprecated
from tests.conftest import NOW
from tests.factories import MANAGER, make_supplier, make_user
from tests.schema.asking import data

FOLDER = Path(schema.__file__).parent
RELEASED = build_schema((FOLDER / "released.graphql").read_text())
API = build_schema((FOLDER / "schema.graphql").read_text())

REMOVALS = {
    BreakingChangeType.FIELD_REMOVED,
    BreakingChangeType.ARG_REMOVED,
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
}
REMOVAL = re.compile(r"\b(\d{4}-\d{2}-\d{2})\.$")
CHANGES = Path("CHANGELOG.md").read_text()


def removal_day(reason: str) -> date | None:
    """The day with which the reason of a deprecation ends, as in « Demandez « y ». Retiré le 2027-06-01. »."""
    found = REMOVAL.search(reason)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def announced(change: BreakingChange, before: GraphQLSchema, on: date) -> bool:
    """Had the release before said that this would go, and has the day come?"""
    reasons = [deprecated(before)[word] for word in change.description.split(" ") if word in deprecated(before)]
    days = [day for reason in reasons if (day := removal_day(reason))]
    return change.type in REMOVALS and any(day <= on for day in days)


def refused(before: GraphQLSchema, after: GraphQLSchema, on: date) -> Iterator[str]:
    """What would break a client of the release before."""
    for change in find_breaking_changes(before, after):
        if not announced(change, before, on):
            yield change.description
    for danger in find_dangerous_changes(before, after):
        if "default" in danger.description:
            yield danger.description


def test_nothing_breaks_who_relies_on_the_last_release() -> None:
    assert list(refused(RELEASED, API, date.today())) == []  # noqa: DTZ011 - a day is a day: what has come is let go


def test_what_is_deprecated_names_the_day_on_which_it_goes() -> None:
    assert {place: reason for place, reason in deprecated(API).items() if removal_day(reason) is None} == {}


def announcements(changes: str) -> Iterator[tuple[str, date | None]]:
    """The lines of the change log under « Deprecated », each with the day of its release, None before that."""
    for version in re.split(r"^## ", changes, flags=re.MULTILINE)[1:]:
        title, _, text = version.partition("\n")
        released = re.search(r"\d{4}-\d{2}-\d{2}$", title)
        lines = re.search(r"^### Deprecated\n(.*?)(?=^###|\Z)", text, re.MULTILINE | re.DOTALL)
        for line in re.split(r"^- ", lines[1], flags=re.MULTILINE)[1:] if lines else ():
            yield " ".join(line.split()), date.fromisoformat(released[0]) if released else None


def hasty(changes: str) -> list[str]:
    """What goes, or without a day, sooner than six months after the release that says so."""
    return [line for line, released in announcements(changes) if not _has_six_months(removal_day(line), released)]


def _has_six_months(day: date | None, released: date | None) -> bool:
    if day is None or released is None:
        return day is not None
    return (day.year * 12 + day.month - 6, day.day) >= (released.year * 12 + released.month, released.day)


def unannounced(api: GraphQLSchema, changes: str) -> list[str]:
    """What is deprecated and the change log does not name with its day."""
    lines = [(line, removal_day(line)) for line, _ in announcements(changes)]
    return [
        place
        for place, reason in deprecated(api).items()
        if not any(f"`{place}`" in line and day == removal_day(reason) for line, day in lines)
    ]


def test_what_goes_is_announced_in_the_change_log_six_months_before() -> None:
    assert (hasty(CHANGES), unannounced(API, CHANGES)) == ([], [])


def test_a_release_that_announces_too_late_is_refused() -> None:
    soon, late = "- `Query.width`: ask for `size`. Removed on 2027-06-01.", "- `Query.depth`. Removed on 2027-05-31."
    unreleased = (
        f"# Changelog\n\n## [Unreleased]\n\n### Deprecated\n\n{soon}\n{late}\n\n### Removed\n\n- `Query.height`.\n"
    )
    released = unreleased.replace("[Unreleased]", "[0.2.0] - 2026-12-01")
    assert (hasty(unreleased), hasty(released)) == ([], [late.removeprefix("- ")])
    assert hasty(unreleased.replace("2027-05-31", "one day")) == ["`Query.depth`. Removed on one day."]
    assert unannounced(BEFORE, unreleased) == []
    assert unannounced(BEFORE, unreleased.replace("2027-06-01", "2027-07-01")) == ["Query.width"]
    assert unannounced(BEFORE, "## [Unreleased]") == ["Query.width"]


BEFORE = build_schema("""type Query { name(of: Int = 1): String  size: Int
  width: Int @deprecated(reason: "Demandez « size ». Retiré le 2027-06-01.") }""")


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ("name(of: Int = 1): String  size: Int", "Field Query.width was removed."),
        ("name(of: Int = 1): String  width: Int", "Field Query.size was removed."),
        ("name(of: Int = 1): Int  size: Int  width: Int", "Field Query.name changed type from String to Int."),
        (
            "name(of: Int!): String  size: Int  width: Int",
            "Argument Query.name(of:) has changed type from Int to Int!.",
        ),
        ("name(of: Int = 2): String  size: Int  width: Int", "Query.name(of:) has changed defaultValue from 1 to 2."),
    ],
)
def test_a_change_that_breaks_a_client_is_refused(after: str, why: str) -> None:
    assert why in list(refused(BEFORE, build_schema(f"type Query {{ {after} }}"), date(2027, 5, 31)))


def test_what_was_announced_goes_on_its_day_and_what_is_new_may_come() -> None:
    after = build_schema("type Query { name(of: Int = 1, by: Int): String  size: Int  colour: String }")
    assert list(refused(BEFORE, after, date(2027, 6, 1))) == []


def test_a_day_that_is_none_is_no_day() -> None:
    assert removal_day("Retiré le 2027-06-31.") is None
    assert removal_day("Bientôt.") is None


# A schema of old, with something of each sort that goes.


@strawberry.input
class Shape:
    side: int = strawberry.field(default=1)
    edge: int = strawberry.field(default=1, deprecation_reason="Donnez « side ». Retiré le 2027-06-01.")


@strawberry.type(name="Query")
class Old:
    width: int = strawberry.field(default=1, deprecation_reason="Demandez « size ». Retiré le 2027-06-01.")

    @strawberry.field
    def size(self, shape: Shape | None = None) -> int:
        return shape.side if shape else 1


OLD = strawberry.Schema(query=Old, extensions=[CountedDeprecations])


async def asked(actor: Actor | None, document: str, **variables: object) -> None:
    result = await OLD.execute(
        document, variable_values=variables, context_value=Context(actor=actor, as_of=NOW), root_value=Old()
    )
    assert result.errors is None


async def counted() -> dict[str, int]:
    return {use.field: use.times for use in await DeprecatedUse.all()}


async def test_every_use_of_what_goes_is_counted_by_account_and_day(db: str) -> None:
    await asked(MANAGER, "{ size }")
    await asked(None, "{ width }")
    assert await counted() == {}
    await asked(MANAGER, "{ width }")
    await asked(MANAGER, "{ width again: width }")
    await asked(MANAGER, "query ($shape: Shape) { size(shape: $shape) }", shape={"edge": 2})
    await asked(MANAGER, "{ size(shape: {edge: 3}) }")
    assert await counted() == {"Query.width": 2, "Shape.edge": 2}
    [day] = {use.day for use in await DeprecatedUse.all()}
    assert day == paris_day(NOW)
    assert (await forget_uses(day), await forget_uses(date(2023, 8, 8))) == (0, 2)


async def test_what_cannot_be_counted_is_answered_all_the_same(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DeprecatedUse, "filter", Mock(side_effect=OSError("no room")))
    await asked(MANAGER, "{ width }")
    monkeypatch.undo()
    assert await counted() == {}


async def test_managers_read_who_still_asks_for_it_and_nobody_else_does(db: str) -> None:
    user = await make_user(await make_supplier())
    await asked(user.actor, "{ width }")
    await asked(MANAGER, "{ width }")
    wanted = "{ deprecatedUses { nodes { name field day times lastAt } } }"
    nodes = (await data(MANAGER, wanted))["deprecatedUses"]["nodes"]
    assert {node["name"] for node in nodes} == {"Pascal Breton", None}
    assert {(node["field"], node["day"], node["times"]) for node in nodes} == {("Query.width", "2023-08-07", 1)}
    assert (await data(user.actor, wanted))["deprecatedUses"]["nodes"] == []
