"""What people write in their own words is kept as they see it, or refused with a sentence."""

import pytest

from models.errors import Invalid
from models.free_text import MAX_LENGTH, check_free_text, check_note

EMPTY = "Saisissez le commentaire."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("test modif", "test modif"),
        ("  test modif \n", "test modif"),
        ("une ligne\r\nune autre\rla dernière", "une ligne\nune autre\nla dernière"),
        ("e\u0301te\u0301", "été"),
        ("a\tb", "a\tb"),
        ("<script>alert(1)</script> {{ 7*7 }} 'x'; --", "<script>alert(1)</script> {{ 7*7 }} 'x'; --"),
        ("famille 👩\u200d👩\u200d👧", "famille 👩\u200d👩\u200d👧"),
        ("x" * MAX_LENGTH, "x" * MAX_LENGTH),
        (" " * 100 + "x" * MAX_LENGTH, "x" * MAX_LENGTH),
    ],
)
def test_a_text_is_kept_as_it_is_seen(text: str, kept: str) -> None:
    assert check_free_text("comment", text, empty=EMPTY) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "REQUIRED"),
        (" \t\n ", "REQUIRED"),
        ("\u00a0\u2003", "REQUIRED"),
        ("\u200b", "REQUIRED"),
        ("\u2800 \u3164\u200d", "REQUIRED"),
        ("x" * (MAX_LENGTH + 1), "TOO_LONG"),
        ("x" + " " * 2 * MAX_LENGTH + "x", "TOO_LONG"),
        ("x" * 1_000_000, "TOO_LONG"),
        ("\x00", "HIDDEN_CHARACTER"),
        ("a\x00b", "HIDDEN_CHARACTER"),
        ("a\x1bb", "HIDDEN_CHARACTER"),
        ("a\ud800b", "HIDDEN_CHARACTER"),
        ("fichier \u202efdp.exe", "HIDDEN_CHARACTER"),
    ],
)
def test_a_text_that_says_nothing_too_much_or_hides_something_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_free_text("comment", text, empty=EMPTY)
    (fault,) = refusal.value.faults
    assert (fault.field, fault.code) == ("comment", code)
    assert fault.message
    assert (fault.message == EMPTY) is (code == "REQUIRED")


@pytest.mark.parametrize("text", [None, "", "  \n", "\u200b"])
def test_a_note_may_be_left_out(text: str | None) -> None:
    assert check_note("note", text) is None


def test_a_note_obeys_the_same_rules() -> None:
    assert check_note("note", " vu avec l’assistance ") == "vu avec l’assistance"
    with pytest.raises(Invalid):
        check_note("note", "x" * (MAX_LENGTH + 1))
