"""What a receipt says, part by part: our own words in French typography, people's as they wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from models import Attachment, FundingRequest, Modification, Version
from models.changes import FieldChange, field_changes
from models.dossiers import REQUEST_NAMES
from models.emails import SENDER
from models.lifecycle import ModificationOutcome
from models.printing import printable
from models.typography import french, moment, short_moment, siret, size
from resolvers import links
from resolvers.contents import AddedDocument, document_of
from settings import settings

CHECK_A_DIGEST = (
    "L’empreinte SHA-256 d’un fichier se calcule sur votre poste : si c’est celle de cet accusé, le fichier est "
    "exactement celui que le portail a reçu."
)
CODES = "Un caractère qui ne peut pas être imprimé est désigné par son code Unicode : [U+1F600], par exemple."
ERASED = (
    "Les textes et les noms de cette demande sont effacés : leur durée de conservation est passée. "
    "Les dates et le numéro restent."
)
TRIED = "Bac à sable : cet accusé est un essai, sans aucune valeur."
_FIELDS = ["Donnée", "Avant", "Après"]
_DOCUMENTS = ["Pièce", "Empreinte SHA-256"]


@dataclass(frozen=True)
class Section:
    """A part: what we say of it, what somebody wrote, what changed, documents with their files."""

    title: str
    words: str = ""
    quote: str = ""
    fields: list[FieldChange] = field(default_factory=list)
    documents: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True)
class Receipt:
    """A modification that was confirmed or declined, with what its cycle changed and what the request had before.

    The request's dossier and supplier must be loaded, and the documents' files.
    """

    modification: Modification
    request: FundingRequest
    fields: list[FieldChange]
    added: list[Attachment]
    before: list[Attachment]

    @classmethod
    def among(
        cls, modification: Modification, request: FundingRequest, versions: list[Version], kept: list[Attachment]
    ) -> Receipt:
        """That of one modification among all that its request has: versions, and documents not removed."""
        number, contact = modification.number, modification.draft_support_contact
        base = max((version for version in versions if version.rank < number), key=lambda version: version.rank)
        return cls(
            modification,
            request,
            fields=field_changes(base.support_contact, base.support_contact if contact is None else contact),
            added=[each for each in kept if each.modification_id == modification.id],
            before=[each for each in kept if each.rank is not None and each.rank < number],
        )

    @property
    def number(self) -> str:
        """« AR-FINSAS008539-S-M1 »"""
        return self.modification.receipt_number(self.request.dossier.number, self.request.kind)

    @property
    def is_confirmed(self) -> bool:
        """Else its supplier declined."""
        return self.modification.outcome is ModificationOutcome.CONFIRMED

    @property
    def is_erased(self) -> bool:
        """Is the time over for which people's words are kept? No comment is empty otherwise."""
        return not self.modification.comment

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What identifies it, each with its label."""
        return [(label, value) for label, value in self._facts() if value]

    @property
    def sections(self) -> list[Section]:
        """Its parts, in their order; none once they are erased."""
        return [] if self.is_erased else [*self._sections()]

    def as_json(self) -> str:
        """All that is printed."""
        sections = self.sections
        tried = [TRIED] if settings.sandbox else []
        lead = [*tried, self._lead(), *([ERASED] if self.is_erased else [])]
        said = {
            "title": f"Accusé de réception {self.number}",
            "author": SENDER,
            "description": french(self._lead()),
            "lead": [french(line) for line in lead],
            "facts": [[french(f"{label} :"), printable(value)] for label, value in self.facts],
            "sections": [_printed(section) for section in sections],
            "closing": [french(CHECK_A_DIGEST)] if any(section.documents for section in sections) else [],
            "reread": french("Cet accusé se relit à l’adresse :"),
            "address": links.receipt(self.request, self.modification.id),
        }
        codes = [french(CODES)] if "[U+" in json.dumps(said) else []
        return json.dumps(said | {"closing": [*said["closing"], *codes]})

    def _lead(self) -> str:
        modification, request = self.modification, self.request
        name = f"{REQUEST_NAMES[request.kind]} n° {request.dossier.number}"
        at = f"{moment(_ended(modification))} (heure de Paris)"
        if self.is_confirmed:
            return (
                f"Les modifications de votre {name} ont été reçues le {at}. Elle est repassée « en cours » et sera "
                "instruite par un gestionnaire dans les prochains jours."
            )
        return (
            f"Le {at}, {printable(self._by) or 'le fournisseur'} a choisi de ne pas modifier la {name}. Elle est "
            "repassée « en cours » et sera instruite en l’état dans les prochains jours."
        )

    @property
    def _by(self) -> str:
        """Who confirmed or declined; nobody once names are erased."""
        return self.modification.closed_by.name if self.modification.closed_by else ""

    def _facts(self) -> Iterator[tuple[str, str]]:
        modification, dossier = self.modification, self.request.dossier
        yield "Numéro d’accusé", self.number
        yield (
            "Dossier",
            f"{dossier.number}, {REQUEST_NAMES[self.request.kind]}, modification M{modification.number}",
        )
        yield "Fournisseur", f"{dossier.supplier.legal_name}, SIRET {siret(dossier.supplier.siret)}"
        yield "Demandée le", short_moment(modification.opened_at)
        ended = "Confirmée le" if self.is_confirmed else "Déclinée le"
        yield ended, short_moment(_ended(modification)) + (f", par {self._by}" if self._by else "")
        yield "Mot pour le gestionnaire", modification.note or ""

    def _sections(self) -> Iterator[Section]:
        yield Section("Commentaire du gestionnaire", quote=self.modification.comment)
        if self.is_confirmed:
            yield from self._changes("Données modifiées", "Pièces ajoutées")
        elif self.fields or self.added:
            yield Section(
                "Brouillon supprimé",
                "Ce qui suit était dans votre brouillon et n’a pas été transmis au gestionnaire.",
            )
            yield from self._changes("Données du brouillon", "Pièces du brouillon")
        if self.before:
            yield _documents("Pièces déjà présentes, inchangées", self.before)

    def _changes(self, data: str, documents: str) -> Iterator[Section]:
        if self.fields:
            yield Section(data, fields=self.fields)
        if self.added:
            yield _documents(documents, self.added)


def _ended(modification: Modification) -> datetime:
    return modification.closed_at or modification.closes_at


def _documents(title: str, documents: list[Attachment]) -> Section:
    return Section(f"{title} ({len(documents)})", documents=documents)


def _printed(section: Section) -> dict[str, object]:
    """Lines, then a table if it has rows, whose last column is of digests if it has `digests`.

    A cell of several lines begins with the one that stands out.
    """
    rows = [[[change.label], [change.before], [change.after]] for change in section.fields]
    rows += [_row(document_of(each)) for each in section.documents]
    return {
        "title": section.title,
        "lines": [printable(line) for line in (section.words, section.quote) if line],
        "header": (_DOCUMENTS if section.documents else _FIELDS) if rows else [],
        "rows": [[[*map(printable, cell)] for cell in row] for row in rows],
        "digests": bool(section.documents),
    }


def _row(document: AddedDocument) -> list[list[str]]:
    return [[document.file_name, document.type_label, size(document.size)], [document.sha256]]
