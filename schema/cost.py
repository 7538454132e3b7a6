"""What a document comes to before anything is executed: one pass over it, each fragment read once.

Numbers are those of the document with its fragments written out in place of their names. A fragment that is spread
again is not read again, so that fragments inside fragments, which double at every level, take no longer than others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from schema.pagination import LARGEST_PAGE
from schema.size import NOTHING, Size

LISTED = 10
"""How many elements a list without pages is taken to have."""
WRITING = 10
"""The points of a mutation, besides those of what it returns."""
DESCRIBING = 500
"""The points of reading the schema itself."""
DESCRIBING_AGAIN = 5_000
"""Those of each alias in there: no tool needs one, and each may tell the whole schema once more."""
_INTROSPECTION = frozenset({"__schema", "__type"})
_PAGED = frozenset({"nodes", "edges"})


class TooDeep(Exception):
    """More levels than may be: nobody looks how many."""


class Circular(Exception):
    """A fragment of that name is inside itself."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """A field of a type: what it leads to, None for what has no fields of its own, and whether there are several.

    `page` is how many elements come when no number is asked for.
    """

    leads_to: GraphQLNamedType
    is_list: bool
    page: int


@lru_cache(4096)
def _shape(schema: GraphQLSchema, parent: GraphQLNamedType, name: str) -> _Shape | None:
    field = schema.get_field(parent, name) if is_composite_type(parent) else None
    leads_to = get_named_type(field.type) if field else None
    if field is None or not is_composite_type(leads_to):
        return None
    first = field.args.get("first")
    page = first.default_value if first and isinstance(first.default_value, int) else LARGEST_PAGE
    return _Shape(leads_to, is_list_type(get_nullable_type(field.type)), page)


class Measure:
    """The sizes of a document's operations and fragments; `visited` counts the selections that were read for them."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, int], deepest: int
    ) -> None:
        self.visited = 0
        self._schema, self._deepest = schema, deepest
        self._variables = {**_defaults(document), **variables}
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Size | None] = {}

    def operation(self, node: OperationDefinitionNode) -> Size:
        """What the operation comes to."""
        root = self._schema.get_root_type(node.operation)
        size = self._selections(node.selection_set, root, 1) + Size(directives=_directives(node))
        if node.operation is OperationType.MUTATION:
            size += Size(points=WRITING * size.top)
        return replace(size, points=size.points + LARGEST_PAGE * size.paged, paged=0)

    def fragment(self, name: str, level: int = 1) -> Size:
        """What the fragment comes to wherever it is spread; read the first time only."""
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self._read(self._fragments.get(name), level)
        size = self._known[name]
        if size is None:
            raise Circular(name)
        return self._checked(size, level)

    def has_read(self, name: str) -> bool:
        """Was the fragment spread by what was measured?"""
        return name in self._known

    def _read(self, node: FragmentDefinitionNode | None, level: int) -> Size:
        if node is None:
            return Size(1)  # Validation says so.
        on = self._schema.get_type(node.type_condition.name.value)
        return self._selections(node.selection_set, on, level) + Size(directives=_directives(node))

    def _selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None, level: int) -> Size:
        size = NOTHING
        for each in node.selections:
            self.visited += 1
            size += self._checked(self._selection(each, parent, level), level) + Size(directives=_directives(each))
        return replace(size, depth=size.depth + 1)

    def _checked(self, size: Size, level: int) -> Size:
        if level + size.depth > self._deepest:
            raise TooDeep
        return size

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None, level: int) -> Size:
        if isinstance(node, FieldNode):
            return self._field(node, parent, level)
        if isinstance(node, InlineFragmentNode):
            on = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            return self._selections(node.selection_set, on, level + 1)
        return self.fragment(node.name.value, level + 1) if isinstance(node, FragmentSpreadNode) else NOTHING

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Size:
        name = node.name.value
        own = Size(1, aliases=int(node.alias is not None), top=1, introspects=name in _INTROSPECTION)
        if node.selection_set is None:
            return own
        shape = _shape(self._schema, parent, name) if parent else None
        inside = self._selections(node.selection_set, shape.leads_to if shape else None, level + 1)
        points = inside.points + inside.paged * self._page(node, shape) + 1
        if own.introspects:
            points += DESCRIBING
        elif own.aliases and parent and parent.name.startswith("__"):
            points += DESCRIBING_AGAIN
        paged = 0
        if name in _PAGED and parent and parent.name.endswith("Connection"):
            points, paged = 0, points
        elif shape and shape.is_list and not shape.leads_to.name.startswith("__"):
            points *= LISTED
        return replace(inside + own, points=points, paged=paged, top=1)

    def _page(self, node: FieldNode, shape: _Shape | None) -> int:
        """How many elements the page may have: what is asked for, never more than can be had."""
        given = next((each.value for each in node.arguments or () if each.name.value == "first"), None)
        wanted = shape.page if shape else LARGEST_PAGE
        if isinstance(given, IntValueNode):
            wanted = _number(given)
        elif isinstance(given, VariableNode):
            wanted = self._variables.get(given.name.value, wanted)
        return min(wanted, LARGEST_PAGE) if wanted > 0 else LARGEST_PAGE


def _defaults(document: DocumentNode) -> dict[str, int]:
    """The largest number that each variable has when none is given."""
    found: dict[str, int] = {}
    for operation in document.definitions:
        for each in (isinstance(operation, OperationDefinitionNode) and operation.variable_definitions) or ():
            if isinstance(each.default_value, IntValueNode):
                name = each.variable.name.value
                found[name] = max(found.get(name, 0), _number(each.default_value))
    return found


def _number(node: IntValueNode) -> int:
    return int(node.value[:10])  # More digits are past every bound too.


def _directives(node: Any) -> int:
    return len(node.directives or ())
