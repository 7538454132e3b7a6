"""Connections: pages of lists that grow, with opaque cursors."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.dossiers import LONGEST_NUMBER
from models.text import storable
from resolvers.pages import KeyType, Order, Page, Position, Rank, page
from schema.coded_errors import BadUserInput
from schema.context import Context

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)

LARGEST_PAGE = 100

First: TypeAlias = Annotated[int | None, strawberry.argument(description="Nombre d’éléments demandés, de 1 à 100.")]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Curseur après lequel continuer ; absent : depuis le début.")
]


@strawberry.type(description="Où l’on en est dans une liste.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="D’autres éléments suivent.")
    has_previous_page: bool = strawberry.field(description="D’autres éléments précèdent.")
    start_cursor: str | None = strawberry.field(description="Curseur du premier élément de la page.")
    end_cursor: str | None = strawberry.field(
        description="Curseur du dernier élément ; sur une page vide, celui qui a été donné, pour reprendre plus tard."
    )


@strawberry.type(description="Un élément d’une liste, avec son curseur.")
class Edge(Generic[Item]):
    node: Item = strawberry.field(description="L’élément.")
    cursor: str = strawberry.field(description="Son curseur, à donner à « after » pour continuer après lui.")


@strawberry.type(description="Une page d’une liste.")
class Connection(Generic[Item]):
    nodes: list[Item] = strawberry.field(description="Les éléments de la page.")
    edges: list[Edge[Item]] = strawberry.field(description="Les mêmes, avec leurs curseurs.")
    page_info: PageInfo = strawberry.field(description="Où l’on en est dans la liste.")

    @classmethod
    def of(cls, page: Page[Any], order: Order, after: str | None, present: Callable[[Any], Item]) -> Connection[Item]:
        """The page as callers read it."""
        edges = [
            Edge(node=present(row), cursor=cursor_of(order, position))
            for row, position in zip(page.rows, page.positions, strict=True)
        ]
        info = PageInfo(
            has_next_page=page.has_next,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else after,
        )
        return cls(nodes=[edge.node for edge in edges], edges=edges, page_info=info)


@dataclass(frozen=True)
class Listing(Generic[Row, Item]):
    """A list that each request has: `present` says how one of its rows is read, `size` how many come by default."""

    model: type[Row]
    order: Order
    present: Callable[[Row, Context], Item]
    size: int = 20

    async def page(self, request_id: UUID, context: Context, first: int | None, after: str | None) -> Connection[Item]:
        """A page of one request's list, loaded together with the same page of the others'."""
        wanted = page_size(first, self.size)
        loader = context.loaders.page(self.model.all(), self.order, wanted, position(after, self.order))
        found = await loader.load(request_id)
        return Connection.of(found, self.order, after, lambda row: self.present(row, context))


async def read_page(
    rows: QuerySet[Row],
    order: Order,
    first: int | None,
    after: str | None,
    present: Callable[[Row], Item],
    *,
    size: int = 20,
) -> Connection[Item]:
    """A page of a list that stands by itself."""
    found = await page(rows, order, page_size(first, size), position(after, order))
    return Connection.of(found, order, after, present)


def page_size(first: int | None, default: int) -> int:
    """How many elements are wanted."""
    size = default if first is None else first
    if not 1 <= size <= LARGEST_PAGE:
        raise BadUserInput(f"« first » va de 1 à {LARGEST_PAGE}.")
    return size


def position(after: str | None, order: Order) -> Position | None:
    """The place that a cursor of this order names."""
    if after is None:
        return None
    try:
        name, part, *texts = json.loads(urlsafe_b64decode(after.encode("ascii")))
        kinds = order.parts[part].columns.values()
        values = tuple(_READERS[kind](text) for kind, text in zip(kinds, texts, strict=True))
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError):
        name = None
    if name != order.name or part < 0:
        raise BadUserInput("Ce curseur n’est pas celui de cette liste. Reprenez depuis le début.")
    return Position(part, values)


def cursor_of(order: Order, position: Position) -> str:
    """The opaque name of a place in that order."""
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in position.values]
    return urlsafe_b64encode(json.dumps([order.name, position.part, *texts]).encode()).decode()


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant.astimezone(UTC)


def _number(text: str, end: int) -> int:
    number = int(text)
    if not 0 <= number < end:
        raise ValueError("not a number of the database")
    return number


def _dossier_number(text: str) -> str:
    if storable(text, LONGEST_NUMBER) != text:
        raise ValueError("not a number of a dossier")
    return text


_READERS: dict[KeyType, Callable[[str], Any]] = {
    datetime: _instant,
    date: date.fromisoformat,
    UUID: UUID,
    Rank: partial(_number, end=2**31),
    int: partial(_number, end=2**63),
    str: _dossier_number,
}
