"""How it is said: the GraphQL schema, whole."""

from __future__ import annotations

from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig

from schema import enums as enums  # describes the enums, which the types then name
from schema.budget import Charged
from schema.deprecations import CountedDeprecations
from schema.documents import CheckedDocuments, ReadDocuments
from schema.errors import HANDLERS
from schema.limits import Limits
from schema.masking import Schema
from schema.mutation import Mutation
from schema.query import Query
from schema.sandbox import SandboxMutation
from schema.scalars import SCALARS
from settings import settings


def build(*, sandbox: bool) -> Schema:
    """The schema of a portal in earnest, or that of a sandbox, which can do more."""
    return Schema(
        query=Query,
        mutation=SandboxMutation if sandbox else Mutation,
        config=StrawberryConfig(scalar_map=SCALARS),
        exception_handlers=HANDLERS,
        extensions=[ReadDocuments, Limits, CheckedDocuments, Charged, CountedDeprecations],
    )


schema = build(sandbox=settings.sandbox)


def print_sdl(*, sandbox: bool = False) -> str:
    """The schema as text, whichever this portal has: what schema.graphql holds, or a sandbox's."""
    return print_schema(build(sandbox=sandbox)) + "\n"
