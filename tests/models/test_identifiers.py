"""An IBAN shows its country, its check digits and its end, and no more."""

import pytest

from models.identifiers import masked_iban


@pytest.mark.parametrize(
    ("iban", "shown"),
    [
        ("FR7630006000011234567890189", "FR76 •••• •••• 0189"),
        ("NO9386011117947", "NO93 •••• •••• 7947"),
    ],
)
def test_iban_is_masked(iban: str, shown: str) -> None:
    assert masked_iban(iban) == shown
