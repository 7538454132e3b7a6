"""Which operation of a document is meant, told before anything of it is executed."""

from __future__ import annotations

import re

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse

from schema import MOST_TOKENS

_SEVERAL = re.compile(r"\b(?:query|mutation)\b.*\b(?:query|mutation)\b", re.DOTALL)


def is_ambiguous(document: str) -> bool:
    """Does it hold several operations, so that one must be named?"""
    return bool(_SEVERAL.search(document)) and len(_operations(document)) > 1


def changes_something(document: str, name: str | None) -> bool:
    """Is the operation of that name, or the only one, a mutation?"""
    chosen = [
        each for each in _operations(document) if name is None or (each.name is not None and each.name.value == name)
    ]
    return any(each.operation is OperationType.MUTATION for each in chosen)


def _operations(document: str) -> list[OperationDefinitionNode]:
    """Those of a document; none of one that cannot be read, which executing it will say."""
    try:
        definitions = parse(document, max_tokens=MOST_TOKENS).definitions
    except GraphQLError:
        return []
    return [node for node in definitions if isinstance(node, OperationDefinitionNode)]
