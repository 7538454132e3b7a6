"""What differs between two versions."""

from models.changes import field_changes
from models.modifications import EditableField


def test_the_same_contact_is_no_change() -> None:
    assert field_changes("pascal.breton@axyus.com", "pascal.breton@axyus.com") == []


def test_another_contact_is_one_change_with_its_name_on_the_screens() -> None:
    (change,) = field_changes("pascal.breton@axyus.com", "01 23 45 67 89")
    assert change.field is EditableField.SUPPORT_CONTACT
    assert (change.before, change.after) == ("pascal.breton@axyus.com", "01 23 45 67 89")
    assert change.label.startswith("Coordonnées de contact ou lien vers la plateforme de support")
