"""Rows as the business names them: a supplier with its account, a request in review or sent back, a file received."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from models import Dossier, Email, Event, FundingRequest, Modification, Supplier, Upload, User, Version
from models.actors import AccountRight, Actor, Role, TokenScope
from models.attachments import Attachment
from models.dossiers import BankDetails, RequestKind
from models.emails import EmailKind
from models.events import EventKind
from models.lifecycle import RequestStatus
from resolvers.requests import request_modification
from resolvers.tokens import create_token
from tests.conftest import NOW

_numbers = count(1)

MANAGER = Actor(Role.MANAGER, "Camille Martin", "user:manager", right=AccountRight.CONFIRM)
READER = Actor(Role.PARTNER, "Observatoire", "token:reader", scopes=(TokenScope.READ,))


async def make_supplier(**facts: Any) -> Supplier:
    """A supplier; its SIRET is unique, not always valid."""
    values: dict[str, Any] = {
        "siret": f"{next(_numbers):014}",
        "legal_name": "GARAGE POULAT",
        "street": "0 cour DE MONS",
        "postcode": "59650",
        "city": "VILLENEUVE D ASCQ",
    }
    return await Supplier.create(**(values | facts))


async def make_user(supplier: Supplier | None, **facts: Any) -> User:
    """An account: of a supplier, or of a manager when there is none."""
    number = f"{next(_numbers):06}"  # in the order of the alphabet as well, however many there were before
    values: dict[str, Any] = {
        "identifier": f"compte{number}",
        "email": f"compte{number}@editeur.fr",
        "name": "Pascal Breton" if supplier else "Camille Martin",
        "role": Role.SUPPLIER if supplier else Role.MANAGER,
        "right": AccountRight.CONFIRM,
        "supplier": supplier,
        "password_hash": "!",
        "created_at": NOW,
    }
    return await User.create(**(values | facts))


async def make_token(**facts: Any) -> str:
    """The secret of a token that reads, unless other `scopes` are given."""
    values: dict[str, Any] = {"name": "Logiciel", "scopes": [TokenScope.READ], "as_of": NOW}
    return (await create_token(**(values | facts))).secret


async def make_request(supplier: Supplier | None = None, **facts: Any) -> FundingRequest:
    """A request in review, with its dossier, its first version and an account that may confirm."""
    if supplier is None:
        supplier = await make_supplier()
        await make_user(supplier)
    number = facts.pop("number", f"FINSAS{next(_numbers):06}")
    dossier, _ = await Dossier.get_or_create(number=number, defaults={"ans_number": "pbrSAS0012", "supplier": supplier})
    values: dict[str, Any] = {
        "dossier": dossier,
        "kind": RequestKind.BALANCE,
        "status": RequestStatus.IN_REVIEW,
        "status_changed_at": NOW - timedelta(days=100),
        "submitted_on": date(2023, 2, 16),
        "updated_at": NOW - timedelta(days=100),
        "advance_decided": Decimal("0.00"),
        "commitment_retained": Decimal("100000.00"),
        "balance_decided": Decimal("70000.00"),
        "bank_details_sealed": BankDetails(supplier.legal_name, "FR7630006000011234567890189", "AGRIFRPP").sealed(),
        "document_digest": "0" * 64,
    }
    request = await FundingRequest.create(**(values | facts))
    await Version.create(
        request=request,
        rank=0,
        asp_number=number,
        dsr="DSR-SAS-SAS-Va1",
        support_contact="pascal.breton@axyus.com",
        created_at=request.updated_at,
        created_by=MANAGER.author,
    )
    return request


async def supplier_of(request: FundingRequest) -> Actor:
    """Who acts for the supplier of that request: its first account."""
    await request.fetch_related("dossier__supplier")
    user = (
        await User.filter(supplier_id=request.dossier.supplier_id, active=True)
        .order_by("created_at", "identifier")
        .first()
    )
    assert user is not None
    return user.actor


async def send_back(request: FundingRequest, *, as_of: datetime = NOW, comment: str = "test modif") -> Modification:
    """The request sent back by a manager."""
    return await request_modification(MANAGER, request.id, comment=comment, as_of=as_of)


async def make_upload(actor: Actor, *, file_name: str = "pv-test.pdf", content: str = "", **facts: Any) -> Upload:
    """A file received from that actor; without `content` it is like no other."""
    number = next(_numbers)
    sha256 = hashlib.sha256((content or str(number)).encode()).hexdigest()
    values: dict[str, Any] = {
        "key": f"ab/cd/{number}",
        "file_name": file_name,
        "content_type": "application/pdf",
        "size": 1200,
        "sha256": sha256,
        "account": actor.account,
        "created_at": NOW,
    }
    return await Upload.create(**(values | facts))


async def make_attachment(request: FundingRequest, *, rank: int | None = 0, **facts: Any) -> Attachment:
    """A document of the request, by default one of the import."""
    upload = facts.get("upload") or await make_upload(MANAGER)
    values: dict[str, Any] = {
        "request": request,
        "upload": upload,
        "position": await Attachment.filter(request_id=request.id).count(),
        "rank": rank,
        "document_type": "AUTRE_S",
        "added_at": request.updated_at,
        "added_by": MANAGER.author,
    }
    return await Attachment.create(**(values | facts))


async def event_kinds() -> list[EventKind]:
    """What happened, in order."""
    return [event.kind for event in await Event.all().order_by("id")]


async def email_kinds() -> list[EmailKind]:
    """What mails wait or have left, in order."""
    return [email.kind for email in await Email.all().order_by("event_id", "recipient")]
