"""What a post of the modification page does to the draft, and what it could not do."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from web.client import run
from web.sent_files import NO_FILE, NO_TYPE
from web.typography import formats
from web.uploads import Form


def documents_accepted(types: list[dict[str, Any]]) -> dict[str, Any]:
    """What a file field accepts, told from the document types themselves."""
    extensions = list(dict.fromkeys(extension for kind in types for extension in kind["extensions"]))
    return {
        "types": types,
        "formats": formats(extensions),
        "accept": ",".join(extensions),
        "largest": max((kind["maxBytes"] for kind in types), default=0),
        "limits": _limits(types),
    }


def _limits(types: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The types that accept the same formats up to the same size, together."""
    alike: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for kind in types:
        alike.setdefault((formats(kind["extensions"]), kind["maxBytes"]), []).append(kind)
    return [{"formats": words, "largest": largest, "types": kinds} for (words, largest), kinds in alike.items()]


class Draft:
    """The draft of the open modification, while one post acts on it."""

    def __init__(self, http: Request, request: dict[str, Any], form: Form) -> None:
        self.http = http
        self.form = form
        self.modification: str = form.get("modification") or request["modification"]["id"]
        self.unseen = request["modification"]["commentSeenAt"] is None
        self.original: str = request["currentVersion"]["supportContact"]
        self.faults: list[dict[str, str]] = []
        self.kept: list[str] = []
        self.added: list[str] = []
        # Received, and waiting for the type that was not chosen: nobody has to send them again.
        self.waiting: list[dict[str, str]] = []
        self.conflict: dict[str, Any] | None = None

    @property
    def is_sound(self) -> bool:
        """Was everything done that was asked?"""
        return not self.faults and self.conflict is None

    async def mark_comment_seen(self) -> None:
        """Whoever posts from this page has read the comment on it."""
        if self.unseen:
            await run(self.http, "MarkCommentSeen", modification=self.modification)

    async def save_contact(self, contact: str) -> None:
        """Keep what was typed, unless it is what the page already showed: a colleague's change is then left alone."""
        if "contact" in self.form.texts and contact != self.form.get("lu"):
            await self._change_contact(contact, self._revision())

    async def restore_contact(self) -> None:
        """Take back the value of the current version."""
        await self._change_contact(self.original, self._revision())

    def _revision(self) -> int | None:
        given = self.form.get("revision")
        return int(given) if given.isdecimal() and len(given) < 10 else None

    async def _change_contact(self, contact: str, based_on: int | None) -> None:
        variables = {"modification": self.modification, "supportContact": contact}
        result = (await run(self.http, "ChangeSupportContact", **variables, basedOn=based_on))["changeSupportContact"]
        if result["__typename"] == "StaleError":
            current = result["current"]["draft"]
            if current and current["supportContact"] == self.form.get("lu") != contact:
                # Something else of the draft changed, not the value that was overwritten here.
                await self._change_contact(contact, current["revision"])
            else:
                self.conflict = current
        self._refused(result, "contact")

    async def add_documents(self, *, required: bool) -> None:
        """Add the files that came with the post, and those received before it; without any, say so where one is due."""
        files = [file for file in self.form.files if file.field == "fichier"]
        received = self._received_before()
        kind = self.form.get("type")
        if required and not files and not received:
            self._fault("fichier", NO_FILE)
        for file in files:
            if file.fault:
                self._fault("fichier", file.fault.message)
            else:
                received.append({"id": str(file.upload_id), "name": file.file_name})
        if kind:
            for each in received:
                await self._add(kind, each["id"])
        elif files or received or required:
            self._fault("type", NO_TYPE)
            self.waiting = received

    def _received_before(self) -> list[dict[str, str]]:
        """The files that came ahead of this post, each with its name where the page told it."""
        names = self.form.all("recu-nom")
        return [
            {"id": upload, "name": names[rank] if rank < len(names) else ""}
            for rank, upload in enumerate(self.form.all("recu"))
        ]

    async def _add(self, kind: str, upload: str) -> None:
        variables = {"modification": self.modification, "documentType": kind, "upload": upload}
        result = (await run(self.http, "AddAttachment", **variables))["addAttachment"]
        if result["__typename"] == "AddAttachmentSuccess":
            self.kept.append(result["attachment"]["fileName"])
            self.added.append(result["attachment"]["id"])
        self._refused(result, "fichier")

    async def remove(self, attachment: str) -> None:
        """Take a document added in this draft away again."""
        result = (await run(self.http, "RemoveAttachment", attachment=attachment))["removeAttachment"]
        self._refused(result, "")

    def _refused(self, result: dict[str, Any], field: str) -> None:
        """Put each sentence of a refusal beside the field that it is about."""
        if result["__typename"] == "ValidationError":
            for fault in result["fieldErrors"]:
                self._fault("type" if fault["field"] == "documentType" else field, fault["message"])
        elif "message" in result and result["__typename"] != "StaleError":
            self._fault(field, result["message"])

    def _fault(self, field: str, message: str) -> None:
        fault = {"field": field, "message": message}
        if fault not in self.faults:
            self.faults.append(fault)
