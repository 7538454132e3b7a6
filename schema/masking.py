"""What a bug shows: a number to quote, never its text. What a caller can correct is left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import ValidationCache
from strawberry.types import ExecutionContext, ExecutionResult

from models.typography import french
from resolvers.events import record_denial
from schema.context import Context

log = structlog.get_logger(__name__)


class Schema(strawberry.Schema):
    """The schema: unexpected errors are logged whole and answered with a number, denials are recorded."""

    async def execute(self, query: str | None, *args: Any, **options: Any) -> ExecutionResult:
        """Execute, then record what was asked for without the right to: once everything else is rolled back."""
        result = await super().execute(query, *args, **options)
        context = options.get("context_value")
        if isinstance(context, Context) and context.denied:
            await record_denial(context.viewer, context.denied, at=context.as_of)
        return result

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replace in place what was not meant for callers: every way to an answer passes here."""
        context = execution_context.context if execution_context else None
        for index, error in enumerate(errors):
            if _is_unexpected(error):
                errors[index] = _masked(error, context)
            elif error.original_error is None and not (isinstance(context, Context) and context.actor):
                errors[index] = GraphQLError(error.message, error.nodes, error.source, error.positions)
                self.remove_field_suggestion(errors[index])


class CheckedDocuments(ValidationCache):
    """The documents found valid or not, kept; each answer has its own list of their errors, since it edits it."""

    def on_validate(self) -> Iterator[None]:
        """Validate, or find what validating gave before."""
        for step in super().on_validate():
            self.execution_context.pre_execution_errors = list(self.execution_context.pre_execution_errors or [])
            yield step


def _is_unexpected(error: GraphQLError) -> bool:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause is not None and not isinstance(cause, GraphQLError | StrawberryInputCoercionError)


def _masked(error: GraphQLError, context: object) -> GraphQLError:
    number = context.number if isinstance(context, Context) else "-"
    log.error("graphql.failed", number=number, path=error.path, exc_info=error.original_error)
    return GraphQLError(
        french(f"Une erreur inattendue s’est produite. Communiquez à l’Assistance le numéro {number}."),
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL_ERROR", "number": number},
    )
