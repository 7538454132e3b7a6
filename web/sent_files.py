"""What became of a document that was sent: kept, or refused with its fault."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from models import Upload
from models.attachments import ScanStatus
from models.document_words import NO_FILE as NO_FILE
from models.document_words import NO_TYPE as NO_TYPE
from models.errors import Fault, Invalid
from resolvers.reception import Reception
from settings import settings
from web.nudge import nudge


@dataclass(frozen=True)
class StoredFile:
    """One document of a form, received and kept."""

    field: str
    upload: Upload
    repeated: bool = False

    fault = None

    @property
    def status(self) -> int:
        """200 for what had arrived already, 201 for what is new."""
        return 200 if self.repeated else 201

    @property
    def file_name(self) -> str:
        return self.upload.file_name

    @property
    def upload_id(self) -> str:
        """What to attach the document by."""
        return str(self.upload.id)

    def as_json(self) -> dict[str, object]:
        """What a program is told."""
        return {
            "uploadId": self.upload_id,
            "fileName": self.file_name,
            "size": self.upload.size,
            "sha256": self.upload.sha256,
        }


@dataclass(frozen=True)
class RefusedFile:
    """One document of a form that breaks a rule; nothing of it is kept."""

    field: str
    file_name: str
    fault: Fault

    upload_id = None

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return 413 if self.fault.code in {"TOO_LARGE", "QUOTA"} else 422

    def as_json(self) -> dict[str, object]:
        """What a program is told."""
        return {"fileName": self.file_name, "code": self.fault.code, "message": self.fault.message}


SentFile = StoredFile | RefusedFile


async def store(http: Request, field: str, reception: Reception, rank: int = 0) -> SentFile:
    """Keep a document that has arrived whole, or say why not; `rank` counts those before it in the same form."""
    name, most = reception.file_name, settings.max_files_at_once
    try:
        if rank >= most:
            raise Invalid(Fault("file", "TOO_MANY", f"Vous pouvez importer {most} fichiers au plus à la fois."))
        upload = await reception.keep(as_of=http.state.as_of)
    except Invalid as refusal:
        return RefusedFile(field, name, refusal.faults[0])
    if upload.scan_status is ScanStatus.PENDING:
        nudge()
    return StoredFile(field, upload, reception.repeated)
