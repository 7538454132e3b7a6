"""Top-level errors: what is not the result of a mutation, each with a code in its extensions."""

from __future__ import annotations

from graphql import GraphQLError


class CodedError(GraphQLError):
    """A top-level error that a program can recognise by its code and a person can read in French."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})


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
