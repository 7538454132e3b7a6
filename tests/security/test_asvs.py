"""docs/security/asvs.md names every check, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATES = {"holds", "partly", "deviates", "does not apply"}
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs/security/asvs.md").read_text().splitlines()
    if re.match(r"\| \d+ \|", line)
]


def test_each_of_the_77_checks_and_111_requirements_has_its_place() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 78))
    ids = [each for row in ROWS for each in re.findall(r"\d+\.\d+\.\d+", row[1])]
    assert len(ids) == len(set(ids)) == 111


def test_each_check_has_a_state_and_whatever_does_not_hold_says_why() -> None:
    assert {row[3] for row in ROWS} <= STATES
    assert [row[0] for row in ROWS if row[3] != "holds" and not row[5].strip(" |")] == []


def test_each_check_is_shown_by_files_and_tests_that_exist() -> None:
    named = [(row[0], name) for row in ROWS for name in re.findall(r"`([^`]+)`", row[4])]
    assert {number for number, _ in named} == {row[0] for row in ROWS}
    assert [(number, name) for number, name in named if not _exists(name)] == []


def _exists(name: str) -> bool:
    path, _, test = name.partition("::")
    file = ROOT / path
    return file.is_file() and (
        not test or re.search(rf"^(async )?def {test}\(", file.read_text(), re.MULTILINE) is not None
    )
