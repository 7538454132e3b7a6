"""Top-level errors: what is not the result of a mutation, each with a code in its extensions.

Every code stands here once, with the HTTP status of an answer that is nothing but this error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from graphql import GraphQLError


@dataclass(frozen=True)
class Meaning:
    """What a code says: its HTTP status, when it is answered, and what the caller can do, as the docs tell them."""

    status: int
    when: str
    then: str


CODES: Mapping[str, Meaning] = MappingProxyType(
    {
        "UNAUTHENTICATED": Meaning(
            401,
            "No token and no session, or a token that does not serve: unknown, misspelt, expired or revoked.",
            "Send `Authorization: Bearer …` with a token that serves; the sentence says what is wrong with yours.",
        ),
        "FORBIDDEN": Meaning(
            403,
            "A browser's session was used from another site, or by a page that has expired.",
            "Use a token from programs; reload the page in a browser.",
        ),
        "BAD_USER_INPUT": Meaning(
            400,
            "A variable or an argument has a value that cannot be used: a wrong type, a page size out of bounds, "
            "a cursor of another list.",
            "Read the message, correct the value. Nothing was changed.",
        ),
        "BAD_REQUEST": Meaning(
            400,
            "The HTTP request holds no GraphQL request: no JSON, no object, no `query`, several operations at once, "
            "an `operationName` that the document does not define.",
            "Correct the request. Nothing was executed.",
        ),
        "METHOD_NOT_ALLOWED": Meaning(
            405,
            "Another method than GET and POST, or a mutation by GET.",
            "Send it by POST; `Allow` names the methods.",
        ),
        "NOT_ACCEPTABLE": Meaning(
            406,
            "`Accept` names no media type that the API answers in.",
            "Accept `application/graphql-response+json` or `application/json`.",
        ),
        "TIMEOUT": Meaning(408, "The body stopped arriving.", "Send the request again."),
        "PAYLOAD_TOO_LARGE": Meaning(
            413,
            "The body is larger than this address takes. It is cut off before anything reads it.",
            "Send less at once; documents go to `/uploads`, not into GraphQL.",
        ),
        "UNSUPPORTED_MEDIA_TYPE": Meaning(
            415,
            "The body is not `application/json` in UTF-8.",
            "Send `Content-Type: application/json`.",
        ),
        "GRAPHQL_PARSE_FAILED": Meaning(
            400, "The document is not GraphQL.", "Correct the document: `locations` says where."
        ),
        "GRAPHQL_VALIDATION_FAILED": Meaning(
            400,
            "GraphQL, but not of this schema: an unknown field, a missing argument, a fragment inside itself.",
            "Compare it with `schema/schema.graphql`; `locations` says where.",
        ),
        "QUERY_TOO_LARGE": Meaning(
            400,
            "The document has too many characters or too many tokens (words and signs; comments count as characters).",
            "Pass values as variables, ask for less, or send several requests.",
        ),
        "QUERY_TOO_DEEP": Meaning(
            400, "Too many selections inside one another, fragments written out.", "Ask in several requests, by `node`."
        ),
        "TOO_MANY_ALIASES": Meaning(
            400, "Too many aliases, fragments written out.", "Use a list or a filter, or several requests."
        ),
        "TOO_MANY_DIRECTIVES": Meaning(
            400, "Too many directives, fragments written out.", "Decide before sending what is asked for."
        ),
        "TOO_MANY_FIELDS": Meaning(
            400,
            "Too many fields, fragments written out, or one name too often in the same place.",
            "Ask in several requests.",
        ),
        "TOO_MANY_MUTATIONS": Meaning(
            400,
            "Too many mutations in one operation.",
            "Send them one by one, each with its own `Idempotency-Key`.",
        ),
        "QUERY_TOO_COSTLY": Meaning(
            400,
            "The operation could return more objects than one request may ask for.",
            "Ask for smaller pages (`first`), above all inside lists; `found` says what it would cost.",
        ),
        "INTROSPECTION_DISABLED": Meaning(
            400,
            "`__schema` or `__type` was asked for by nobody: introspection is for who is signed in or has a token.",
            "Send a token, or read `schema/schema.graphql`.",
        ),
        "TIME_LIMIT": Meaning(
            503,
            "The operation took too long and was stopped. A mutation is done as a whole or not at all.",
            "Ask for less; send a mutation again with the same `Idempotency-Key`.",
        ),
        "RATE_LIMITED": Meaning(
            429,
            "The caller, or the address it asks from, has spent its points or its requests of this minute.",
            "Wait for as many seconds as `Retry-After` says. Nothing was executed.",
        ),
        "IDEMPOTENCY_KEY_INVALID": Meaning(
            400,
            "`Idempotency-Key` is not a key: 1 to 255 visible ASCII characters.",
            "Send a UUID, a new one for each thing to be done.",
        ),
        "IDEMPOTENCY_KEY_REUSED": Meaning(
            422,
            "This key was already sent with another operation or other variables.",
            "Make a new key for what is new; send the very same request to repeat.",
        ),
        "IDEMPOTENCY_IN_PROGRESS": Meaning(
            409,
            "The first request with this key is still running.",
            "Wait for as many seconds as `Retry-After` says, and send the same request again.",
        ),
        "INTERNAL_ERROR": Meaning(
            500,
            "A fault of the portal. What failed is in its logs, under `requestNumber`.",
            "Try again later; tell the Assistance the number if it happens again.",
        ),
        "SERVICE_UNAVAILABLE": Meaning(
            503,
            "The portal is being worked on, or its database or its storage does not answer.",
            "Try again after as many seconds as `Retry-After` says.",
        ),
        "STORAGE_FULL": Meaning(
            507, "The portal has no room left.", "Try again after as many seconds as `Retry-After` says."
        ),
    }
)
"""Every code that a top-level error can carry."""


class CodedError(GraphQLError):
    """A top-level error that a program can recognise by its code and a person can read in French.

    `status` and `headers` are those of an HTTP answer that is nothing but this error; `told` are further extensions;
    `at` is the error whose place and cause it keeps.
    """

    def __init__(
        self,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        at: GraphQLError | None = None,
        **told: Any,
    ) -> None:
        at = at or GraphQLError("")
        extensions = {"code": code, **told}
        super().__init__(message, at.nodes, at.source, at.positions, at.path, at.original_error, extensions)
        self.code = code
        self.status = CODES[code].status
        self.headers = dict(headers or {})
        self.told = told

    def anew(self, **told: Any) -> CodedError:
        """The same, to be raised: one that is kept would gather the places where it was raised."""
        return CodedError(self.code, self.message, self.headers, at=self, **self.told | told)


class Unauthenticated(CodedError):
    """Nobody is signed in and no token was given."""

    def __init__(self) -> None:
        super().__init__(
            "UNAUTHENTICATED", "Connectez-vous ou présentez un jeton d’accès valide (Authorization : Bearer …)."
        )


class BadUserInput(CodedError):
    """An argument of a query that cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__("BAD_USER_INPUT", message)


_OF_STATUS: Mapping[int, str] = MappingProxyType(
    {
        CODES[code].status: code
        for code in reversed(tuple(CODES))
        if code not in {"BAD_USER_INPUT", "TIME_LIMIT"} and not code.startswith(("GRAPHQL_", "QUERY_", "IDEMPOTENCY_"))
    }
)


def code_of(status: int) -> str:
    """The code of a refusal of which no more is known than its HTTP status."""
    return _OF_STATUS.get(status, "INTERNAL_ERROR" if status >= 500 else "BAD_REQUEST")
