"""docs/security/threat-model.md speaks of every flow of its picture, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs/security"


def test_each_flow_of_the_picture_has_its_line() -> None:
    drawn = [int(number) for number in re.findall(r'class="n" y="\d+">(\d+)<', (DOCS / "data-flow.svg").read_text())]
    rows = re.findall(r"^\| ((?:\d+)(?:, \d+)*) \|", (DOCS / "threat-model.md").read_text(), re.MULTILINE)
    told = [int(number) for row in rows for number in row.split(", ")]
    assert sorted(told) == sorted(drawn) == list(range(1, len(drawn) + 1))
