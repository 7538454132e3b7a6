"""Keyset pages: a list is read onwards from the last row seen, on an index, however long it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise.expressions import Q, RawSQL
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.database import connection

Row = TypeVar("Row", bound=Model)
KeyType = type[datetime] | type[date] | type[UUID] | type[int] | type[str]


class Rank(int):
    """A number of a column of 32 bits; a plain int stands in one of 64."""


@dataclass(frozen=True)
class Part:
    """Rows in the order of `columns`, the last of which is unique; `where` says which rows they are."""

    columns: Mapping[str, KeyType]
    where: Q = field(default_factory=Q)


@dataclass(frozen=True)
class Order:
    """A total order of a list: its parts follow one another. `name` tells its cursors from another list's."""

    name: str
    parts: tuple[Part, ...]
    descending: bool = False

    @classmethod
    def by(cls, name: str, *, descending: bool = False, **columns: KeyType) -> Order:
        """The order of one index."""
        return cls(name, (Part(columns),), descending)


@dataclass(frozen=True)
class Position:
    """The place of one row in an order."""

    part: int
    values: tuple[datetime | date | UUID | int | str, ...]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list with their places, and whether more follow."""

    rows: list[Row]
    positions: list[Position]
    has_next: bool


async def page(query: QuerySet[Row], order: Order, first: int, after: Position | None) -> Page[Row]:
    """The first rows of `query` after a place."""
    placed: list[tuple[Position, Row]] = []
    for number in range(after.part if after else 0, len(order.parts)):
        rows = _rows_of_part(query, order, number, after).limit(first + 1 - len(placed))
        placed += [(_position(order, number, row), row) for row in await rows]
        if len(placed) > first:
            break
    return _cut(placed, first)


async def pages_by_parent(
    query: QuerySet[Row], parent: str, parents: Sequence[UUID], order: Order, first: int, after: Position | None
) -> list[Page[Row]]:
    """The first rows after a place for each of `parents`, in two statements however many they are."""
    among = query.filter(**{f"{parent}__in": list(parents)})
    numbered = _rows_of_part(among, order, 0, after).order_by().annotate(place=RawSQL(_row_number(parent, order)))
    ids = numbered.values("id", "place")
    # Tortoise cannot filter on a window function: its own statement is wrapped, its parameters stay parameters.
    statement = f'SELECT "id" FROM ({ids.sql()}) AS "numbered" WHERE "place" <= {first + 1:d}'  # noqa: S608
    found = await connection().execute_query_dict(statement, ids.query.get_parameterized_sql()[1])
    placed: dict[UUID, list[tuple[Position, Row]]] = defaultdict(list)
    for row in await query.filter(id__in=[row["id"] for row in found]).order_by(*_ordering(order, 0)):
        placed[getattr(row, parent)].append((_position(order, 0, row), row))
    return [_cut(placed[key], first) for key in parents]


def _rows_of_part(query: QuerySet[Row], order: Order, number: int, after: Position | None) -> QuerySet[Row]:
    rows = query.filter(order.parts[number].where).order_by(*_ordering(order, number))
    if after is None or after.part != number:
        return rows
    return rows.filter(_beyond(order, after))


def _ordering(order: Order, number: int) -> list[str]:
    return [f"-{column}" if order.descending else column for column in order.parts[number].columns]


def _beyond(order: Order, after: Position) -> Q:
    """The rows after a place: the first column says where the index is entered, the others break its ties."""
    beyond = "lt" if order.descending else "gt"
    columns = list(order.parts[after.part].columns)
    ties = _where(f"{columns[-1]}__{beyond}", after.values[-1])
    for column, value in zip(columns[-2::-1], after.values[-2::-1], strict=True):
        ties = _where(f"{column}__{beyond}e", value) & (_where(f"{column}__{beyond}", value) | ties)
    return ties


def _where(condition: str, value: Any) -> Q:
    return Q(**{condition: value})


def _row_number(parent: str, order: Order) -> str:
    """A window over columns that the code names, never a caller."""
    direction = "DESC" if order.descending else "ASC"
    columns = ", ".join(f'"{column}" {direction}' for column in order.parts[0].columns)
    return f'ROW_NUMBER() OVER (PARTITION BY "{parent}" ORDER BY {columns})'


def _position(order: Order, number: int, row: Any) -> Position:
    return Position(number, tuple(getattr(row, column) for column in order.parts[number].columns))


def _cut(placed: list[tuple[Position, Row]], first: int) -> Page[Row]:
    shown = placed[:first]
    return Page([row for _, row in shown], [position for position, _ in shown], len(placed) > first)
