"""What a cycle contains, as mails and receipts recall it: what the supplier changed, what the manager expects."""

from __future__ import annotations

from dataclasses import dataclass

from models import Attachment, Modification
from models.changes import FieldChange, extent, is_met
from models.document_types import document_type
from models.modifications import FIELD_LABELS, ExpectedChange
from resolvers.drafts import Draft, draft_of


@dataclass(frozen=True)
class AddedDocument:
    """One document that the cycle added; its size in bytes."""

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

    @property
    def extent(self) -> str:
        """How much that is: « 1 donnée modifiée, 2 pièces ajoutées »."""
        return extent(len(self.fields), len(self.documents))


async def cycle_contents(modification: Modification) -> CycleContents:
    """Read a cycle's changes, whether it is open or just closed."""
    draft = await draft_of(modification)
    return CycleContents(
        fields=draft.changes,
        documents=[document_of(attachment) for attachment in draft.added],
        expected=[_label(expected) for expected in modification.expects],
        missing=[_label(expected) for expected in modification.expects if not _is_met(expected, draft)],
    )


def document_of(attachment: Attachment) -> AddedDocument:
    """What is told of a document; its file must be loaded."""
    upload = attachment.upload
    return AddedDocument(upload.file_name, _type_label(attachment.document_type), upload.size, upload.sha256)


def _is_met(expected: ExpectedChange, draft: Draft) -> bool:
    added = ((each.document_type, each.upload.scan_status) for each in draft.added)
    return is_met(expected, [change.field for change in draft.changes], added)


def _label(expected: ExpectedChange) -> str:
    return FIELD_LABELS[expected.field] if expected.field else _type_label(expected.document_type or "")


def _type_label(code: str) -> str:
    known = document_type(code)
    return f"{known.label} ({code})" if known else code
