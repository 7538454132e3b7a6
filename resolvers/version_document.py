"""A version as the document that it could be imported from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from models import Attachment, FundingRequest, Supplier, Version
from models.dossiers import BankDetails
from models.file_names import MAX_LENGTH
from models.import_fields import NATURES

_NATURES = {kind: nature for nature, kind in NATURES.items()}


def version_document(
    request: FundingRequest, version: Version, attachments: Sequence[Attachment], bank_details: BankDetails | None
) -> str:
    """The JSON of a version, in the model of the import; without its bank details, where they are not to be read.

    The request is given with its dossier and supplier, the attachments with their uploads.
    """
    content = {
        "version": "1.0",
        "nature": _NATURES[request.kind],
        "dossier": request.dossier.number,
        "referencementAns": request.dossier.ans_number,
        "dateDepot": request.submitted_on.isoformat(),
        "dsr": version.dsr,
        "fournisseur": _supplier(request.dossier.supplier),
        "coordonneesContact": version.support_contact,
        "montants": _amounts(request),
        **({"coordonneesBancaires": _account(bank_details)} if bank_details else {}),
        "pieces": list(_documents(attachments)),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _supplier(supplier: Supplier) -> dict[str, Any]:
    address = {"voie": supplier.street, "codePostal": supplier.postcode, "commune": supplier.city}
    return {"siret": supplier.siret, "denominationSociale": supplier.legal_name, "adresse": address}


def _amounts(request: FundingRequest) -> dict[str, str | None]:
    return {
        "avanceDecidee": _amount(request.advance_decided),
        "engagementRetenu": _amount(request.commitment_retained),
        "soldeDecide": _amount(request.balance_decided),
    }


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _account(details: BankDetails) -> dict[str, str]:
    return {"titulaire": details.holder, "iban": details.iban, "bic": details.bic}


def _documents(attachments: Sequence[Attachment]) -> Iterator[dict[str, str]]:
    """Each under a name of its own: an import finds its files by their names."""
    taken: set[str] = set()
    for attachment in attachments:
        name = _free(attachment.upload.file_name, taken)
        taken.add(name)
        yield {"fichier": name, "type": attachment.document_type}


def _free(name: str, taken: set[str]) -> str:
    """The name, or « guide (2).pdf » when another document has it."""
    path = PurePath(name)
    number, free = 1, name
    while free in taken:
        number += 1
        ending = f" ({number}){path.suffix}"
        free = path.stem[: MAX_LENGTH - len(ending)] + ending
    return free
