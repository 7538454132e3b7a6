"""The API's door: GraphQL over HTTP for programs with a token and for signed-in browsers, which get GraphiQL.

POST takes `application/json` alone, so that no form of another site can speak it, and one operation at a time.
GET reads and never writes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema import schema
from schema.coded_errors import CodedError
from schema.operations import is_ambiguous
from web.client import context_of
from web.graphiql import graphiql
from web.idempotency import Answered, once
from web.media_types import GRAPHQL_RESPONSE, JSON, accepted
from web.nudge import nudge
from web.operation import Operation, read_operation
from web.rate_limits import budget_of

CHOOSE = "Donnez dans operationName le nom d’une opération de la requête."
# Of the edition of September 2026: executed, with errors beside the data. Other callers read it as any 2xx.
PARTIAL_SUCCESS = 294
# What a caller of plain JSON is told by the status too, since waiting mends it.
_WAIT = frozenset({429, 503})


async def graphql(http: Request) -> Response:
    """GET and POST /graphql."""
    if http.method != "POST" and "query" not in http.query_params and "text/html" in http.headers.get("accept", ""):
        return await graphiql(http)
    media_type = accepted(http)
    if media_type is None:
        raise CodedError("NOT_ACCEPTABLE", f"La réponse ne peut être qu’en {JSON} ou {GRAPHQL_RESPONSE}.")
    operation = await read_operation(http)
    if operation.name is None and is_ambiguous(operation.query):
        raise CodedError("BAD_REQUEST", CHOOSE)
    return _respond(await once(http, operation, _execute), media_type)


async def _execute(http: Request, operation: Operation) -> Answered:
    context = replace(context_of(http), budget=budget_of(http))
    try:
        result = await schema.execute(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
            allowed_operation_types=OperationType.from_http("POST" if http.method == "POST" else "GET"),
        )
    except InvalidOperationTypeError:
        allowed = {"Allow": "POST"}
        raise CodedError("METHOD_NOT_ALLOWED", "Une lecture seulement peut être demandée par GET.", allowed) from None
    except (CannotGetOperationTypeError, MissingQueryError):
        raise CodedError("BAD_REQUEST", CHOOSE) from None
    if "mutation" in operation.query:
        nudge()
    answered = _answered(result)
    left = context.account.headers(context.as_of) if context.account else {}
    return Answered(answered.content, answered.status, {**left, **answered.headers})


def _answered(result: ExecutionResult) -> Answered:
    """What the caller is told; an operation that could not begin has no data."""
    errors = result.errors or []
    content: dict[str, Any] = {"errors": [error.formatted for error in errors]} if errors else {}
    if result.extensions:
        content["extensions"] = result.extensions
    coded = [error for error in errors if isinstance(error, CodedError)]
    headers = {name: value for error in coded for name, value in error.headers.items()}
    if result.data is None and all(error.path is None for error in errors):
        return Answered(content, coded[0].status if coded else 400, headers)
    return Answered({"data": result.data} | content, PARTIAL_SUCCESS if errors else 200, headers)


def _respond(answered: Answered, media_type: str) -> Response:
    """Callers of plain JSON read what went wrong in the body of a 200, as before GraphQL had a type of its own."""
    status = answered.status if media_type == GRAPHQL_RESPONSE or answered.status in _WAIT else 200
    return JSONResponse(answered.content, status, answered.headers, media_type=f"{media_type}; charset=utf-8")


routes = [Route("/graphql", graphql, methods=["GET", "POST"])]
