"""Which operation of a document is meant, told before anything of it is executed."""

from __future__ import annotations

from graphql import OperationDefinitionNode, OperationType

from schema.coded_errors import CodedError
from schema.documents import parsed


def is_ambiguous(document: str) -> bool:
    """Does it hold several operations, so that one must be named?"""
    return len(_operations(document)) > 1


def changes_something(document: str, name: str | None) -> bool:
    """Is the operation of that name, or the only one, a mutation?"""
    named = [each for each in _operations(document) if name is None or (each.name and each.name.value == name)]
    return any(each.operation is OperationType.MUTATION for each in named)


def _operations(document: str) -> list[OperationDefinitionNode]:
    """Those of a document; none of one that cannot be read, which executing it will say."""
    try:
        return [node for node in parsed(document).definitions if isinstance(node, OperationDefinitionNode)]
    except CodedError:
        return []
