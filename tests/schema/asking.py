"""Asking the schema as its callers do, without HTTP."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from strawberry.types import ExecutionResult

from models.actors import Actor
from schema import schema
from schema.context import Context
from tests.conftest import NOW


async def ask(actor: Actor | None, query: str, *, as_of: datetime = NOW, **variables: Any) -> ExecutionResult:
    """The whole answer, errors included."""
    return await schema.execute(query, variable_values=variables, context_value=Context(actor=actor, as_of=as_of))


async def data(actor: Actor | None, query: str, *, as_of: datetime = NOW, **variables: Any) -> Any:
    """What was asked for, when nothing went wrong."""
    result = await ask(actor, query, as_of=as_of, **variables)
    assert result.errors is None, result.errors
    return result.data


async def act(actor: Actor | None, mutation: str, wanted: str, *, as_of: datetime = NOW, **given: Any) -> Any:
    """The outcome of one mutation: its type, the fields `wanted` of its success, and every field of a refusal."""
    name = mutation[0].upper() + mutation[1:]
    document = f"""
        mutation Act($input: {name}Input!) {{
          {mutation}(input: $input) {{
            __typename
            ... on {name}Success {{ {wanted} }}
            ... on Error {{ message }}
            ... on ValidationError {{ fieldErrors {{ field code message }} }}
            ... on ActionNotAllowedError {{ status availableActions }}
          }}
        }}"""
    return (await data(actor, document, as_of=as_of, input=given))[mutation]


async def code_of(actor: Actor | None, query: str, **variables: Any) -> str:
    """The code of the only top-level error."""
    result = await ask(actor, query, **variables)
    assert result.errors is not None
    assert len(result.errors) == 1, result.errors
    return str((result.errors[0].extensions or {})["code"])


class _Counter(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.statements.append(record.getMessage())


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that run meanwhile."""
    logger, counter = logging.getLogger("tortoise.db_client"), _Counter()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(counter)
    try:
        yield counter.statements
    finally:
        logger.removeHandler(counter)
        logger.setLevel(level)
