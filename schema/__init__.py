"""How it is said: the GraphQL schema, whole."""

from __future__ import annotations

from strawberry.extensions import MaxTokensLimiter, ParserCache
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig

from schema import enums as enums  # describes the enums, which the types then name
from schema.errors import HANDLERS
from schema.masking import CheckedDocuments, Schema
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS

MOST_TOKENS = 2_000
CACHED_DOCUMENTS = 256

schema = Schema(
    query=Query,
    mutation=Mutation,
    config=StrawberryConfig(scalar_map=SCALARS),
    exception_handlers=HANDLERS,
    extensions=[
        lambda: MaxTokensLimiter(MOST_TOKENS),
        lambda: ParserCache(CACHED_DOCUMENTS),
        lambda: CheckedDocuments(CACHED_DOCUMENTS),
    ],
)


def print_sdl() -> str:
    """The schema as text: what schema.graphql holds."""
    return print_schema(schema) + "\n"
