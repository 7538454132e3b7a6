"""What the schema will no longer have one day, and who still asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import lru_cache
from typing import Any

import structlog
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    type_from_ast,
    visit,
)
from strawberry.extensions import SchemaExtension

from resolvers.deprecated_uses import note_uses
from schema.context import Context

log = structlog.get_logger(__name__)


@lru_cache(8)
def deprecated(schema: GraphQLSchema) -> Mapping[str, str]:
    """The reason for everything that is deprecated, by its place: Type.field, Type.field(argument:), Enum.VALUE."""
    return {place: part.deprecation_reason for place, part in _parts(schema) if part.deprecation_reason}


def _parts(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", part) for value, part in kind.values.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in kind.fields.items():
                yield f"{name}.{field_name}", field
                for argument_name, argument in getattr(field, "args", {}).items():
                    yield f"{name}.{field_name}({argument_name}:)", argument


def deprecated_in(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> set[str]:
    """The coordinates of what is deprecated and asked for, in the document or by its variables."""
    if not deprecated(schema):
        return set()
    seen = _Seen(schema)
    visit(document, TypeInfoVisitor(seen.types, seen))
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            for variable in operation.variable_definitions or ():
                kind = type_from_ast(schema, variable.type)
                seen.places.update(_in_value(kind, variables.get(variable.variable.name.value)))
    return seen.places & deprecated(schema).keys()


class _Seen(Visitor):
    """Collects the coordinates of everything that a document names."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.places: set[str] = set()

    def enter_field(self, node: Node, *_: Any) -> None:
        self.places.add(self._field(node))

    def enter_argument(self, node: Any, *_: Any) -> None:
        parent: Any = self.types.get_parent_type()
        field = self.types.get_field_def()
        names = [name for name, each in parent.fields.items() if each is field] if parent and field else []
        self.places.update(f"{parent.name}.{name}({node.name.value}:)" for name in names)

    def enter_object_field(self, node: Any, *_: Any) -> None:
        parent = get_named_type(self.types.get_parent_input_type())
        self.places.add(f"{parent.name if parent else ''}.{node.name.value}")

    def enter_enum_value(self, node: Any, *_: Any) -> None:
        kind = get_named_type(self.types.get_input_type())
        self.places.add(f"{kind.name if kind else ''}.{node.value}")

    def _field(self, node: Any) -> str:
        parent = self.types.get_parent_type()
        return f"{parent.name if parent else ''}.{node.name.value}"


def _in_value(kind: Any, value: Any) -> Iterator[str]:
    """The same of a variable: the fields of inputs and the values of enums that it gives."""
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList) and isinstance(value, list):
        for each in value:
            yield from _in_value(kind.of_type, each)
    elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
        for name in value.keys() & kind.fields.keys():
            yield f"{kind.name}.{name}"
            yield from _in_value(kind.fields[name].type, value[name])
    elif isinstance(kind, GraphQLEnumType):
        yield f"{kind.name}.{value}"


class CountedDeprecations(SchemaExtension):
    """Counts who still asks for what is deprecated, once the answer is made."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Execute, then count."""
        yield
        asked, context = self.execution_context, self.execution_context.context
        if isinstance(context, Context) and context.actor and asked.graphql_document:
            names = deprecated_in(asked.schema._schema, asked.graphql_document, asked.variables or {})
            try:
                await note_uses(context.actor, names, as_of=context.as_of)
            except Exception:  # What was asked for is done: the caller is to be told so.
                log.exception("deprecated_uses_uncounted", fields=sorted(names))
