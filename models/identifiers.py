"""How identifiers that are not for everybody are shown."""


def masked_iban(iban: str) -> str:
    """« FR76 •••• •••• 0189 »: country, check digits and the last four, whatever the length."""
    return f"{iban[:4]} •••• •••• {iban[-4:]}" if iban else ""
