"""How the pages read and act: named GraphQL operations, executed in this process.

Each file of web/operations/ is read once; an operation is sent with the fragments that it uses and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from starlette.requests import Request

from schema import schema
from schema.context import Context
from web.nudge import nudge

OPERATIONS = Path(__file__).parent / "operations"


class OperationFailed(Exception):
    """The schema answered with top-level errors: a bug, a refused limit or nobody signed in."""

    def __init__(self, operation: str, errors: list[GraphQLError]) -> None:
        super().__init__(f"{operation}: {'; '.join(error.message for error in errors)}")
        self.errors = errors

    @property
    def codes(self) -> set[object]:
        """The codes that the errors carry."""
        return {(error.extensions or {}).get("code") for error in self.errors}


class _Spreads(Visitor):
    """Collects the names of the fragments that a part of a document spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.names.append(node.name.value)


def _spreads(node: Node) -> list[str]:
    collector = _Spreads()
    visit(node, collector)
    return collector.names


def _with_fragments(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> str:
    """The text of one operation and of every fragment that it reaches."""
    used: dict[str, FragmentDefinitionNode] = {}
    waiting = _spreads(operation)
    while waiting:
        name = waiting.pop()
        if name not in used:
            used[name] = fragments[name]
            waiting += _spreads(fragments[name])
    return "\n\n".join(print_ast(node) for node in (operation, *used.values()))


def read_operations(folder: Path = OPERATIONS) -> dict[str, str]:
    """Every named operation of the folder and the text to send for it."""
    definitions = [
        node for file in sorted(folder.glob("*.graphql")) for node in parse(file.read_text("utf-8")).definitions
    ]
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    return {
        name: _with_fragments(node, fragments)
        for node in definitions
        if isinstance(node, OperationDefinitionNode)
        for name in _name(node)
    }


def _name(operation: OperationDefinitionNode) -> Iterator[str]:
    if operation.name is None:
        raise ValueError("an operation of web/operations/ has no name")
    yield operation.name.value


_OPERATIONS = read_operations()


def context_of(http: Request) -> Context:
    """What an operation of this request is executed with: who asks, when, and under which number."""
    state = http.state
    return Context(actor=state.actor, as_of=state.as_of, session=state.session, number=state.origin.number)


async def run(http: Request, operation: str, **variables: Any) -> dict[str, Any]:
    """Execute the named operation as whoever is signed in, and return its data.

    Raises OperationFailed when the answer carries top-level errors, KeyError for a name that no file defines.
    """
    result = await schema.execute(
        _OPERATIONS[operation],
        variable_values=variables,
        context_value=context_of(http),
        operation_name=operation,
    )
    if result.errors:
        raise OperationFailed(operation, result.errors)
    if _OPERATIONS[operation].startswith("mutation"):
        nudge()
    return dict(result.data or {})
