"""How often a place of an answer is asked for: what validation compares, each time with every other time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

Definition = OperationDefinitionNode | FragmentDefinitionNode


def most_repeated(roots: Iterable[Definition], fragments: Iterable[FragmentDefinitionNode]) -> int:
    """The most often that one name stands in one place; fragments are read as often as spread, so count them first."""
    known = {node.name.value: node for node in fragments}
    return max((_most([root.selection_set], known) for root in roots), default=0)


def _most(together: list[SelectionSetNode], known: dict[str, FragmentDefinitionNode]) -> int:
    """Of several selections whose answers become one."""
    places: dict[str, list[FieldNode]] = defaultdict(list)
    for selections in together:
        for node in _fields(selections, known):
            places[node.alias.value if node.alias else node.name.value].append(node)
    inside = ([node.selection_set for node in nodes if node.selection_set] for nodes in places.values())
    deeper = (_most(selections, known) for selections in inside if selections)
    return max([*map(len, places.values()), *deeper], default=0)


def _fields(selections: SelectionSetNode, known: dict[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, known)
        elif isinstance(node, FragmentSpreadNode) and node.name.value in known:
            yield from _fields(known[node.name.value].selection_set, known)
