"""The reference of the API as Markdown, from the schema's own words: what docs/api/reference.md holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    print_ast,
)
from graphql.utilities import ast_from_value

from schema import build

Given = GraphQLArgument | GraphQLInputField

HEAD = """# Référence

Tout ce que l’API sait lire et faire, écrit d’après son schéma (`solde schema --reference`) ; le même schéma pour les
outils : [schema.graphql](/docs/api/schema.graphql). Un « ! » après un type : jamais absent. Entre crochets : une liste.
Le [démarrage](quick-start.md) en montre l’usage."""


def print_reference() -> str:
    """The reference of a portal in earnest: what docs/api/reference.md holds."""
    return reference(build(sandbox=False)._schema)


def reference(schema: GraphQLSchema) -> str:
    """Reading, acting, then every type that these speak of."""
    parts = [HEAD, *_reading(schema), *_acting(schema)]
    told = _told_with_mutations(schema)
    for title, kind in (
        ("Objets", GraphQLObjectType),
        ("Interfaces", GraphQLInterfaceType),
        ("Données à fournir", GraphQLInputObjectType),
        ("Valeurs possibles", GraphQLEnumType),
        ("Unions", GraphQLUnionType),
        ("Scalaires", GraphQLScalarType),
    ):
        types = [each for each in _types(schema) if isinstance(each, kind) and each.name not in told]
        parts += [f"## {title}", *(_type(each) for each in types)] if types else []
    text = "\n\n".join(parts) + "\n"
    for name, mutation in told.items():
        text = text.replace(f"](#{name.lower()})", f"](#mutation{mutation.lower()})")
    return text


def _types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """In the order of the alphabet, without those of introspection and the two roots."""
    roots = {schema.query_type, schema.mutation_type}
    names = sorted(name for name in schema.type_map if not name.startswith("__"))
    return [schema.type_map[name] for name in names if schema.type_map[name] not in roots]


def _reading(schema: GraphQLSchema) -> Iterator[str]:
    yield "## Lectures"
    yield "Champs de `Query`."
    for name, field in _fields(schema.query_type).items():
        yield f"### Query.{name}"
        yield f"{_words(field)}\n\nRéponse : {_link(field.type)}"
        yield from _arguments(field.args)


def _acting(schema: GraphQLSchema) -> Iterator[str]:
    yield "## Mutations"
    yield "Chacune répond par une union : son succès, ou une erreur typée avec sa phrase (`... on Error { message }`)."
    for name, field in _fields(schema.mutation_type).items():
        yield f"### Mutation.{name}"
        yield _words(field)
        for argument, given in field.args.items():
            kind = get_named_type(given.type)
            if isinstance(kind, GraphQLInputObjectType):
                yield f"`{argument}`, de type `{kind.name}` : {_words(kind)}"
                yield from _arguments(kind.fields)
        yield from _outcomes(get_named_type(field.type))


def _outcomes(result: GraphQLNamedType) -> Iterator[str]:
    """The members of a mutation's union, with what each tells."""
    if not isinstance(result, GraphQLUnionType):
        yield f"Réponse : {_link(result)}"
        return
    yield f"Réponse, de type `{result.name}` :"
    yield _table(
        ("Membre", "Sens", "Champs"),
        (
            (_name_in_union(each), _words(each), ", ".join(_typed(name, field) for name, field in each.fields.items()))
            for each in result.types
        ),
    )


def _name_in_union(member: GraphQLObjectType) -> str:
    return _link(member) if member.name.endswith("Error") else f"`{member.name}`"


def _typed(name: str, field: GraphQLField) -> str:
    return f"`{name}`: {_link(field.type)}"


def _told_with_mutations(schema: GraphQLSchema) -> dict[str, str]:
    """The input, union and success of each mutation, which are told beside it; with its name."""
    told: dict[str, str] = {}
    for mutation, field in _fields(schema.mutation_type).items():
        told |= {get_named_type(given.type).name: mutation for given in field.args.values()}
        result = get_named_type(field.type)
        if isinstance(result, GraphQLUnionType):
            told |= {each.name: mutation for each in (result, *result.types) if not each.name.endswith("Error")}
    return told


def _type(kind: GraphQLNamedType) -> str:
    return "\n\n".join([f"### {kind.name}", _words(kind), *_body(kind)])


def _body(kind: GraphQLNamedType) -> Iterator[str]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        if kind.interfaces:
            yield f"Est aussi : {', '.join(map(_link, kind.interfaces))}"
        # What all pages of lists have in common is said by their descriptions.
        meaning = [(_head(name, field), _link(field.type), _words(field)) for name, field in kind.fields.items()]
        yield _table(("Champ", "Type", "Sens"), meaning)
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _arguments(kind.fields)
    elif isinstance(kind, GraphQLEnumType):
        yield _table(("Valeur", "Sens"), ((f"`{name}`", _words(value)) for name, value in kind.values.items()))
    elif isinstance(kind, GraphQLUnionType):
        yield ", ".join(map(_link, kind.types))


def _head(name: str, field: GraphQLField) -> str:
    """The field, with the arguments that it takes."""
    given = ", ".join(f"{each}: {_plain(argument)}" for each, argument in field.args.items())
    return f"`{name}({given})`" if given else f"`{name}`"


def _arguments(given: Mapping[str, Given]) -> Iterator[str]:
    if given:
        rows = ((f"`{name}`", _link(each.type), _default(each), _words(each)) for name, each in given.items())
        yield _table(("Donnée", "Type", "Par défaut", "Sens"), rows)


def _plain(given: Given) -> str:
    default = _default(given).strip("`")
    return f"{given.type} = {default}" if default else str(given.type)


def _default(given: Given) -> str:
    if given.default_value is Undefined or given.default_value is None:
        return ""
    literal = ast_from_value(given.default_value, given.type)
    return f"`{print_ast(literal)}`" if literal else ""


def _link(kind: GraphQLType) -> str:
    """« [[Version](#version)!]! »: the type with its signs, its name leading to where it is told."""
    if isinstance(kind, GraphQLNonNull):
        return f"{_link(kind.of_type)}!"
    if isinstance(kind, GraphQLList):
        return f"\\[{_link(kind.of_type)}\\]"
    name = get_named_type(kind).name
    return f"[{name}](#{name.lower()})"


def _words(described: GraphQLNamedType | GraphQLField | Given | object) -> str:
    """The description on one line, with why it should no longer be used."""
    words = " ".join(str(getattr(described, "description", None) or "").split())
    reason = getattr(described, "deprecation_reason", None)
    return f"{words} **Déprécié** : {reason}" if reason else words


def _fields(kind: GraphQLObjectType | None) -> dict[str, GraphQLField]:
    return kind.fields if kind else {}


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
