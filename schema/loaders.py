"""What nested fields need, loaded for all rows at once: a query runs as many statements for 20 rows as for one."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cached_property, partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import Attachment, Email, Event, FundingRequest, Modification, Supplier, User, Version
from models.allowance import Bound
from models.events import EventKind
from resolvers.allowances import daily_bounds
from resolvers.pages import Order, Page, Position, pages_by_parent
from resolvers.reach import Reach, reach_of

Row = TypeVar("Row", bound=Model)
One: TypeAlias = DataLoader[UUID, Row | None]
Many: TypeAlias = DataLoader[UUID, list[Row]]

# SQLite and PostgreSQL take some 32 000 parameters in one statement.
_LARGEST_BATCH = 10_000


class Loaders:
    """The loaders of one operation, which reads as of one instant; each is made when it is first used."""

    def __init__(self, as_of: datetime) -> None:
        self._as_of = as_of
        self._accounts: Many[User] | None = None
        self._pages: dict[tuple[str, int, Position | None], DataLoader[UUID, Page[Any]]] = {}

    @cached_property
    def suppliers(self) -> One[Supplier]:
        return _by_key(Supplier.all())

    @cached_property
    def requests(self) -> One[FundingRequest]:
        return _by_key(FundingRequest.all().select_related("dossier__supplier"))

    @cached_property
    def emails(self) -> One[Email]:
        return _by_key(Email.all())

    @cached_property
    def resends_of_email(self) -> Many[Email]:
        return _by_parent(Email.all(), "resend_of_id")

    @cached_property
    def reach_of_supplier(self) -> DataLoader[UUID, Reach]:
        """Whom mails to each supplier reach."""

        async def load(keys: list[UUID]) -> list[Reach]:
            reach = await reach_of(keys)
            return [reach[key] for key in keys]

        return DataLoader(load, max_batch_size=_LARGEST_BATCH)

    @cached_property
    def daily_bound_of_supplier(self) -> DataLoader[UUID, Bound]:
        """What each supplier may still send."""

        async def load(keys: list[UUID]) -> list[Bound]:
            bounds = await daily_bounds(keys, self._as_of)
            return [bounds[key] for key in keys]

        return DataLoader(load, max_batch_size=_LARGEST_BATCH)

    @cached_property
    def requests_of_dossier(self) -> Many[FundingRequest]:
        return _by_parent(FundingRequest.all().select_related("dossier__supplier"), "dossier_id")

    @cached_property
    def versions_of_request(self) -> Many[Version]:
        """By rank."""
        return _by_parent(Version.all().order_by("rank"), "request_id")

    @cached_property
    def attachments_of_request(self) -> Many[Attachment]:
        """Those of every version and draft, in their order; not the removed ones."""
        kept = Attachment.filter(removed_at__isnull=True).order_by("position")
        return _by_parent(kept.select_related("upload", "modification"), "request_id")

    @cached_property
    def modifications_of_request(self) -> Many[Modification]:
        """By number."""
        return _by_parent(Modification.all().order_by("number"), "request_id")

    @cached_property
    def extensions_of_request(self) -> Many[Event]:
        """Every putting off of a deadline, in their order."""
        extensions = Event.filter(kind=EventKind.DEADLINE_EXTENDED).order_by("position")
        return _by_parent(extensions, "request_id")

    @cached_property
    def open_modifications(self) -> Many[Modification]:
        """The one without outcome of each request, due or not."""
        return _by_parent(Modification.filter(outcome__isnull=True), "request_id")

    def accounts_of_supplier(self, visible: QuerySet[User]) -> Many[User]:
        """Those that the viewer may see, always the same ones within an operation."""
        if self._accounts is None:
            self._accounts = _by_parent(visible.order_by("created_at", "id"), "supplier_id")
        return self._accounts

    def page(
        self, query: QuerySet[Row], order: Order, first: int, after: Position | None
    ) -> DataLoader[UUID, Page[Row]]:
        """The same page of the same list, for each request."""
        key = (order.name, first, after)
        if key not in self._pages:
            load = partial(_load_pages, query, order, first, after)
            self._pages[key] = DataLoader(load, max_batch_size=_LARGEST_BATCH)
        return self._pages[key]


def _by_key(query: QuerySet[Row]) -> One[Row]:
    async def load(keys: list[UUID]) -> list[Row | None]:
        found = {row.pk: row for row in await query.filter(pk__in=keys)}
        return [found.get(key) for key in keys]

    return DataLoader(load, max_batch_size=_LARGEST_BATCH)


def _by_parent(query: QuerySet[Row], parent: str) -> Many[Row]:
    async def load(keys: list[UUID]) -> list[list[Row]]:
        found: dict[UUID, list[Row]] = defaultdict(list)
        for row in await query.filter(**{f"{parent}__in": keys}):
            found[getattr(row, parent)].append(row)
        return [found[key] for key in keys]

    return DataLoader(load, max_batch_size=_LARGEST_BATCH)


async def _load_pages(
    query: QuerySet[Row], order: Order, first: int, after: Position | None, keys: list[UUID]
) -> list[Page[Row]]:
    return await pages_by_parent(query, "request_id", keys, order, first, after)
