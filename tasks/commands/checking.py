"""An import looked at without a portal: every fault of the document and of its files, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import typer

from models.deadlines import paris_day
from models.documents import document_fault
from models.errors import Fault, Invalid
from models.import_reading import NamedFile, examine
from models.typography import french
from resolvers.imports import import_faults
from settings import settings
from tasks.commands.given import PIECE, UNREADABLE, Documents, text_of, unreadable
from tasks.commands.running import refuse


def check_import(content: bytes, documents: Documents, *, as_of: datetime) -> list[Fault]:
    """What the portal would refuse of them, but for what it holds already and who asks."""
    try:
        text = text_of(content)
    except Invalid as refusal:
        return [*refusal.faults]
    files = {file.file_name: file for file in examine(text, paris_day(as_of)).files if file.file_name in documents}
    found = [_file_fault(file, documents[name]) for name, file in files.items()]
    return [*import_faults(text, files.keys(), as_of=as_of), *filter(None, found)]


def tell(faults: list[Fault]) -> None:
    """One line for each fault, with its code, and the exit code 1; or that there is none."""
    if faults:
        refuse(*(f"{fault.field}  {fault.code}  {fault.message}" for fault in faults))
    typer.echo(french("Aucune faute : ce document et ses pièces peuvent être déposés."))


def _file_fault(file: NamedFile, open_it: Callable[[], IO[bytes]]) -> Fault | None:
    with NamedTemporaryFile() as copy:
        try:
            with open_it() as content:
                _copy(content, copy)
        except UNREADABLE:
            return unreadable(file.path, file.file_name)
        copy.flush()
        fault = document_fault(Path(copy.name), file.file_name, "", file.document_type)
    return Fault(file.path, fault.code, fault.message) if fault else None


def _copy(content: IO[bytes], copy: IO[bytes]) -> None:
    """No further than the largest size accepted, whatever an archive announces."""
    left = settings.max_upload_bytes + 1
    while left > 0 and (piece := content.read(min(PIECE, left))):
        copy.write(piece)
        left -= len(piece)
