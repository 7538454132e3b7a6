"""What a bug shows: a number to quote, never its text. What a caller can correct is left as it is."""

from __future__ import annotations

import asyncio
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types import ExecutionContext, ExecutionResult

from models.typography import french
from resolvers.events import record_denial
from resolvers.outages import outage
from schema.coded_errors import CodedError
from schema.context import Context
from schema.documents import MOST_FAULTS
from settings import settings

log = structlog.get_logger(__name__)

TOO_LONG = french("L’opération a pris trop de temps : elle a été arrêtée. Demandez-en moins à la fois.")


class Schema(strawberry.Schema):
    """The schema: unexpected errors are logged whole and answered with a number, denials are recorded."""

    async def execute(self, query: str | None, *args: Any, **options: Any) -> ExecutionResult:
        """Execute, then record what was asked for without the right to: once everything else is rolled back."""
        context = options.get("context_value")
        try:
            async with asyncio.timeout(settings.max_query_seconds):
                result = await super().execute(query, *args, **options)
        except TimeoutError:  # Nothing else gets out of it as one.
            result = ExecutionResult(None, [_stopped(context)])
        if isinstance(context, Context) and context.denied:
            await record_denial(context.viewer, context.denied, at=context.as_of)
        return result

    def _get_custom_context_kwargs(
        self, operation_extensions: dict[str, Any] | None = None, *, sync: bool = False
    ) -> dict[str, Any]:
        """Of wrong variables too, no more faults are told than of a document."""
        usual = super()._get_custom_context_kwargs(operation_extensions, sync=sync)
        return usual | {"max_coercion_errors": MOST_FAULTS}

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replace each in place by what is meant for callers, with its code: every way to an answer passes here.

        Those of a document that was validated before are kept for the next time: they are never changed themselves.
        """
        context = execution_context.context if execution_context else None
        began = execution_context is not None and execution_context.result is not None
        for index, error in enumerate(errors):
            unexpected = _is_unexpected(error, began)
            errors[index] = _masked(error, context) if unexpected else _coded(error, context, began)
            if error.original_error is None and not (isinstance(context, Context) and context.actor):
                self.remove_field_suggestion(errors[index])


def _is_unexpected(error: GraphQLError, began: bool) -> bool:
    """Is it a bug? A value in the document that nothing can read, as a number of 5,000 digits, is its sender's."""
    cause = _cause(error)
    expected = cause is None or isinstance(cause, GraphQLError | StrawberryInputCoercionError)
    return not expected and (began or not error.nodes)


def _cause(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _coded(error: GraphQLError, context: object, began: bool) -> CodedError:
    """The same with a code, its own, else that of the step that failed; logged under the number that it tells."""
    told = dict(error.extensions or {})
    code = str(told.pop("code", "BAD_USER_INPUT" if began else "GRAPHQL_VALIDATION_FAILED"))
    headers = error.headers if isinstance(error, CodedError) else None
    message, number = error.message.partition(", but encountered error ")[0], _number(context)
    log.info("graphql.refused", number=number, code=code, path=error.path)
    return CodedError(code, message, headers, at=error, **told | {"requestNumber": number})


def _stopped(context: object) -> CodedError:
    """What took too long: cancelled, and what it had begun to write is rolled back."""
    log.warning("graphql.stopped", number=_number(context), seconds=settings.max_query_seconds)
    return CodedError("TIME_LIMIT", TOO_LONG, requestNumber=_number(context))


def _number(context: object) -> str:
    return context.number if isinstance(context, Context) else "-"


def _masked(error: GraphQLError, context: object) -> CodedError:
    """What went wrong on our side, logged whole: a fault, or a database or a disk that may soon be back."""
    number, cause = _number(context), _cause(error)
    log.error("graphql.failed", number=number, path=error.path, exc_info=cause)
    place, found = GraphQLError("", error.nodes, path=error.path), outage(cause)
    if found:
        return CodedError(found, french(_LATER.format(number)), {"Retry-After": "30"}, at=place, requestNumber=number)
    return CodedError("INTERNAL_ERROR", french(_BUG.format(number)), at=place, number=number, requestNumber=number)


_BUG = "Une erreur inattendue s’est produite. Communiquez à l’Assistance le numéro {}."
_LATER = "Le portail ne peut pas répondre pour le moment. Réessayez dans une minute ; s’il le faut, numéro {}."
