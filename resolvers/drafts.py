"""What a supplier has changed and not yet confirmed, compared with the version that it starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import Attachment, Modification, Version
from models.attachments import ScanStatus
from models.changes import FieldChange, field_changes
from models.errors import Fault, Stale
from models.infection import infection
from resolvers.visibility import found


@dataclass(frozen=True)
class Draft:
    """The contact as it would be confirmed, what differs from the version before, and the documents added."""

    base: Version
    support_contact: str
    added: list[Attachment]

    @property
    def changes(self) -> list[FieldChange]:
        """The fields that confirming would change."""
        return field_changes(self.base.support_contact, self.support_contact)

    @property
    def any(self) -> bool:
        """Is there anything to confirm?"""
        return bool(self.changes or self.added)

    def infections(self) -> list[Fault]:
        """A refusal for each document that the antivirus has put aside; one that waits for it may be confirmed."""
        infected = [each.upload for each in self.added if each.upload.scan_status is ScanStatus.INFECTED]
        return [infection(upload.file_name, "modificationId") for upload in infected]

    def facts(self) -> dict[str, Any]:
        """The same for an event's payload."""
        return {
            "changes": [{"field": c.field.value, "before": c.before, "after": c.after} for c in self.changes],
            "documents": [document_facts(attachment) for attachment in self.added],
        }


def at_revision(modification: Modification, based_on: int | None) -> Modification:
    """The modification, if its draft is the one that the caller saw; else Stale."""
    if based_on is not None and based_on != modification.revision:
        raise Stale(modification)
    return modification


async def added_attachments(modification: Modification) -> list[Attachment]:
    """The documents added in that cycle and not removed since, each with its file, oldest first."""
    rows = Attachment.filter(modification_id=modification.id, removed_at=None)
    return await rows.order_by("position").select_related("upload")


async def draft_of(modification: Modification) -> Draft:
    """The draft of an open cycle; what it starts from is the last version made before that cycle."""
    before = Version.filter(request_id=modification.request_id, rank__lt=modification.number)
    base = found(await before.order_by("-rank").first())
    contact = modification.draft_support_contact
    return Draft(base, base.support_contact if contact is None else contact, await added_attachments(modification))


def document_facts(attachment: Attachment) -> dict[str, Any]:
    """One document for an event's payload; its file must be loaded."""
    upload = attachment.upload
    return {
        "id": str(attachment.id),
        "documentType": attachment.document_type,
        "fileName": upload.file_name,
        "size": upload.size,
        "sha256": upload.sha256,
    }
