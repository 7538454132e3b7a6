"""Tables for spreadsheets: what is written is read back, and nothing in them is computed."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.csv_lines import Cell, lines, written
from tests.corpus.formulas import FORMULAS, HARMLESS


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";"))


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_no_text_is_a_formula(text: str) -> None:
    [[cell, beside]] = read_back(lines([[text, "1"]]))
    assert (cell, beside) == ("'" + text.replace("\0", ""), "1")


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_every_other_text_is_left_as_it_is(text: str) -> None:
    assert read_back(lines([[text, text]])) == [[text, text]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Decimal("70000.00"), "70000,00"),
        (Decimal("-5.1"), "-5,10"),
        (datetime(2023, 8, 27, 12, 32, tzinfo=UTC), "27/08/2023 14:32"),
        (date(2023, 2, 16), "16/02/2023"),
        (True, "oui"),
        (False, "non"),
        (None, ""),
        (12, "12"),
    ],
    ids=ascii,
)
def test_values_are_written_as_a_french_spreadsheet_reads_them(cell: Cell, text: str) -> None:
    assert written(cell) == text


def test_half_of_a_pair_costs_one_letter_and_not_the_table() -> None:
    assert read_back(lines([["a\ud800b"], ["c"]])) == [["a?b"], ["c"]]
