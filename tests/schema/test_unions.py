"""Every refusal that a use case may raise is a member of its mutation's result.

An error that is no member would reach the caller as a masked bug. What may be raised is read from the sources: each
use case, and whatever it calls by name in models/ and resolvers/.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from strawberry.schema.exception_handlers import get_error_type, get_exception_types
from strawberry.types.base import StrawberryObjectDefinition

import schema
from models import errors
from schema.errors import HANDLERS

ROOT = Path(schema.__file__).parent.parent
MEMBERS = {
    kind.__name__: get_error_type(handler).__name__ for handler in HANDLERS for kind in get_exception_types(handler)
}
REFUSALS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.Refusal)}


@cache
def functions() -> dict[str, list[ast.AsyncFunctionDef | ast.FunctionDef]]:
    """Every function of models/ and resolvers/, by name: two of one name are taken together."""
    found: dict[str, list[ast.AsyncFunctionDef | ast.FunctionDef]] = {}
    for folder in ("models", "resolvers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "demo" in path.parts:  # It acts as people do, and answers nobody.
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                    found.setdefault(node.name, []).append(node)
    return found


def called(node: ast.AST) -> Iterator[str]:
    """The names that a function calls or names: a class, a function, a method; not where every refusal is caught."""
    for part in _outside_catches(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _outside_catches(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    caught = isinstance(node, ast.Try) and any(_catches_refusals(handler) for handler in node.handlers)
    for child in ast.iter_child_nodes(node):
        if not (caught and isinstance(node, ast.Try) and child in node.body):
            yield from _outside_catches(child)


def _catches_refusals(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == "Refusal"


def may_raise(use_case: str) -> set[str]:
    """The refusals that it, or what it calls, names in a raise or makes for one."""
    seen, waiting, raised = set[str](), [use_case], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for function in functions().get(name, []):
            names = set(called(function))
            raised |= names & REFUSALS
            waiting += names & functions().keys()
    return raised


def mutations() -> dict[str, set[str]]:
    """The members of each mutation's result, by the name of its use case."""
    root = schema.schema._schema.mutation_type
    assert root is not None
    found = {}
    definition = schema.schema.get_type_by_name("Mutation")
    assert isinstance(definition, StrawberryObjectDefinition)
    for field in definition.fields:
        graphql_name = schema.schema.config.name_converter.get_graphql_name(field)
        union = root.fields[graphql_name].type.of_type
        found[field.python_name] = {member.name for member in union.types}
    return found


@pytest.mark.parametrize("use_case", mutations())
def test_a_result_has_every_refusal_of_its_use_case(use_case: str) -> None:
    assert {MEMBERS[name] for name in may_raise(use_case) if name in MEMBERS} <= mutations()[use_case]


def test_each_use_case_is_found_and_read() -> None:
    assert all(use_case in functions() for use_case in mutations())
    assert "Invalid" in may_raise("reject_request")
    assert "Stale" in may_raise("confirm_modification")
    assert "ActionNotAllowed" not in may_raise("request_modifications")


def test_every_refusal_has_its_member() -> None:
    without = {name for name in REFUSALS if not any(kind.__name__ in MEMBERS for kind in getattr(errors, name).__mro__)}
    assert without == {"Refusal"}
    assert MEMBERS.keys() <= REFUSALS
