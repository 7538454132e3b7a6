"""How much may be asked for at once: every number that bounds a document, checked before anything is executed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, OperationType
from strawberry.extensions import SchemaExtension

from models.typography import french, grouped
from schema.coded_errors import CodedError
from schema.context import Context
from schema.cost import Circular, Measure, TooDeep
from schema.documents import CACHED_DOCUMENTS, parsed
from schema.repetition import most_repeated
from schema.size import NOTHING, Size
from settings import settings

_ENDLESS = 1_000_000_000
"""What is more is not told: fragments in fragments make numbers of a hundred digits."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the whole document comes to, what the operation asked for does, and how often one place has one name."""

    whole: Size
    asked: Size
    mutates: bool
    repeated: int


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound: its code, the setting that holds its number, what it counts in a document, and its French name."""

    code: str
    setting: str
    count: Callable[[Sizes], int]
    name: str

    @property
    def most(self) -> int:
        """The number of this deployment."""
        return int(getattr(settings, self.setting))


LIMITS = (
    Limit("QUERY_TOO_DEEP", "max_query_depth", lambda sizes: sizes.whole.depth, "niveaux d’accolades"),
    Limit("TOO_MANY_FIELDS", "max_query_fields", lambda sizes: sizes.whole.fields, "champs"),
    Limit("TOO_MANY_ALIASES", "max_query_aliases", lambda sizes: sizes.whole.aliases, "alias"),
    Limit("TOO_MANY_DIRECTIVES", "max_query_directives", lambda sizes: sizes.whole.directives, "directives"),
    Limit("TOO_MANY_FIELDS", "max_query_repeats", lambda sizes: sizes.repeated, "fois le même champ au même endroit"),
    Limit(
        "TOO_MANY_MUTATIONS",
        "max_query_mutations",
        lambda sizes: sizes.asked.top if sizes.mutates else 0,
        "mutations",
    ),
    Limit("QUERY_TOO_COSTLY", "max_query_points", lambda sizes: sizes.asked.points, "points"),
)
"""In the order in which they are checked: what bounds the work of the next comes first."""


def price(
    schema: GraphQLSchema, document: str, name: str | None, variables: Mapping[str, Any] | None, *, known: bool
) -> int:
    """The points of the operation of that name, or of the only one; CodedError when it asks for too much at once.

    `known` is whether somebody asks, a person or a token: nobody else has the schema described.
    """
    numbers = ((key, value) for key, value in sorted((variables or {}).items()) if type(value) in {int, float})
    pages = tuple((key, int(min(value, _ENDLESS))) for key, value in numbers if value > 0)
    sizes = _sizes(schema, document, name, pages, settings.max_query_depth, settings.max_query_fields)
    for limit in LIMITS:
        if limit.count(sizes) > limit.most:
            raise exceeded(limit, limit.count(sizes))
    if sizes.whole.introspects and not known:
        raise CodedError("INTROSPECTION_DISABLED", "Le schéma ne se lit qu’avec un compte ou un jeton d’accès.")
    return max(1, sizes.asked.points)


def exceeded(limit: Limit, found: int) -> CodedError:
    """What a document is told that is past a bound: what was found, and how much may be."""
    shown = grouped(found) if found < _ENDLESS else "plus d’un milliard de"
    message = french(f"Requête trop grande : {shown} {limit.name}, pour {grouped(limit.most)} au plus.")
    return CodedError(limit.code, message, limit=limit.most, found=min(found, _ENDLESS))


@lru_cache(2 * CACHED_DOCUMENTS)
def _sizes(
    schema: GraphQLSchema,
    document: str,
    name: str | None,
    pages: tuple[tuple[str, int], ...],
    deepest: int,
    fields: int,
) -> Sizes:
    tree = parsed(document)
    measure = Measure(schema, tree, dict(pages), deepest)
    operations = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in tree.definitions if isinstance(node, FragmentDefinitionNode)]
    try:
        of_each = [measure.operation(node) for node in operations]
        # What no operation spreads is validated all the same.
        unused = [node for node in fragments if not measure.has_read(node.name.value)]
        whole = sum([*of_each, *(measure.fragment(node.name.value) for node in unused)], NOTHING)
    except TooDeep:
        raise exceeded(LIMITS[0], deepest + 1) from None
    except Circular as error:
        message = french(f"Le fragment « {error} » se contient lui-même.")
        raise CodedError("GRAPHQL_VALIDATION_FAILED", message) from None
    asked = [index for index, node in enumerate(operations) if name in {None, node.name and node.name.value}]
    chosen = asked[0] if asked else 0
    repeated = most_repeated([*operations, *unused], fragments) if whole.fields <= fields else 0
    return Sizes(whole, of_each[chosen], operations[chosen].operation is OperationType.MUTATION, repeated)


class Limits(SchemaExtension):
    """Refuses, before validation, what asks for too much at once; leaves the points of the rest on the context."""

    def on_validate(self) -> Iterator[None]:
        """Measure the document."""
        asked = self.execution_context
        context = asked.context
        known = not isinstance(context, Context) or context.actor is not None
        schema = asked.schema._schema
        try:
            points = price(schema, asked.query or "", asked.operation_name, asked.variables, known=known)
        except CodedError as refusal:
            asked.pre_execution_errors = [refusal]
        else:
            if isinstance(context, Context):
                context.points = points
        yield
