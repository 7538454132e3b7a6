"""The JSON Schema of the import, asked as a supplier would: by a validator that knows nothing of the portal."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from models.import_document import json_schema
from tests.docs.blocks import blocks

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests/examples"
NAMES = ("FINSAS008539", "FINSAS008539-erreurs")
# All faults of the second but those of keys and days, which no schema can say, and of a file that is not there.
SHAPES = {
    "$.nature",
    "$.referencementAns",
    "$.fournisseur.adresse.codePostal",
    "$.montants.avanceDecidee",
    "$.montants.engagementRetenu",
    "$.montants.soldeDecide",
    "$.coordonneesBancaires.bic",
    "$.pieces[0].fichier",
    "$.pieces[1].type",
    "$.inconnu",
}
# The validator that comes with html-validate.
VALIDATOR = """
import Ajv from "ajv/dist/2020.js";
const [schema, ...documents] = JSON.parse(process.argv[1]);
const valid = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
console.log(JSON.stringify(documents.map((each) => (valid(each) ? [] : valid.errors))));
"""


def faults(*documents: Any) -> list[set[str]]:
    """Where each document has not the shape that the schema asks for, as JSON paths."""
    command = ["node", "--input-type=module", "--eval", VALIDATOR, json.dumps([json_schema(), *documents])]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [{_path(fault) for fault in each} for each in json.loads(told)]


def _path(fault: dict[str, Any]) -> str:
    keys = [*fault["instancePath"].split("/")[1:], *filter(None, [fault["params"].get("additionalProperty")])]
    return "$" + "".join(f"[{key}]" if key.isdecimal() else f".{key}" for key in keys)


def test_the_examples_have_its_shape_and_what_has_not_is_found_where_the_portal_finds_it() -> None:
    example, wrong = (json.loads((EXAMPLES / f"{name}.json").read_text()) for name in NAMES)
    [told] = [json.loads(block.text) for block in blocks("import") if block.file]
    unnumbered = {key: value for key, value in told.items() if key != "dossier"}
    *fine, found = faults(example, told, unnumbered, told | {"dossier": None}, wrong)
    assert fine == [set()] * 4
    assert found == SHAPES
