"""The documents that callers send: read within bounds, and kept for when they come again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from graphql import DocumentNode, GraphQLSyntaxError, parse
from strawberry.extensions import SchemaExtension, ValidationCache

from models.typography import french, grouped
from schema.coded_errors import CodedError
from settings import settings

CACHED_DOCUMENTS = 128
_TOO_MANY_TOKENS = "tokens. Parsing aborted"
_TOO_DEEP = "nested too deeply. Parsing aborted"


def parsed(document: str) -> DocumentNode:
    """The document as a tree; CodedError for one that is too long to be read, or that is not GraphQL."""
    if len(document) > settings.max_query_characters:
        raise _too_large(len(document), settings.max_query_characters, "caractères")
    read = _parse(document, settings.max_query_tokens)
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


class CheckedDocuments(ValidationCache):
    """The documents found valid or not, kept; each answer has its own list of their errors, since it edits it."""

    def on_validate(self) -> Iterator[None]:
        """Validate, or find what validating gave before; what is refused already needs no validation."""
        if self.execution_context.pre_execution_errors:
            yield
            return
        for step in super().on_validate():
            self.execution_context.pre_execution_errors = list(self.execution_context.pre_execution_errors or [])
            yield step
