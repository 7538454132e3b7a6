"""One request of the demo, lived through the use cases at its own dates.

The worker's passes come in between, so that events, mails and deadlines are real.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models import FundingRequest, Modification, Upload
from models.actors import Actor
from models.attachments import ScanStatus
from models.deadlines import PARIS
from models.modifications import EditableField, ExpectedChange
from resolvers.demo.documents import OTHER_DOCUMENTS
from resolvers.demo.requests import receive
from resolvers.editing import add_attachment, change_support_contact
from resolvers.modifications import confirm_modification, mark_comment_seen
from resolvers.requests import request_modification
from resolvers.scanning import mark_infected

CONTACT = ExpectedChange(field=EditableField.SUPPORT_CONTACT)
TEST_REPORT = ExpectedChange(document_type="MSS_RESU_TEST_TECH")
API_GUIDE = ExpectedChange(document_type="MSS_GUIDE_PDF_API")
Passes = Callable[[datetime], Awaitable[object]]
"""What a worker does at an instant: a pass of its own, or the like of it (resolvers/sandbox.py)."""

_DOCUMENTS = {document.file_name: document for document in OTHER_DOCUMENTS}


@dataclass(frozen=True)
class Scene:
    """One request, who acts on it, the day of the demo, and the worker's passes until then."""

    request: FundingRequest
    supplier: Actor
    manager: Actor
    now: datetime
    live: Passes

    def ago(self, days: int, hour: int = 14, minute: int = 32) -> datetime:
        """That hour in Paris, so many days ago."""
        day = self.now.astimezone(PARIS).date() - timedelta(days=days)
        return datetime.combine(day, time(hour, minute), tzinfo=PARIS)

    async def send_back(self, at: datetime, comment: str, *expected: ExpectedChange) -> Modification:
        modification = await request_modification(
            self.manager, self.request.id, comment=comment, expected_changes=expected, as_of=at
        )
        await self.live(at)
        return modification

    async def change_contact(self, modification: Modification, contact: str, at: datetime) -> None:
        await mark_comment_seen(self.supplier, modification.id, as_of=at)
        await change_support_contact(self.supplier, modification.id, support_contact=contact, as_of=at)

    async def add_to_draft(self, modification: Modification, file_name: str, at: datetime) -> Upload:
        document = _DOCUMENTS[file_name]
        upload = await receive(self.supplier, document, as_of=at)
        await add_attachment(
            self.supplier, modification.id, document_type=document.document_type, upload_id=upload.id, as_of=at
        )
        return upload

    async def find_infected(self, upload: Upload, at: datetime) -> None:
        """The verdict of an antivirus on that document, which no demo is expected to have."""
        await Upload.filter(id=upload.id).update(scan_status=ScanStatus.PENDING, scan_due_at=at)
        await mark_infected(await Upload.get(id=upload.id), "Virus-De-Demonstration", at)

    async def confirm(self, modification: Modification, at: datetime, note: str | None = None) -> None:
        await confirm_modification(self.supplier, modification.id, note=note, as_of=at)
        await self.live(at)

    async def let_time_pass(self, modification: Modification, until: datetime | None = None) -> None:
        """The worker's passes at the deadlines that have come since."""
        for deadline in (modification.reminds_at, modification.closes_at):
            if deadline <= (until or self.now):
                await self.live(deadline)


Story = Callable[[Scene], Awaitable[None]]
