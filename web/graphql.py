"""The API's door: GraphQL over HTTP for programs with a token and for signed-in browsers, which get GraphiQL.

POST takes `application/json` alone, so that no form of another site can speak it, and one operation at a time.
GET reads and never writes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, parse
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema import MOST_TOKENS, schema
from web.client import context_of
from web.errors import Explained, answer
from web.graphiql import graphiql
from web.multipart import body
from web.nudge import nudge

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
CHOOSE = "Donnez dans operationName le nom d’une opération de la requête."
_SEVERAL = re.compile(r"\b(?:query|mutation)\b.*\b(?:query|mutation)\b", re.DOTALL)


@dataclass(frozen=True)
class Operation:
    """What a caller asks to execute."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


async def graphql(http: Request) -> Response:
    """GET and POST /graphql."""
    if http.method != "POST" and "query" not in http.query_params and "text/html" in http.headers.get("accept", ""):
        return graphiql(http)
    media_type = _accepted(http)
    operation = await _read(http)
    if _is_ambiguous(operation):
        return answer(http, 400, CHOOSE)
    try:
        result = await schema.execute(
            operation.query,
            variable_values=operation.variables,
            context_value=context_of(http),
            operation_name=operation.name,
            allowed_operation_types=OperationType.from_http("POST" if http.method == "POST" else "GET"),
        )
    except InvalidOperationTypeError:
        return answer(http, 405, "Une lecture seulement peut être demandée par GET.", {"Allow": "POST"})
    except (CannotGetOperationTypeError, MissingQueryError):
        return answer(http, 400, CHOOSE)
    if "mutation" in operation.query:
        nudge()
    return _respond(result, media_type)


def _accepted(http: Request) -> str:
    """The media type to answer in: the one made for GraphQL when it is asked for, else JSON."""
    ranges = [part.partition(";")[0].strip().lower() for part in http.headers.get("accept", "*/*").split(",")]
    if GRAPHQL_RESPONSE in ranges:
        return GRAPHQL_RESPONSE
    if not {JSON, "application/*", "*/*"} & set(ranges):
        raise Explained(406, f"La réponse ne peut être qu’en {JSON} ou {GRAPHQL_RESPONSE}.")
    return JSON


async def _read(http: Request) -> Operation:
    if http.method != "POST":
        given: Any = dict(http.query_params)
        given["variables"] = _from_json(given.get("variables") or "null")
    elif http.headers.get("content-type", "").partition(";")[0].strip().lower() == JSON:
        given = _from_json(b"".join([data async for data in body(http)]))
    else:
        raise Explained(415, f"La requête doit être envoyée en {JSON}.")
    if not isinstance(given, dict):
        raise Explained(400, "La requête doit être un objet JSON, une opération à la fois.")
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    if not (
        isinstance(query, str) and isinstance(variables, dict | None) and isinstance(name, str | None)
    ):  # `extensions` may be sent: nothing here reads it.
        raise Explained(400, "La requête doit donner query (texte), variables (objet) et operationName (texte).")
    return Operation(query, variables, name or None)


def _is_ambiguous(operation: Operation) -> bool:
    """Several operations and no name to choose by: Strawberry would execute the first."""
    if operation.name or not _SEVERAL.search(operation.query):
        return False
    try:
        definitions = parse(operation.query, max_tokens=MOST_TOKENS).definitions
    except GraphQLError:
        return False  # It cannot begin at all.
    return sum(isinstance(node, OperationDefinitionNode) for node in definitions) > 1


def _from_json(text: str | bytes) -> Any:
    try:
        read = json.loads(text)
        # Half of an escaped pair is no text: nothing could keep it, and no answer could repeat it.
        json.dumps(read, ensure_ascii=False).encode()
        return read
    except (ValueError, RecursionError):
        raise Explained(400, "La requête n’est pas du JSON lisible.") from None


def _respond(result: ExecutionResult, media_type: str) -> Response:
    """An operation that could not begin has no data, and is a 400 for those who asked for GraphQL's own type."""
    content: dict[str, Any] = {"data": result.data}
    if result.errors:
        content["errors"] = [error.formatted for error in result.errors]
    if result.extensions:
        content["extensions"] = result.extensions
    could_not_begin = result.data is None and all(error.path is None for error in result.errors or [])
    if could_not_begin:
        del content["data"]
    status = 400 if could_not_begin and media_type == GRAPHQL_RESPONSE else 200
    return JSONResponse(content, status, media_type=f"{media_type}; charset=utf-8")


routes = [Route("/graphql", graphql, methods=["GET", "POST"])]
