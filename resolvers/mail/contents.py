"""What a mail recalls of a cycle: what the supplier changed in it, and what the manager still expects."""

from __future__ import annotations

from dataclasses import dataclass

from models import Attachment, Modification, Version
from models.changes import FieldChange, field_changes
from models.document_types import document_type
from models.modifications import FIELD_LABELS, ExpectedChange
from resolvers.drafts import added_attachments


@dataclass(frozen=True)
class AddedDocument:
    """One document that the cycle added."""

    file_name: str
    type_label: str
    size: int
    sha256: str


@dataclass(frozen=True)
class CycleContents:
    """A cycle's changes, confirmed or waiting in its draft, and the labels of what the manager ticked."""

    fields: list[FieldChange]
    documents: list[AddedDocument]
    expected: list[str]
    missing: list[str]

    @property
    def any(self) -> bool:
        """Did the supplier change anything?"""
        return bool(self.fields or self.documents)


async def cycle_contents(modification: Modification) -> CycleContents:
    """Read a cycle's changes, whether it is open or just closed."""
    fields = await _changed_fields(modification)
    added = await added_attachments(modification)
    types = {attachment.document_type for attachment in added}
    missing = [each for each in modification.expects if not (fields if each.field else each.document_type in types)]
    return CycleContents(
        fields=fields,
        documents=[_added_document(attachment) for attachment in added],
        expected=[_label(each) for each in modification.expects],
        missing=[_label(each) for each in missing],
    )


async def _changed_fields(modification: Modification) -> list[FieldChange]:
    """From the version before the cycle to the one that it made, or else to its draft."""
    up_to = Version.filter(request_id=modification.request_id, rank__lte=modification.number)
    contacts = {version.rank: version.support_contact for version in await up_to.order_by("rank")}
    made = contacts.pop(modification.number, modification.draft_support_contact)
    before = list(contacts.values())[-1]
    return field_changes(before, before if made is None else made)


def _added_document(attachment: Attachment) -> AddedDocument:
    upload = attachment.upload
    return AddedDocument(upload.file_name, _type_label(attachment.document_type), upload.size, upload.sha256)


def _label(expected: ExpectedChange) -> str:
    return FIELD_LABELS[expected.field] if expected.field else _type_label(expected.document_type or "")


def _type_label(code: str) -> str:
    known = document_type(code)
    return f"{known.label} ({code})" if known else code
