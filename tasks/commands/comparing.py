"""Every document compared with its hash now, and every file with the rows, whatever the worker has seen of them."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import typer

from models import Attachment, Upload
from models.attachments import Integrity
from models.database import database
from models.typography import quantity
from resolvers.integrity import kept, verify_all
from resolvers.keeping import orphans

# What has just been stored may have its row in a moment.
_JUST_STORED = timedelta(hours=1)
WORDS = {Integrity.ALTERED: "altéré", Integrity.MISSING: "manquant"}
_INTACT, _UNREADABLE = "intact", "illisible"


@dataclass
class Compared:
    """How many documents there are of each state; a sentence for each damaged one, and for each file without a row.

    One that cannot be read, in a storage that answers, counts among the damaged: nobody knows what it holds.
    """

    states: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """All of them in one sentence."""
        told = [quantity(self.states[words], words) for words in (*WORDS.values(), _UNREADABLE) if self.states[words]]
        return f"Documents : {quantity(self.states.total(), 'comparé')}, {', '.join(told) or 'tous intacts'}."


async def compare_all(as_of: datetime) -> Compared:
    """Read everything that is kept, telling on the error output how far it is."""
    compared = Compared()
    async with database():
        count = await kept().count()
        with typer.progressbar(length=count, label="Documents", file=sys.stderr) as progress:
            async for upload, trouble in verify_all(as_of):
                state = _UNREADABLE if trouble else WORDS.get(upload.integrity, _INTACT)
                compared.states[state] += 1
                if state != _INTACT:
                    compared.damaged.append(await _sentence(upload, f"{state} ({trouble})" if trouble else state))
                progress.update(1)
        async for keys in orphans(as_of - _JUST_STORED):
            compared.orphans += [f"Fichier {key} : aucun document ne le désigne, il sera supprimé." for key in keys]
    return compared


async def _sentence(upload: Upload, state: str) -> str:
    """What state it is in, where the document is, and the dossiers that need it."""
    documents = Attachment.filter(upload_id=upload.id, removed_at=None)
    numbers = {row["request__dossier__number"] for row in await documents.values("request__dossier__number")}
    needed = f"dossier{'s' if len(numbers) > 1 else ''} {', '.join(sorted(numbers))}" if numbers else "sans dossier"
    return f"Document {upload.key} (« {upload.file_name} », {needed}) : {state}."
