"""The receipt of a confirmation or of declining, as an accessible PDF: the same bytes whenever it is opened.

It is made of rows that no longer change and dated of the modification's end. typst gets what people wrote as JSON,
never as code, in threads of its own: printing holds up nobody but those who wait for another receipt. None is kept.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import typst

from models import Attachment, Modification, Version
from models.actors import Actor
from models.dossiers import RequestKind
from models.errors import NotFound
from resolvers.receipt_words import Receipt
from resolvers.visibility import get_modification

MEDIA_TYPE: Final = "application/pdf"
_TEMPLATE = Path(__file__).with_name("receipt.typ")
_AT_ONCE = 2
_PRESS = ThreadPoolExecutor(_AT_ONCE, "receipt")


async def get_receipt(actor: Actor, number: str, kind: RequestKind, modification_id: UUID) -> Receipt:
    """The receipt of that modification, which stands under its own request; NotFound when it has none."""
    modification = await get_modification(actor, modification_id)
    request = modification.request
    if not modification.has_receipt or (request.dossier.number, request.kind) != (number, kind):
        raise NotFound
    return await receipt_of(modification)


async def receipt_of(modification: Modification) -> Receipt:
    """The receipt of a modification that has one; its request, dossier and supplier must be loaded."""
    request = modification.request
    versions = await Version.filter(request_id=request.id)
    kept = Attachment.filter(request_id=request.id, removed_at=None).order_by("position")
    return Receipt.among(modification, request, versions, await kept.select_related("upload"))


def file_name(receipt_number: str) -> str:
    """« accuse-AR-FINSAS008539-S-M1.pdf »"""
    return f"accuse-{receipt_number}.pdf"


async def pdf_of(receipt: Receipt) -> bytes:
    """A4, tagged (PDF/UA-1)."""
    modification = receipt.modification
    ended = modification.closed_at or modification.closes_at
    printing = partial(_print, receipt.as_json(), int(ended.timestamp()))
    return await asyncio.get_running_loop().run_in_executor(_PRESS, printing)


def _print(receipt: str, at: int) -> bytes:
    return typst.compile(
        _TEMPLATE,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"receipt": receipt},
        ignore_system_fonts=True,
        timestamp=at,
    )
