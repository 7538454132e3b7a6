"""The printed schema: current, keeping its promises, with a French sentence on everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    is_specified_scalar_type,
)

import schema
from models.typography import french

CONTRACT = build_schema((Path(__file__).parent / "contract.graphql").read_text())
PRINTED = Path(schema.__file__).parent / "schema.graphql"
API = build_schema(PRINTED.read_text())


def test_the_printed_schema_is_current() -> None:
    assert PRINTED.read_text() == schema.print_sdl(), "run: solde schema > schema/schema.graphql"


def test_the_contract_is_kept() -> None:
    assert find_breaking_changes(CONTRACT, API) == []


def test_no_default_of_the_contract_is_changed() -> None:
    changed = [
        change.description for change in find_dangerous_changes(CONTRACT, API) if "default" in change.description
    ]
    assert changed == []


def sentences() -> Iterator[tuple[str, str | None]]:
    for name, kind in API.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            for value_name, value in kind.values.items():
                yield f"{name}.{value_name}", value.description
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in kind.fields.items():
                yield f"{name}.{field_name}", field.description
                for argument_name, argument in getattr(field, "args", {}).items():
                    yield f"{name}.{field_name}({argument_name})", argument.description


@pytest.mark.parametrize(("where", "sentence"), [pytest.param(*each, id=each[0]) for each in sentences()])
def test_everything_has_a_french_sentence(where: str, sentence: str | None) -> None:
    assert sentence, f"{where} says nothing"
    assert sentence == french(sentence), f"{where}: « text », « : », « ; » need no-break spaces"
    assert sentence.endswith("."), f"{where}: {sentence}"


def test_the_contract_is_really_compared() -> None:
    without_a_field = (
        (Path(__file__).parent / "contract.graphql").read_text().replace("siret: String!", "siren: String!")
    )
    assert find_breaking_changes(build_schema(without_a_field), API) != []
