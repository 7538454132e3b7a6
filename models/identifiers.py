"""How identifiers are shown: a SIRET in groups, an IBAN masked."""


def shown_siret(siret: str) -> str:
    """« 792 568 446 00019 »: the company, then the establishment."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"


def masked_iban(iban: str) -> str:
    """« FR76 •••• •••• 0189 »: country, check digits and the last four, whatever the length."""
    return f"{iban[:4]} •••• •••• {iban[-4:]}"
