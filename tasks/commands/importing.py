"""Importing one request from the disk, its documents from a folder or an archive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer

from models import Upload
from models.actors import AccountRight, Actor, Role
from models.deadlines import paris_day
from models.errors import Fault, Invalid
from models.import_reading import NamedFile, examine
from models.typography import french
from resolvers.imports import import_faults, import_request
from resolvers.reception import Announced, Reception
from resolvers.uploads import discard
from tasks import logs
from tasks.commands.checking import check_import, tell
from tasks.commands.given import PIECE, UNREADABLE, Documents, beside, opened, text_of, unreadable
from tasks.commands.running import run

OPERATOR = Actor(Role.MANAGER, "Ligne de commande", "command-line", right=AccountRight.CONFIRM)


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", exists=True, dir_okay=False, help="Le document JSON.")],
    documents: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER_OR_ZIP",
            exists=True,
            help="Le dossier ou l’archive ZIP des pièces ; par défaut le dossier « pieces » à côté du document.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Vérifie seulement le document et ses pièces : rien n’est déposé.")
    ] = False,
) -> None:
    """Importe une demande avec ses pièces, et affiche son numéro de dossier."""
    # What it does is its answer: the log line of it is no news to who runs it.
    logs.configure(logging.WARNING)
    with opened(documents or beside(file)) as available:
        if check:
            tell(check_import(file.read_bytes(), available, as_of=datetime.now(UTC)))
            return
        number, already_imported = run(_import(file.read_bytes(), available))
    if already_imported:
        typer.echo(french("Cette demande était déjà déposée : rien n’a changé."), err=True)
    # Alone on its output, so that a script can keep it.
    typer.echo(number)


async def _import(content: bytes, documents: Documents) -> tuple[str, bool]:
    """The dossier's number, and whether it was filed already; what is refused leaves nothing behind."""
    as_of = datetime.now(UTC)
    text = text_of(content)
    reading = examine(text, paris_day(as_of))
    received, faults = await _receive(reading.files, documents, as_of)
    try:
        if faults:
            given = {file.file_name for file in reading.files} & documents.keys()
            raise Invalid.of([*faults, *import_faults(text, given, as_of=as_of)])
        upload_ids = [upload.id for upload, _ in received]
        request, already_imported = await import_request(OPERATOR, text, upload_ids=upload_ids, as_of=as_of)
    finally:
        # What had arrived before is another import's too.
        await discard([upload for upload, repeated in received if not repeated])
    return request.dossier.number, already_imported


async def _receive(
    files: tuple[NamedFile, ...], documents: Documents, as_of: datetime
) -> tuple[list[tuple[Upload, bool]], list[Fault]]:
    """Take the named files and no other; with each, whether it had arrived before."""
    received: list[tuple[Upload, bool]] = []
    faults: list[Fault] = []
    for file in {file.file_name: file for file in files if file.file_name in documents}.values():
        try:
            received.append(await _receive_one(file, documents[file.file_name], as_of))
        except Invalid as refusal:
            faults += [Fault(file.path, fault.code, fault.message) for fault in refusal.faults]
        except UNREADABLE:
            faults.append(unreadable(file.path, file.file_name))
    return received, faults


async def _receive_one(file: NamedFile, open_it: Callable[[], IO[bytes]], as_of: datetime) -> tuple[Upload, bool]:
    """Piece by piece, and no further than the largest size accepted, whatever an archive announces."""
    kind = file.document_type
    reception = Reception(OPERATOR, Announced(file.file_name, kind.code if kind else ""))
    try:
        with open_it() as content:
            while not reception.is_too_large and (piece := await asyncio.to_thread(content.read, PIECE)):
                await reception.add(piece)
        if reception.is_too_large:  # How large it is will never be known.
            raise Invalid(reception.overflow())
        return await reception.keep(as_of=as_of), reception.repeated
    finally:
        reception.abandon()
