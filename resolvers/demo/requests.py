"""The requests of the demo as they were filed: their JSON documents, and the files that these name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from models import FundingRequest, Upload
from models.actors import Actor
from models.deadlines import PARIS
from resolvers.demo.documents import GUIDE_DOCUMENTS, OTHER_DOCUMENTS, DemoDocument
from resolvers.imports import import_request
from resolvers.reception import Announced, Reception

GUIDE_NUMBER = "FINSAS008539"
GUIDE_SUPPLIER = {
    "siret": "79256844600019",
    "denominationSociale": "GARAGE POULAT",
    "adresse": {"voie": "0 cour DE MONS", "codePostal": "59650", "commune": "VILLENEUVE D ASCQ"},
}
OTHER_SUPPLIER = {
    "siret": "51234567900017",
    "denominationSociale": "LOGISANTE ATLANTIQUE",
    "adresse": {"voie": "12 quai DE LA FOSSE", "codePostal": "44000", "commune": "NANTES"},
}
_GUIDE: dict[str, Any] = {
    "version": "1.0",
    "nature": "SOLDE",
    "dossier": GUIDE_NUMBER,
    "referencementAns": "pbrSAS0012",
    "dateDepot": "2023-02-16",
    "dsr": "DSR-SAS-SAS-Va1",
    "fournisseur": GUIDE_SUPPLIER,
    "coordonneesContact": "pascal.breton@axyus.com",
    "montants": {"avanceDecidee": "0.00", "engagementRetenu": "100000.00", "soldeDecide": "70000.00"},
    "coordonneesBancaires": {"titulaire": "GARAGE POULAT", "iban": "FR7630006000011234567890189", "bic": "AGRIFRPP"},
}
_OTHER: dict[str, Any] = {
    "version": "1.0",
    "dsr": "DSR-SAS-SAS-Va1",
    "fournisseur": OTHER_SUPPLIER,
    "coordonneesContact": "support@logisante-atlantique.example",
    "coordonneesBancaires": {
        "titulaire": "LOGISANTE ATLANTIQUE",
        "iban": "FR1420041010050500013M02606",
        "bic": "PSSTFRPPNTE",
    },
}
_ADVANCE = {"avanceDecidee": "30000.00", "engagementRetenu": None, "soldeDecide": None}
_BALANCE = {"avanceDecidee": "30000.00", "engagementRetenu": "85000.00", "soldeDecide": "55000.00"}
_ADVANCE_TYPES = {"CONVENTION_AVANCE", "ATTEST_REGIME_TVA"}


async def file_guide_request(actor: Actor) -> FundingRequest:
    """The guide's own request, filed on the day that it says."""
    return await _file(actor, _GUIDE, GUIDE_DOCUMENTS)


async def file_balance(actor: Actor, number: str, day: date, *, with_documents: bool = True) -> FundingRequest:
    """A demande de solde of the other supplier."""
    facts = {"nature": "SOLDE", "dateDepot": day.isoformat(), "montants": _BALANCE}
    return await _file(actor, _OTHER | _dossier(number) | facts, GUIDE_DOCUMENTS[:1] if with_documents else ())


async def file_advance(actor: Actor, number: str, day: date) -> FundingRequest:
    """A demande d’avance of the other supplier."""
    facts = {"nature": "AVANCE", "dateDepot": day.isoformat(), "montants": _ADVANCE}
    documents = [document for document in OTHER_DOCUMENTS if document.document_type in _ADVANCE_TYPES]
    return await _file(actor, _OTHER | _dossier(number) | facts, documents)


def _dossier(number: str) -> dict[str, str]:
    return {"dossier": number, "referencementAns": f"laSAS{number[-4:]}"}


async def _file(actor: Actor, content: dict[str, Any], documents: Sequence[DemoDocument]) -> FundingRequest:
    as_of = datetime.combine(date.fromisoformat(content["dateDepot"]), time(10), tzinfo=PARIS)
    content = content | {
        "pieces": [{"fichier": document.file_name, "type": document.document_type} for document in documents]
    }
    uploads = await asyncio.gather(*(receive(actor, document, as_of=as_of) for document in documents))
    text = json.dumps(content, ensure_ascii=False)
    request, _ = await import_request(actor, text, upload_ids=[upload.id for upload in uploads], as_of=as_of)
    return request


async def receive(actor: Actor, document: DemoDocument, *, as_of: datetime) -> Upload:
    """The document, sent as a page or a program sends it."""
    reception = Reception(actor, Announced(document.file_name))
    await reception.add(document.content)
    return await reception.keep(as_of=as_of)
