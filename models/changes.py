"""What differs between two states of a request's editable data."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from models.attachments import ScanStatus
from models.modifications import FIELD_LABELS, EditableField, ExpectedChange
from models.typography import french, moment, quantity

NOTHING_TO_CONFIRM = french(
    "Aucune modification à confirmer. Modifiez une donnée, ajoutez une pièce, ou choisissez « Ne pas modifier »."
)
WITHOUT_ACTION = french(
    "Sans action de votre part, la demande repassera au statut « en cours » et sera instruite en l’état, "
    "au risque d’être rejetée."
)


def overdue(closed_at: str | datetime) -> str:
    """« Le délai de modification est dépassé depuis le … »"""
    return f"Le délai de modification est dépassé depuis le {moment(closed_at)}."


def extent(fields: int, documents: int) -> str:
    """« 1 donnée modifiée, 2 pièces ajoutées »; nothing of what was not changed."""
    told = ((fields, "donnée modifiée"), (documents, "pièce ajoutée"))
    return ", ".join(quantity(count, words) for count, words in told if count)


def is_met(
    expected: ExpectedChange, changed: Collection[EditableField], added: Iterable[tuple[str, ScanStatus]]
) -> bool:
    """Was that field changed, or a document of that type added?

    A document that the antivirus has put aside answers nothing: nobody will read it.
    """
    if expected.field:
        return expected.field in changed
    return any(code == expected.document_type and scan is not ScanStatus.INFECTED for code, scan in added)


@dataclass(frozen=True)
class FieldChange:
    """One editable value, before and after."""

    field: EditableField
    before: str
    after: str

    @property
    def label(self) -> str:
        """The field's name on the screens."""
        return FIELD_LABELS[self.field]


def field_changes(before: str, after: str) -> list[FieldChange]:
    """The changed fields between two support contacts, today's only editable value."""
    return [] if before == after else [FieldChange(EditableField.SUPPORT_CONTACT, before, after)]
