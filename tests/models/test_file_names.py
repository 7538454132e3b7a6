"""File names are shown and compared, and can never name a place."""

import random

import pytest

from models.errors import Invalid
from models.file_names import MAX_LENGTH, check_file_name, clean_file_name

SAFE = [
    "guide-pdf-au-depot.pdf",
    "Pièce n° 2 (signée).PDF",
    "sans-extension",
    "deux  espaces.pdf",
    "virgule, point ; et %20.pdf",
    "文書.pdf",
    "=1+1.pdf",
    "-rf.pdf",
    "a" * (MAX_LENGTH - 4) + ".pdf",
]

UNSAFE = {
    "REQUIRED": ["", "  ", "\t\n"],
    "TOO_LONG": ["a" * MAX_LENGTH + ".pdf", "a" + "\u0300" * 200_000],
    "HIDDEN_CHARACTER": ["guide\x00.pdf", "guide\r\n.pdf", "guide\u202efdp.exe", "guide\ud800.pdf", "\u200bguide.pdf"],
    "UNSAFE_FILE_NAME": [
        "../../etc/passwd",
        "/etc/passwd",
        "dossier/guide.pdf",
        "..\\..\\boot.ini",
        "C:\\guide.pdf",
        "..",
        ".",
        ".htaccess",
        "guide.pdf/",
    ],
}

CLEANED = {
    "C:\\fakepath\\guide.pdf": "guide.pdf",
    "../../etc/passwd": "passwd",
    "guide\u202efdp.exe": "guidefdp.exe",
    "guide\r\nContent-Type: text/html.pdf": "html.pdf",
    "guide\x00.pdf": "guide.pdf",
    " . .htaccess": "htaccess",
    "e\u0301te\u0301.pdf": "été.pdf",
    "..": "document",
    "dossier/": "document",
    "": "document",
    "\u202e\u200b": "document",
    "a" * 300 + ".pdf": "a" * (MAX_LENGTH - 4) + ".pdf",
    "a" * 300 + "." + "b" * 30: "a" * MAX_LENGTH,
}


@pytest.mark.parametrize("name", SAFE)
def test_a_plain_name_is_kept_as_it_is(name: str) -> None:
    assert check_file_name(name) == clean_file_name(name) == name


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in UNSAFE.items() for name in names])
def test_a_name_that_somebody_wrote_down_is_refused_rather_than_repaired(code: str, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_file_name(name)
    assert [fault.code for fault in refusal.value.faults] == [code]
    assert all(character.isprintable() or character == "\u00a0" for character in refusal.value.message)


@pytest.mark.parametrize(("name", "kept"), CLEANED.items())
def test_a_name_that_a_browser_sent_is_repaired(name: str, kept: str) -> None:
    assert clean_file_name(name) == kept


def test_a_repaired_name_has_no_fault() -> None:
    alphabet = "ab é.pdf/\\:\x00\r\n\u202e\u200b\ud800\u0301 \u00a0…"
    chance = random.Random(3)  # noqa: S311 - the same in every run
    for _ in range(3_000):
        name = clean_file_name("".join(chance.choices(alphabet, k=chance.choice((3, 12, 250)))))
        assert check_file_name(name) == clean_file_name(name) == name
