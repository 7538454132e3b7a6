"""The content of an import document has one digest, and its format one JSON Schema."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from models.document_types import DOCUMENT_TYPES
from models.dossiers import RequestKind
from models.import_document import digest, json_schema
from settings import settings
from tests.models.reading import read_document

TEXT = (Path(__file__).parent.parent / "examples" / "FINSAS008539.json").read_text()


def shuffled(value: Any) -> Any:
    """The same with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: shuffled(inner) for key, inner in reversed(value.items())}
    return [shuffled(inner) for inner in value] if isinstance(value, list) else value


def test_the_same_content_has_the_same_digest_however_it_is_written() -> None:
    other = json.dumps(shuffled(json.loads(TEXT)), indent=8).replace("GARAGE POULAT", " GARAGE POULAT  ")
    assert other != TEXT
    assert digest(read_document(other)) == digest(read_document(TEXT))
    assert re.fullmatch("[0-9a-f]{64}", digest(read_document(TEXT)))


def test_the_number_that_the_portal_may_give_is_no_part_of_the_content() -> None:
    document = json.loads(TEXT)
    del document["dossier"]
    assert digest(read_document(json.dumps(document))) == digest(read_document(TEXT))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pascal.breton@axyus.com", "test123@gmail.com"),
        ('"70000.00"', "null"),
        ('"70000.00"', '"70000.01"'),
        ("2023-02-16", "2023-02-17"),
        ("AUTRE_S", "AUTRE_A"),
        ("PJ_Demande.pdf", "PJ_demande.pdf"),
        ('"SOLDE"', '"AVANCE"'),
    ],
)
def test_another_content_has_another_digest(before: str, after: str) -> None:
    assert digest(read_document(TEXT.replace(before, after))) != digest(read_document(TEXT))


def objects(schema: Any) -> list[dict[str, Any]]:
    return [schema, *schema["$defs"].values()]


def test_the_schema_says_what_the_model_does() -> None:
    schema: Any = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert all(each["additionalProperties"] is False for each in objects(schema))
    assert set(schema["properties"]) - set(schema["required"]) == {"dossier"}
    assert schema["properties"]["nature"]["enum"] == ["AVANCE", "SOLDE"]
    assert schema["properties"]["pieces"]["maxItems"] == settings.max_files_at_once
    types = schema["$defs"]["NamedDocument"]["properties"]["type"]["enum"]
    assert types == [each.code for each in DOCUMENT_TYPES]


def test_the_schema_knows_every_key_of_the_example() -> None:
    schema: Any = json_schema()
    keys = {key for each in objects(schema) for key in each["properties"]}
    assert set(re.findall(r'"(\w+)":', TEXT)) == keys


def test_every_value_of_the_schema_has_a_title_and_a_sentence_in_french() -> None:
    schema: Any = json_schema()
    for each in objects(schema):
        assert each["title"]
        for value in each["properties"].values():
            described = value | schema["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
            assert described["title"][0].isupper()
            assert described["description"].endswith(".")


def test_the_documentation_shows_a_good_document_and_every_type() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api" / "import.md").read_text()
    example = page.partition("```json file=demande.json\n")[2].partition("```")[0]
    assert read_document(example).number == "FINSAS008539"
    for each in DOCUMENT_TYPES:
        kinds = "" if len(each.request_kinds) > 1 else f", of {_ARTICLES[each.request_kinds[0]]}"
        assert f"| `{each.code}` | {each.label} | {f'yes{kinds}' if each.addable else 'no'} |" in page


_ARTICLES = {RequestKind.ADVANCE: "an advance", RequestKind.BALANCE: "a balance"}
