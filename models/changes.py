"""What differs between two states of a request's editable data."""

from dataclasses import dataclass

from models.modifications import FIELD_LABELS, EditableField
from models.typography import french

NOTHING_TO_CONFIRM = french(
    "Aucune modification à confirmer. Modifiez une donnée, ajoutez une pièce, ou choisissez « Ne pas modifier »."
)


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
