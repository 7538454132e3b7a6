"""Receipts, part by part: the page says what the PDF says."""

from __future__ import annotations

import strawberry

from models.typography import french
from resolvers import receipt_words
from schema.attachments import Attachment
from schema.context import Context
from schema.versions import FieldChange


@strawberry.type(description="Un renseignement d’un accusé de réception.")
class ReceiptFact:
    label: str = strawberry.field(description="Son libellé.")
    value: str = strawberry.field(description="Sa valeur, telle qu’elle se lit.")


@strawberry.type(description="Une partie d’un accusé de réception.")
class ReceiptSection:
    title: str = strawberry.field(description="Son titre.")
    words: str | None = strawberry.field(description="Ce qu’en dit le portail.")
    quote: str | None = strawberry.field(description="Ce que quelqu’un a écrit.")
    fields: list[FieldChange] = strawberry.field(description="Les informations modifiées.")
    documents: list[Attachment] = strawberry.field(description="Les pièces.")

    @classmethod
    def of(cls, section: receipt_words.Section, context: Context) -> ReceiptSection:
        return cls(
            title=french(section.title),
            words=french(section.words) or None,
            quote=section.quote or None,
            fields=[FieldChange.of(change) for change in section.fields],
            documents=[Attachment.of(row, context) for row in section.documents],
        )


@strawberry.type(
    description="Accusé de réception d’une modification confirmée ou déclinée, comme le dit aussi son PDF."
)
class Receipt:
    facts: list[ReceiptFact] = strawberry.field(description="Ce qui l’identifie : numéro, dossier, auteur, instants.")
    sections: list[ReceiptSection] = strawberry.field(description="Ses parties ; aucune une fois qu’il est effacé.")
    erased: str | None = strawberry.field(
        description="La phrase qui dit que ses textes et ses noms sont effacés ; absente tant qu’ils sont conservés."
    )

    @classmethod
    def of(cls, receipt: receipt_words.Receipt, context: Context) -> Receipt:
        return cls(
            facts=[ReceiptFact(label=french(label), value=value) for label, value in receipt.facts],
            sections=[ReceiptSection.of(section, context) for section in receipt.sections],
            erased=french(receipt_words.ERASED) if receipt.is_erased else None,
        )
