"""The documents that callers send: read within bounds, and kept for when they come again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from graphql import DocumentNode, GraphQLError, GraphQLSchema, GraphQLSyntaxError, parse, validate
from strawberry.extensions import SchemaExtension

from models.typography import french, grouped
from schema.coded_errors import CodedError
from settings import settings

CACHED_DOCUMENTS = 64
LONGEST_CACHED = 4_000
"""Characters, those of an operation of several pages: trees of longer ones would keep the garbage collector busy."""
MOST_FAULTS = 5
"""How many faults of one request are told: each is compared with every name that may have been meant."""
_TOO_MANY_TOKENS = "tokens. Parsing aborted"
_TOO_DEEP = "nested too deeply. Parsing aborted"


def parsed(document: str) -> DocumentNode:
    """The document as a tree; CodedError for one that is too long to be read, or that is not GraphQL."""
    if len(document) > settings.max_query_characters:
        raise _too_large(len(document), settings.max_query_characters, "caractères")
    read = (_parse if len(document) <= LONGEST_CACHED else _parse_long)(document, settings.max_query_tokens)
    if isinstance(read, CodedError):
        raise read.anew()
    return read


@lru_cache(CACHED_DOCUMENTS)
def _parse(document: str, most: int) -> DocumentNode | CodedError:
    """The document or why it is none, which is as long to find out."""
    try:
        return parse(document, max_tokens=most)
    except GraphQLSyntaxError as error:
        if _TOO_MANY_TOKENS in error.message:
            return _too_large(None, most, "mots et signes")
        code = "QUERY_TOO_DEEP" if _TOO_DEEP in error.message else "GRAPHQL_PARSE_FAILED"
        return CodedError(code, error.message, at=error)


# One request reads its document several times.
_parse_long = lru_cache(2)(_parse.__wrapped__)


def _too_large(found: int | None, limit: int, of: str) -> CodedError:
    has = f"{grouped(found)} {of}, pour" if found else f"plus de {of} que"
    return CodedError("QUERY_TOO_LARGE", french(f"Requête trop longue : {has} {grouped(limit)} au plus."), limit=limit)


class ReadDocuments(SchemaExtension):
    """Reads each document within bounds."""

    def on_parse(self) -> Iterator[None]:
        """Read it, or find it as it was read before."""
        if self.execution_context.query:
            self.execution_context.graphql_document = parsed(self.execution_context.query)
        yield


class _Invalid(Exception):
    """The document's faults, which are found anew each time: they would keep its whole tree."""

    def __init__(self, faults: list[GraphQLError]) -> None:
        super().__init__()
        self.faults = faults


class CheckedDocuments(SchemaExtension):
    """The documents found valid, kept."""

    def on_validate(self) -> Iterator[None]:
        """Validate what was not found valid before; what is refused already needs no validation."""
        asked = self.execution_context
        if not asked.pre_execution_errors and asked.query:
            try:
                _validate(asked.schema._schema, asked.query, getattr(asked.context, "actor", None) is not None)
            except _Invalid as invalid:
                asked.pre_execution_errors = invalid.faults
        yield


@lru_cache(2 * CACHED_DOCUMENTS)
def _validate(schema: GraphQLSchema, document: str, helped: bool) -> None:
    faults = validate(schema, parsed(document), max_errors=MOST_FAULTS, hide_suggestions=not helped)
    if faults:
        raise _Invalid(faults)
