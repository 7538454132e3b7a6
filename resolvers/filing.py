"""Writing an imported request down: its supplier, its dossier, its first version, its documents, its first event."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models import Attachment, Dossier, FundingRequest, Supplier, Upload, Version
from models.actors import Actor
from models.dossiers import BankDetails
from models.events import EventKind
from models.import_document import ImportDocument, digest
from models.lifecycle import RequestStatus
from resolvers.drafts import document_facts
from resolvers.events import record


async def hold_supplier(content: ImportDocument) -> Supplier:
    """The row of that SIRET, held so that its imports come one after the other; a new one when there is none."""
    siret = content.supplier.siret
    if await Supplier.filter(siret=siret).update(siret=siret):
        return await Supplier.get(siret=siret)
    return await Supplier.create(siret=siret, **_named(content))


def _named(content: ImportDocument) -> dict[str, Any]:
    address = content.supplier.address
    return {
        "legal_name": content.supplier.legal_name,
        "street": address.street,
        "postcode": address.postcode,
        "city": address.city,
    }


async def file_request(
    actor: Actor,
    supplier: Supplier,
    dossier: Dossier | None,
    content: ImportDocument,
    uploads: Mapping[str, Upload],
    as_of: datetime,
) -> FundingRequest:
    """The request with all that it brings, in a dossier that is new when `dossier` is None."""
    # The supplier is named and lives where the latest document says.
    await Supplier.filter(id=supplier.id).update(**_named(content))
    if dossier is None:
        number = content.number or f"FINSAS{secrets.randbelow(1_000_000):06}"
        dossier = await Dossier.create(number=number, ans_number=content.ans_number, supplier=supplier)
    request = await _create_request(dossier, content, as_of)
    await Version.create(
        request=request,
        rank=0,
        asp_number=dossier.number,
        dsr=content.dsr,
        support_contact=content.support_contact,
        created_at=as_of,
        created_by=actor.author,
    )
    attachments = _attachments(actor, request, content, uploads, as_of)
    await Attachment.bulk_create(attachments)
    documents = [document_facts(attachment) for attachment in attachments]
    await record(EventKind.REQUEST_IMPORTED, request, actor, at=as_of, number=dossier.number, documents=documents)
    return request


async def _create_request(dossier: Dossier, content: ImportDocument, as_of: datetime) -> FundingRequest:
    return await FundingRequest.create(
        dossier=dossier,
        kind=content.kind,
        status=RequestStatus.IN_REVIEW,
        status_changed_at=as_of,
        submitted_on=content.submitted_on,
        updated_at=as_of,
        advance_decided=content.amounts.advance_decided,
        commitment_retained=content.amounts.commitment_retained,
        balance_decided=content.amounts.balance_decided,
        bank_details_sealed=BankDetails(
            content.bank_details.holder, content.bank_details.iban, content.bank_details.bic
        ).sealed(),
        document_digest=digest(content),
    )


def _attachments(
    actor: Actor, request: FundingRequest, content: ImportDocument, uploads: Mapping[str, Upload], as_of: datetime
) -> list[Attachment]:
    """The documents in the order in which the import names them."""
    return [
        Attachment(
            request=request,
            upload=uploads[named.file_name],
            position=position,
            rank=0,
            document_type=named.document_type,
            added_at=as_of,
            added_by=actor.author,
        )
        for position, named in enumerate(content.documents)
    ]
