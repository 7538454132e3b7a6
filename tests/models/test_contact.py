"""A support contact is one e-mail address, one phone number or one http(s) link, and nothing that hides."""

import random
import unicodedata

import pytest

from models.contact import MAX_LENGTH, check_contact
from models.errors import Invalid

ACCEPTED = [
    "pascal.breton@axyus.com",
    "test123@gmail.com",
    "o'brien+support@sous.domaine.editeur.fr",
    "support@éditeur.fr",
    "support@xn--diteur-9ua.fr",
    "Support@Editeur.FR",
    "01 23 45 67 89",
    "0123456789",
    "06.12.34.56.78",
    "+33 1 23 45 67 89",
    "+33 (0)1 23 45 67 89",
    "00 33 1 23 45 67 89",
    "0 806 000 001",
    "0262 30 12 34",
    "+44 20 7946 0958",
    "https://support.editeur.fr",
    "http://support.editeur.fr:8080/aide?produit=sas&langue=fr#contact",
    "HTTPS://Support.Editeur.FR/Aide",
    "https://éditeur.fr/aide/été",
    "https://editeur.fr/aide,solde",
    "https://archive.example.org/web/https://editeur.fr/",
    f"https://editeur.fr/{'a' * (MAX_LENGTH - 19)}",
]

REFUSED = {
    "REQUIRED": ["", " ", "\t\r\n", "\u00a0\u2003"],
    "TOO_LONG": [f"https://editeur.fr/{'a' * (MAX_LENGTH - 18)}", "a" * 1_000_000, "a" + "\u0300" * 500_000],
    "HIDDEN_CHARACTER": [
        "a@editeur.fr\r\nBcc: tous@editeur.fr",
        "a@editeur.fr\nb@editeur.fr",
        "https://editeur.fr/\taide",
        "support@editeur.fr\x00",
        "https://editeur.fr/\u202efdp.exe",
        "\u200bsupport@editeur.fr",
        "\ufeffhttps://editeur.fr",
        "support@edi\u00adteur.fr",
        "support@editeur.fr\ud800",
        "support@\u2028editeur.fr",
        "\u2067support@editeur.fr\u2069",
        "\u3164",
    ],
    "SEVERAL_VALUES": [
        "a@editeur.fr b@editeur.fr",
        "a@editeur.fr, b@editeur.fr",
        "a@editeur.fr;b@editeur.fr",
        "https://a.editeur.fr https://b.editeur.fr",
        "https://a.editeur.fr/,https://b.editeur.fr/",
        "a@editeur.fr ou 01 23 45 67 89",
        "Support : a@editeur.fr",
        "https://editeur.fr/mon aide",
    ],
    "INVALID_LINK": [
        "https://",
        "https:///aide",
        "https:editeur.fr",
        "http://?aide",
        "https://localhost/aide",
        "https://editeur",
        "https://moi:secret@editeur.fr/",
        "https://editeur.fr@malveillant.fr/",
        "https://malveillant.fr\\@editeur.fr/",
        "https://editeur.fr:99999/",
        "https://editeur.fr:0/",
        "https://editeur.fr:port/",
        "https://[::1/",
        "https://192.0.2.1/",
        "https://0x7f000001/",
        "https://editeur。fr/",
        "https://ｅｄｉｔｅｕｒ.fr/",
        "https://-editeur-.fr/",
        "https://editeur..fr/",
        'https://editeur.fr/"onmouseover="alert(1)',
        "https://editeur.fr/<script>",
        "https://editeur.fr/{{7*7}}",
        "http://🦊",
    ],
    "INVALID_CONTACT": [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://editeur.fr/aide",
        "//malveillant.fr/aide",
        "www.editeur.fr",
        "mailto:support@editeur.fr",
        "tel:+33123456789",
        "support",
        "support@",
        "@editeur.fr",
        "support@editeur",
        "support@localhost",
        "support@editeur。fr",
        "support@editeur．fr",
        "ｓupport@editeur.fr",
        "ѕupport@editeur.fr",
        "support@@editeur.fr",
        "a@b.fr@editeur.fr",
        '"support"@editeur.fr',
        "support@[192.0.2.1]",
        "Support <support@editeur.fr>",
        "01 23 45",
        "01 23 45 67 89 10 11",
        "01 23 45 67 89 / 06 12 34 56 78",
        "0123456789 poste 12",
        "٠١٢٣٤٥٦٧٨٩",
        "０１２３４５６７８９",
        "+33 0",
        "15",
        "=1+1",
        "@SUM(1)",
        "📞",
        "שלום",
        "<script>alert(1)</script>",
        "%0d%0a",
        "{{7*7}}",
    ],
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_contact_is_kept_as_it_was_typed(text: str) -> None:
    assert check_contact(text) == text


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in REFUSED.items() for text in texts])
def test_anything_else_is_refused_with_the_rule_that_it_breaks(code: str, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_contact(text)
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("supportContact", code)]


def test_a_contact_is_kept_trimmed_and_composed() -> None:
    assert check_contact("  support@e\u0301diteur.fr \n") == "support@éditeur.fr"


def test_a_phone_number_pasted_with_no_break_spaces_is_kept_with_plain_ones() -> None:
    assert check_contact("01\u00a023\u202f45\u00a067\u00a089") == "01 23 45 67 89"


def test_the_length_counts_what_is_kept() -> None:
    assert len(check_contact("  https://editeur.fr/" + "e\u0301" * (MAX_LENGTH - 19))) == MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Saisissez des coordonnées de contact ou un lien vers la plateforme de support."),
        ("a" * 251, "Les coordonnées de contact doivent compter 250 caractères au plus."),
        (
            "javascript:alert(1)",
            "Saisissez une adresse électronique (exemple : support@editeur.fr), "
            "un numéro de téléphone (exemple : 01 23 45 67 89) ou un lien commençant par https://",
        ),
    ],
)
def test_the_refusal_says_what_is_expected(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_contact(text, field="$.coordonneesContact")
    fault = refusal.value.faults[0]
    assert fault.field == "$.coordonneesContact"
    assert fault.message.replace("\u00a0", " ") == sentence


def test_whatever_is_accepted_is_one_visible_line_and_stays_accepted() -> None:
    seeds = ACCEPTED + [text for texts in REFUSED.values() for text in texts if len(text) < 300]
    chance = random.Random(12)  # noqa: S311 - the same in every run
    for _ in range(3_000):
        text = _spliced(chance, seeds)
        try:
            kept = check_contact(text)
        except Invalid:
            continue
        assert check_contact(kept) == kept
        assert 0 < len(kept) <= MAX_LENGTH
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in kept)
        assert "@" in kept or kept[0] in "+(0123456789" or kept.lower().startswith(("http://", "https://"))


def _spliced(chance: random.Random, seeds: list[str]) -> str:
    first, second = chance.choice(seeds), chance.choice(seeds)
    return first[: chance.randint(0, len(first))] + second[chance.randint(0, len(second)) :]
