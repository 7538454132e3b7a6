"""How days, instants and amounts are written in the API."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition


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
    ),
    date: strawberry.scalar(
        name="Date",
        description="Jour du calendrier ISO 8601, comme « 2023-08-27 ».",
        serialize=date.isoformat,
        parse_value=_day,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="Montant en euros : un texte avec deux décimales, comme « 100000.00 ».",
        serialize=_amount_text,
    ),
}
