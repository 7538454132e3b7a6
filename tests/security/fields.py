"""Every field of what can be read, and which of them tell some readers less, or something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLObjectType, GraphQLOutputType, get_named_type, is_leaf_type, is_list_type, is_non_null_type

from tests.security.api import API, NODES, QUERIES, listed
from tests.security.portal import Portal

COMPARED = ("READ", "EDIT", "CONFIRM", "read token", "write token", "token for all", "manager's token")
"""Those who see what belongs to the supplier, beside the manager whom they are compared with."""

_FOR_EVERYBODY = {"DocumentType", "FieldError"}
_GIVEN = {"FundingRequest.version": "(rank: 0)"}


def roots() -> list[str]:
    """What has an identity, and what a query answers with that has none; not what refuses as a whole."""
    answered = {name for name in map(_answered, QUERIES) if isinstance(API.type_map[name], GraphQLObjectType)}
    return sorted({*NODES, *answered} - _FOR_EVERYBODY)


def _answered(query: str) -> str:
    name = get_named_type(QUERIES[query].type).name
    return listed(name) or name


def fields_of(name: str) -> list[str]:
    """Every field of the type and of what it is made of, as « Type.field »; not those of what it points at."""
    return sorted(set(_walk(_object(name))))


def _object(name: str) -> GraphQLObjectType:
    kind = API.type_map[name]
    assert isinstance(kind, GraphQLObjectType), name
    return kind


def _walk(kind: GraphQLObjectType, above: tuple[str, ...] = ()) -> Iterator[str]:
    for name, field in kind.fields.items():
        yield f"{kind.name}.{name}"
        inner = _part(field.type, (*above, kind.name))
        if inner:
            yield from _walk(inner, (*above, kind.name))


def _part(kind: GraphQLOutputType, above: tuple[str, ...]) -> GraphQLObjectType | None:
    """What the type is made of: not a plain value, nor another thing with an identity."""
    named = get_named_type(kind)
    is_part = isinstance(named, GraphQLObjectType) and named.name not in (*NODES, *above)
    return named if isinstance(named, GraphQLObjectType) and is_part else None


def selection(kind: GraphQLObjectType, above: tuple[str, ...] = ()) -> str:
    """The whole of it, and of what it points at the identity."""
    chosen = []
    for name, field in kind.fields.items():
        inner, where = _part(field.type, (*above, kind.name)), _GIVEN.get(f"{kind.name}.{name}", "")
        if inner:
            chosen.append(f"{name}{where} {selection(inner, (*above, kind.name))}")
        else:
            is_leaf = is_leaf_type(get_named_type(field.type))
            chosen.append(name + where + ("" if is_leaf else " { id }"))
    return f"{{ {' '.join(chosen)} }}"


async def told(portal: Portal, name: str, reader: str) -> dict[str, list[Any]]:
    """What that reader is told by each field of one thing of that type; nothing when it does not exist for them."""
    chosen = selection(_object(name))
    if name in NODES:
        query = f"query F($id: ID!) {{ thing: node(id: $id) {{ ... on {name} {chosen} }} }}"
        answer = await portal.graphql(reader, query, {"id": portal.own.ids[name]})
    else:
        field = next(query for query in QUERIES if _answered(query) == name)
        nodes = f"{{ nodes {chosen} }}" if listed(get_named_type(QUERIES[field].type).name) else chosen
        given = f'(webhookId: "{portal.own.ids["Webhook"]}")' if field == "webhookDeliveries" else ""
        answer = await portal.graphql(reader, f"query F {{ thing: {field}{given} {nodes} }}")
    content = answer.json()
    assert "errors" not in content, content
    found: dict[str, list[Any]] = defaultdict(list)
    thing = content["data"]["thing"]
    for each in (thing or {}).get("nodes", [thing] if thing else []):
        _collect(_object(name), each, found)
    return found


def _collect(kind: GraphQLObjectType, value: dict[str, Any], found: dict[str, list[Any]]) -> None:
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        parts = _parts(field.type, value[name]) if name in value else []
        for part in parts:
            if isinstance(part, dict) and isinstance(inner, GraphQLObjectType) and inner.name not in NODES:
                _collect(inner, part, found)
        found[f"{kind.name}.{name}"].append([part.get("id") if isinstance(part, dict) else part for part in parts])


def _parts(kind: GraphQLOutputType, value: Any) -> list[Any]:
    if is_non_null_type(kind):
        kind = kind.of_type
    return list(value) if is_list_type(kind) and value is not None else [value]


async def differing(portal: Portal, name: str) -> dict[str, list[str]]:
    """The fields that do not tell every reader what they tell a manager, and those readers."""
    whole = await told(portal, name, "manager")
    differ: dict[str, list[str]] = defaultdict(list)
    for reader in COMPARED:
        seen = await told(portal, name, reader)
        for field in seen:
            if seen[field] != whole[field]:
                differ[field].append(reader)
    return differ
