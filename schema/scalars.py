"""How days, instants and amounts are written in the API."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

Value = TypeVar("Value")


def _instant_text(value: datetime) -> str:
    """The instant in UTC: « 2023-08-07T12:32:00+00:00 »."""
    return value.astimezone(UTC).isoformat()


def _instant(value: Any) -> datetime:
    """The instant that a text gives; a text without offset could mean any of several."""
    try:
        instant = datetime.fromisoformat(_text(value))
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError(f"« {value} » n’est pas un instant avec décalage, comme « 2023-08-07T14:32:00+02:00 ».")


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise GraphQLError(f"« {value} » n’est pas un jour, comme « 2023-08-27 ».") from None


def _amount_text(value: Decimal) -> str:
    """The amount with two decimals: « 100000.00 »."""
    return f"{value:.2f}"


def _written(read: Callable[[Any], Value]) -> Callable[[ValueNode, dict[str, Any] | None], Value]:
    """The same of what is written in the document itself: what is wrong is told with its place."""

    def parse(node: ValueNode, variables: dict[str, Any] | None = None) -> Value:
        try:
            return read(value_from_ast_untyped(node, variables))
        except GraphQLError as fault:
            raise GraphQLError(fault.message, node) from None

    return parse


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="Instant ISO 8601, toujours avec son décalage ; en UTC dans les réponses.",
        serialize=_instant_text,
        parse_value=_instant,
        parse_literal=_written(_instant),
    ),
    date: strawberry.scalar(
        name="Date",
        description="Jour du calendrier ISO 8601, comme « 2023-08-27 ».",
        serialize=date.isoformat,
        parse_value=_day,
        parse_literal=_written(_day),
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="Montant en euros : un texte avec deux décimales, comme « 100000.00 ».",
        serialize=_amount_text,
    ),
}
