"""Lists and identities as Relay's own clients read them: the shapes of its specification."""

from __future__ import annotations

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from schema import print_sdl
from tests.security.api import NODES

API = build_schema(print_sdl())
OBJECTS = {name: kind for name, kind in API.type_map.items() if isinstance(kind, GraphQLObjectType)}
CONNECTIONS = sorted(name for name in OBJECTS if name.endswith("Connection"))
# Nothing points at them from elsewhere: their ids name them in a mutation, and their list reads them again.
ONLY_IN_LISTS = ("Session", "WebhookDelivery")
RETURNING = [
    (f"{kind.name}.{name}", field)
    for kind in OBJECTS.values()
    for name, field in kind.fields.items()
    if str(get_nullable_type(field.type)).endswith("Connection")
]


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_connection_has_edges_and_says_where_it_stands(name: str) -> None:
    connection = OBJECTS[name]
    edge = OBJECTS[f"{name.removesuffix('Connection')}Edge"]
    assert str(connection.fields["pageInfo"].type) == "PageInfo!"
    assert is_list_type(get_nullable_type(connection.fields["edges"].type))
    assert str(connection.fields["edges"].type) == f"[{edge.name}!]!"
    assert is_leaf_type(get_nullable_type(edge.fields["cursor"].type))
    assert not is_list_type(get_nullable_type(edge.fields["node"].type))
    assert str(connection.fields["nodes"].type) == f"[{edge.fields['node'].type}]!"


def test_a_page_says_whether_others_precede_and_follow() -> None:
    fields = {name: str(field.type) for name, field in OBJECTS["PageInfo"].fields.items()}
    assert fields == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }


@pytest.mark.parametrize(("place", "field"), RETURNING, ids=[place for place, _ in RETURNING])
def test_every_list_goes_forward_from_a_cursor(place: str, field: GraphQLField) -> None:
    arguments = {name: str(argument.type) for name, argument in field.args.items()}
    assert (arguments.get("first"), arguments.get("after")) == ("Int", "String"), place


def test_every_list_is_read_by_some_field() -> None:
    assert {str(get_nullable_type(field.type)) for _, field in RETURNING} == set(CONNECTIONS)


def test_whatever_has_an_id_is_a_node_that_is_found_by_it() -> None:
    node = API.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {name: str(field.type) for name, field in node.fields.items()} == {"id": "ID!"}
    field = OBJECTS["Query"].fields["node"]
    assert (str(field.type), {name: str(each.type) for name, each in field.args.items()}) == ("Node", {"id": "ID!"})
    with_id = {name for name, kind in OBJECTS.items() if "id" in kind.fields and str(kind.fields["id"].type) == "ID!"}
    assert with_id == {*NODES, *ONLY_IN_LISTS}
