"""What a supplier has on the portal, one row of each kind: what others may not even know of, but for announcements."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models import (
    ApiToken,
    Attachment,
    CommentTemplate,
    Email,
    Event,
    FundingRequest,
    Modification,
    News,
    Session,
    Supplier,
    SupportMessage,
    Upload,
    User,
    Version,
    Webhook,
    WebhookDelivery,
)
from models.actors import AccountRight
from models.attachments import Integrity, ScanStatus
from models.emails import EmailStatus
from models.lifecycle import ModificationOutcome
from models.sealing import seal
from resolvers.accounts import digest
from resolvers.deprecated_uses import note_uses
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_attachment, make_request, make_token, make_upload, send_back
from tests.resolvers.test_outbox import make_email
from tests.security.readers import LATER


async def sent_back(supplier: Supplier) -> Modification:
    """A request of that supplier, sent back, its draft changed so that it can be confirmed."""
    modification = await send_back(await make_request(supplier))
    await Modification.filter(id=modification.id).update(draft_support_contact="aide@editeur.fr")
    return modification


async def skipped(supplier: Supplier) -> Modification:
    """One that has come to its end: it has a receipt."""
    modification = await sent_back(supplier)
    ended = {"outcome": ModificationOutcome.SKIPPED, "closed_at": LATER, "closed_by": MANAGER.author}
    await Modification.filter(id=modification.id).update(**ended)
    return modification


async def document(request: FundingRequest, **facts: Any) -> Attachment:
    """A document that the request came with."""
    return await make_attachment(request, upload=await make_upload(READER, **facts))


async def drafted(modification: Modification) -> Attachment:
    """A document of the draft."""
    return await make_attachment(modification.request, rank=None, modification=modification)


async def message(request: FundingRequest) -> SupportMessage:
    """A question that waits for its answer."""
    return await SupportMessage.create(request=request, text="Un oubli", at=NOW, by=READER.author)


async def announced(document: Upload | None = None) -> News:
    """What a manager has announced to everybody, like nothing else."""
    words: dict[str, Any] = {
        "title": f"Annonce {await News.all().count()}",
        "category": "FOURNISSEUR",
        "text": "Ouvert",
    }
    return await News.create(**words, published_at=NOW, published_by=MANAGER.author, document=document)


async def kept_comment() -> CommentTemplate:
    """What managers have at hand: nobody's but theirs."""
    title = f"Modèle {await CommentTemplate.all().count()}"
    return await CommentTemplate.create(title=title, text="À revoir", created_at=NOW, created_by=MANAGER.author)


async def asked_for_what_goes(user: User) -> str:
    """The key of that account, which still asked for what the API will no longer have."""
    await note_uses(user.actor, ["Dossier.number"], as_of=NOW)
    return user.actor.account


async def token_of(supplier: Supplier) -> ApiToken:
    """What software of that supplier may come with."""
    secret = await make_token(supplier=supplier)
    return await ApiToken.get(digest=digest(secret))


async def session_of(user: User) -> Session:
    """Another browser on which that account is signed in."""
    times: dict[str, Any] = {"created_at": LATER, "seen_at": LATER, "expires_at": LATER + timedelta(hours=1)}
    return await Session.create(digest=secrets.token_hex(32), user=user, **times)


async def sent_mail(modification: Modification) -> Email:
    """A mail about that modification that a server has taken."""
    email = await Email.filter(request_id=modification.request_id).first()
    assert email is not None
    await Email.filter(id=email.id).update(status=EmailStatus.SENT, sent_at=NOW, error="452 Full, before")
    return email


async def webhook_of(supplier: Supplier, event: Event | None = None) -> Webhook:
    """An address that is told of what happens to that supplier's requests, of one event already."""
    number = await Webhook.all().count()
    webhook = await Webhook.create(
        supplier=supplier,
        label="Suivi",
        url=f"https://editeur.fr/webhooks/{number}",
        secret=seal("whsec_c2VjcmV0"),
        created_at=NOW,
        created_by=MANAGER.author,
        feed_transaction=0,
        feed_event=0,
    )
    if event is not None:
        about: dict[str, Any] = {"webhook": webhook, "event": event, "request_id": event.request_id}
        await WebhookDelivery.create(**about, number=1, created_at=NOW, next_attempt_at=NOW)
    return webhook


async def _lose_every_reader_of_mails(supplier: Supplier) -> None:
    """No mail reaches any account of that supplier any more: only managers are told so."""
    for user in await User.filter(supplier_id=supplier.id, active=True):
        refused = {"status": EmailStatus.FAILED, "failed_at": LATER, "error": "550 No such user"}
        await make_email(recipient=user.email, **refused)


@dataclass(frozen=True)
class Belongings:
    """The opaque id of one row of each kind, by the name of its type or of the list that it stands in."""

    ids: dict[str, str]
    number: str

    @classmethod
    async def of(cls, supplier: Supplier) -> Belongings:
        modification = await sent_back(supplier)
        request = modification.request
        await request.fetch_related("dossier")
        virus = {"scan_status": ScanStatus.INFECTED, "scanned_at": NOW, "scan_finding": "Eicar-Signature"}
        infected = await document(request, **virus)
        damaged = await document(request, integrity=Integrity.ALTERED, verified_at=NOW)
        version = await Version.get(request_id=request.id)
        account = await User.get(supplier_id=supplier.id, active=True, right=AccountRight.CONFIRM)
        event = await Event.get(request_id=request.id)
        keys = {
            "Supplier": supplier.id,
            "Dossier": request.dossier_id,
            "FundingRequest": request.id,
            "Version": version.id,
            "Modification": modification.id,
            "Attachment": infected.id,
            "Email": (await sent_mail(modification)).id,
            "SupportMessage": (await message(request)).id,
            "Event": event.id,
            "News": (await announced(infected.upload)).id,
            "CommentTemplate": (await kept_comment()).id,
            "Account": account.id,
            "ApiToken": (await token_of(supplier)).id,
            "Webhook": (await webhook_of(supplier, event)).id,
        }
        ids = {name: str(node_id(name, key)) for name, key in keys.items()}
        await _lose_every_reader_of_mails(supplier)
        lists = {"infectedAttachments": infected, "damagedAttachments": damaged}
        ids |= {name: str(node_id("Attachment", row.id)) for name, row in lists.items()}
        ids["journal"] = str(event.id)
        ids["deprecatedUses"] = await asked_for_what_goes(account)
        return cls(ids, request.dossier.number)
