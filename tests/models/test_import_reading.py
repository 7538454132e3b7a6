"""An import document is read whole, and every fault is named at once with its JSON path."""

import copy
import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.dossiers import RequestKind
from models.errors import Fault, Invalid
from models.import_reading import check_files, examine
from settings import settings
from tests.models.reading import read_document

EXAMPLES = Path(__file__).parent.parent / "examples"
PIECES = EXAMPLES / "pieces"
TEXT = (EXAMPLES / "FINSAS008539.json").read_text()
FAULTY = (EXAMPLES / "FINSAS008539-erreurs.json").read_text()
MISSING = object()


def changed(path: str, value: object) -> str:
    """The example with the value at that path replaced, or taken away."""
    document = copy.deepcopy(json.loads(TEXT))
    *parents, last = path.replace("[", ".").replace("]", "").split(".")[1:]
    place: Any = document
    for part in parents:
        place = place[int(part) if part.isdigit() else part]
    if value is MISSING:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return json.dumps(document)


def faults(text: str, today: date | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        read_document(text, today)
    return [(fault.field, fault.code) for fault in refusal.value.faults]


def test_the_example_is_read_entirely() -> None:
    document = read_document(TEXT)
    assert (document.kind, document.number, document.ans_number) == (RequestKind.BALANCE, "FINSAS008539", "pbrSAS0012")
    assert (document.submitted_on, document.dsr) == (date(2023, 2, 16), "DSR-SAS-SAS-Va1")
    assert document.support_contact == "pascal.breton@axyus.com"
    assert (document.supplier.siret, document.supplier.legal_name) == ("79256844600019", "GARAGE POULAT")
    address = document.supplier.address
    assert (address.street, address.postcode, address.city) == ("0 cour DE MONS", "59650", "VILLENEUVE D ASCQ")
    amounts = document.amounts
    assert (amounts.advance_decided, amounts.commitment_retained, amounts.balance_decided) == (
        Decimal("0.00"),
        Decimal("100000.00"),
        Decimal("70000.00"),
    )
    bank = document.bank_details
    assert (bank.holder, bank.iban, bank.bic) == ("GARAGE POULAT", "FR7630006000011234567890189", "AGRIFRPP")
    assert [(each.file_name, each.document_type) for each in document.documents] == [
        ("capture-ecran-au-depot.pdf", "MSS_RESU_TEST_TECH"),
        ("guide-pdf-au-depot.pdf", "MSS_GUIDE_PDF_API"),
        ("decision-attribution-finsas008539.pdf", "DECISION_ATTRIBUTION"),
        ("PJ_Demande.pdf", "AUTRE_S"),
    ]


def test_the_documents_of_the_example_suit_it() -> None:
    files = examine(TEXT).files
    assert check_files(files, [path.name for path in PIECES.iterdir()]) == []


def test_each_of_the_fifteen_faults_is_named_once() -> None:
    reading = examine(FAULTY)
    found = [*reading.faults, *check_files(reading.files, [])]
    assert sorted((fault.field, fault.code) for fault in found) == [
        ("$.coordonneesBancaires.bic", "INVALID_BIC"),
        ("$.coordonneesBancaires.iban", "INVALID_IBAN"),
        ("$.coordonneesContact", "INVALID_CONTACT"),
        ("$.dateDepot", "INVALID_DATE"),
        ("$.fournisseur.adresse.codePostal", "INVALID_POSTCODE"),
        ("$.fournisseur.siret", "INVALID_SIRET"),
        ("$.inconnu", "UNKNOWN_KEY"),
        ("$.montants.avanceDecidee", "NOT_TEXT"),
        ("$.montants.engagementRetenu", "INVALID_AMOUNT"),
        ("$.montants.soldeDecide", "INVALID_AMOUNT"),
        ("$.nature", "UNKNOWN_VALUE"),
        ("$.pieces[0].fichier", "UNSAFE_FILE_NAME"),
        ("$.pieces[1].fichier", "MISSING_FILE"),
        ("$.pieces[1].type", "UNKNOWN_VALUE"),
        ("$.referencementAns", "REQUIRED"),
    ]
    assert reading.document is None
    assert all(fault.message.count(".") or fault.message.endswith("https://") for fault in found)


@pytest.mark.parametrize("key", sorted(json.loads(TEXT).keys() - {"dossier"}))
def test_every_key_but_the_dossier_is_needed(key: str) -> None:
    assert faults(changed(f"$.{key}", MISSING)) == [(f"$.{key}", "REQUIRED")]


@pytest.mark.parametrize("value", [MISSING, None])
def test_a_dossier_left_out_is_for_the_portal_to_number(value: object) -> None:
    assert read_document(changed("$.dossier", value)).number is None


@pytest.mark.parametrize("key", ["avanceDecidee", "engagementRetenu", "soldeDecide"])
def test_an_amount_that_does_not_apply_is_null(key: str) -> None:
    amounts = read_document(changed(f"$.montants.{key}", None)).amounts
    assert [*amounts.model_dump(by_alias=True).items()].count((key, None)) == 1


KEPT = [
    ("$.nature", "AVANCE"),
    ("$.dossier", "A1"),
    ("$.dossier", "A" * 20),
    ("$.referencementAns", "pbr-SAS_0012.b"),
    ("$.dateDepot", "2024-02-29"),
    ("$.coordonneesContact", "+33 1 23 45 67 89"),
    ("$.coordonneesContact", "https://support.editeur.fr/aide"),
    ("$.fournisseur.siret", "35600000049837"),  # La Poste has a rule of its own
    ("$.fournisseur.denominationSociale", "L’Été & fils « SAS »"),
    ("$.fournisseur.adresse.codePostal", "01000"),
    ("$.montants.soldeDecide", "999999999999.99"),
    ("$.coordonneesBancaires.iban", "BE68539007547034"),
    ("$.coordonneesBancaires.bic", "AGRIFRPP882"),
    ("$.pieces", []),
]


@pytest.mark.parametrize(("path", "value"), KEPT)
def test_what_the_format_allows_is_read(path: str, value: object) -> None:
    text = changed(path, value)
    assert json.loads(read_document(text).model_dump_json(by_alias=True)) == json.loads(text)


REFUSED = [
    ("$.version", "2.0", "UNKNOWN_VALUE"),
    ("$.version", 1.0, "NOT_TEXT"),
    ("$.nature", "solde", "UNKNOWN_VALUE"),
    ("$.nature", None, "NOT_TEXT"),
    ("$.dossier", "finsas008539", "INVALID_NUMBER"),
    ("$.dossier", "FINSAS/../1", "INVALID_NUMBER"),
    ("$.dossier", "A" * 21, "INVALID_NUMBER"),
    ("$.dossier", "", "REQUIRED"),
    ("$.referencementAns", "pbr SAS", "INVALID_ANS_NUMBER"),
    ("$.referencementAns", "-SAS", "INVALID_ANS_NUMBER"),
    ("$.dsr", "<b>", "INVALID_DSR"),
    ("$.dateDepot", "16/02/2023", "INVALID_DATE"),
    ("$.dateDepot", "2023-2-16", "INVALID_DATE"),
    ("$.dateDepot", "2023-02-29", "INVALID_DATE"),
    ("$.dateDepot", "2023-W07-4", "INVALID_DATE"),
    ("$.dateDepot", "20230216", "INVALID_DATE"),
    ("$.dateDepot", "2023-02-16T00:00:00", "INVALID_DATE"),
    ("$.dateDepot", "٢٠٢٣-02-16", "INVALID_DATE"),
    ("$.dateDepot", "0000-00-00", "INVALID_DATE"),
    ("$.dateDepot", "1923-02-16", "INVALID_DATE"),
    ("$.fournisseur", "GARAGE POULAT", "NOT_OBJECT"),
    ("$.fournisseur", None, "NOT_OBJECT"),
    ("$.fournisseur.siret", 79256844600019, "NOT_TEXT"),
    ("$.fournisseur.siret", "792 568 446 00019", "INVALID_SIRET"),
    ("$.fournisseur.siret", "792568446", "INVALID_SIRET"),
    ("$.fournisseur.siret", "７９２５６８４４６０００１９", "INVALID_SIRET"),
    ("$.fournisseur.denominationSociale", "A" * 201, "TOO_LONG"),
    ("$.fournisseur.denominationSociale", "GARAGE\nPOULAT", "HIDDEN_CHARACTER"),
    ("$.fournisseur.denominationSociale", "GARAGE\x00POULAT", "HIDDEN_CHARACTER"),
    ("$.fournisseur.denominationSociale", "GARAGE\ud800POULAT", "HIDDEN_CHARACTER"),
    ("$.fournisseur.denominationSociale", "GARAGE\u202ePOULAT", "HIDDEN_CHARACTER"),
    ("$.fournisseur.denominationSociale", "a" + "\u0300" * 10_000, "TOO_LONG"),
    ("$.fournisseur.adresse.voie", "  ", "REQUIRED"),
    ("$.fournisseur.adresse.codePostal", "59 650", "INVALID_POSTCODE"),
    ("$.fournisseur.adresse.commune", True, "NOT_TEXT"),
    ("$.coordonneesContact", "", "REQUIRED"),
    ("$.coordonneesContact", "a@editeur.fr, b@editeur.fr", "SEVERAL_VALUES"),
    ("$.coordonneesContact", "https://localhost", "INVALID_LINK"),
    ("$.montants", [], "NOT_OBJECT"),
    ("$.montants.soldeDecide", "70000", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "70000,00", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "70 000.00", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "+70000.00", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "-0.00", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "00.00", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "1e3", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "NaN", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", "1000000000000.00", "INVALID_AMOUNT"),
    ("$.montants.soldeDecide", float("nan"), "NOT_TEXT"),
    ("$.montants.soldeDecide", float("inf"), "NOT_TEXT"),
    ("$.montants.soldeDecide", "", "REQUIRED"),
    ("$.coordonneesBancaires.iban", "FR76 3000 6000 0112 3456 7890 189", "INVALID_IBAN"),
    ("$.coordonneesBancaires.iban", "fr7630006000011234567890189", "INVALID_IBAN"),
    ("$.coordonneesBancaires.bic", "AGRIFRPP8", "INVALID_BIC"),
    ("$.pieces", {}, "NOT_LIST"),
    ("$.pieces", None, "NOT_LIST"),
    ("$.pieces[1]", "guide.pdf", "NOT_OBJECT"),
    ("$.pieces[1].fichier", None, "NOT_TEXT"),
    ("$.pieces[1].fichier", "", "REQUIRED"),
    ("$.pieces[1].fichier", "C:\\guide.pdf", "UNSAFE_FILE_NAME"),
    ("$.pieces[1].fichier", "guide\u202efdp.exe", "HIDDEN_CHARACTER"),
    ("$.pieces[1].fichier", "guide.exe", "WRONG_FORMAT"),
    ("$.pieces[1].fichier", "capture-ecran-au-depot.pdf", "DUPLICATE_FILE"),
    ("$.pieces[1].type", "autre_s", "UNKNOWN_VALUE"),
    ("$.pieces[1].type", None, "NOT_TEXT"),
    ("$.pieces[1].type", MISSING, "REQUIRED"),
    ("$.pieces[1].taille", "12", "UNKNOWN_KEY"),
    ("$.montants.total", "12", "UNKNOWN_KEY"),
]


@pytest.mark.parametrize(("path", "value", "code"), REFUSED)
def test_what_it_does_not_allow_is_one_fault_at_its_place(path: str, value: object, code: str) -> None:
    assert faults(changed(path, value)) == [(path, code)]


def test_an_amount_of_a_thousand_digits_is_a_number_all_the_same() -> None:
    text = TEXT.replace('"70000.00"', "7" * 5_000)
    assert faults(text) == [("$.montants.soldeDecide", "NOT_TEXT")]


def test_a_deposit_is_not_later_than_today() -> None:
    assert faults(TEXT, date(2023, 2, 15)) == [("$.dateDepot", "FUTURE_DATE")]
    assert read_document(TEXT, date(2023, 2, 16)).submitted_on == date(2023, 2, 16)


SYNTAX = {
    "": "ligne 1, colonne 1, une valeur est attendue",
    "{": "ligne 1, colonne 2, une clé entre guillemets est attendue",
    '{"version": "1.0",\n "nature" "SOLDE"}': "ligne 2, colonne 11, deux-points sont attendus après la clé",
    '{"version": "1.0"\n "nature": "SOLDE"}': "ligne 2, colonne 2, une virgule ou une fermeture est attendue",
    '{"version": "1.0': "ligne 1, colonne 13, un texte n’est pas fermé par un guillemet",
    '{"a": "b\n"}': "ligne 1, colonne 9, un texte contient un retour à la ligne ou un caractère de commande",
    '{"a": "\\x"}': "ligne 1, colonne 8, une barre oblique inverse n’est pas suivie d’un caractère permis",
    "{} {}": "ligne 1, colonne 4, du texte suit la fin du document",
    "{'a': 1}": "ligne 1, colonne 2, une clé entre guillemets est attendue",
}


@pytest.mark.parametrize(("text", "sentence"), SYNTAX.items())
def test_a_text_that_is_not_json_is_told_where_it_stops(text: str, sentence: str) -> None:
    reading = examine(text)
    assert [(fault.field, fault.code) for fault in reading.faults] == [("$", "INVALID_JSON")]
    assert reading.faults[0].message.replace("\u00a0", " ") == f"Le document n’est pas du JSON : {sentence}."
    assert (reading.document, reading.files) == (None, ())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[" * 50_000, [("$", "INVALID_JSON")]),
        ('{"a":' * 15_000, [("$", "INVALID_JSON")]),
        ("x" * 100_001, [("$", "TOO_LONG")]),
        ("[]", [("$", "NOT_OBJECT")]),
        ("null", [("$", "NOT_OBJECT")]),
        ("NaN", [("$", "NOT_OBJECT")]),
        ('"texte"', [("$", "NOT_OBJECT")]),
    ],
)
def test_a_text_that_is_no_document_at_all_is_refused(text: str, found: list[tuple[str, str]]) -> None:
    assert faults(text) == found


def test_a_document_saved_by_windows_is_read() -> None:
    assert read_document("\ufeff" + TEXT.replace("\n", "\r\n")) == read_document(TEXT)


def test_a_key_given_twice_is_a_fault_wherever_it_is() -> None:
    text = TEXT.replace('"nature": "SOLDE",', '"nature": "AVANCE", "nature": "SOLDE",')
    text = text.replace('"type": "AUTRE_S"', '"type": "AUTRE_S", "type": "AUTRE_S", "type": "AUTRE_S"')
    assert sorted(faults(text)) == [("$.nature", "DUPLICATE_KEY"), ("$.pieces[3].type", "DUPLICATE_KEY")]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("prix en €", "$['prix en €']"),
        ("__proto__", "$.__proto__"),
        ("\\u0000", "$['\ufffd']"),
        ("\\ud800", "$['\ufffd']"),
        ("\\u202enature", "$['\ufffdnature']"),
        ("a" * 90_000, "$['" + "a" * 60 + "…']"),
        ("{nature}", "$['{nature}']"),
    ],
)
def test_a_strange_key_is_unknown_and_nothing_worse(key: str, path: str) -> None:
    text = TEXT.replace('{\n  "version"', f'{{"{key}": [1], "version"', 1)
    assert faults(text) == [(path, "UNKNOWN_KEY")]


def test_faults_of_the_json_of_the_values_and_of_the_files_come_together() -> None:
    text = TEXT.replace('"nature": "SOLDE",', '"nature": "SOLDE", "nature": "SOLDE", "\\ud800": 1,')
    text = text.replace("79256844600019", "79256844600018").replace("PJ_Demande.pdf", "guide-pdf-au-depot.pdf")
    reading = examine(text)
    given = ["guide-pdf-au-depot.pdf", "capture-ecran-au-depot.pdf", "note.pdf"]
    found = [*reading.faults, *check_files(reading.files, given)]
    assert sorted((fault.field, fault.code) for fault in found) == [
        ("$.fournisseur.siret", "INVALID_SIRET"),
        ("$.nature", "DUPLICATE_KEY"),
        ("$.pieces", "EXTRA_FILE"),
        ("$.pieces[2].fichier", "MISSING_FILE"),
        ("$.pieces[3].fichier", "DUPLICATE_FILE"),
        ("$['\ufffd']", "UNKNOWN_KEY"),
    ]


def test_a_file_is_known_by_its_name_however_its_accents_are_written() -> None:
    reading = examine(changed("$.pieces", [{"fichier": "été.pdf", "type": "AUTRE_S"}]))
    assert check_files(reading.files, ["e\u0301te\u0301.pdf"]) == []


def test_a_document_names_a_limited_number_of_files() -> None:
    most = settings.max_files_at_once
    named = [{"fichier": f"piece-{index}.pdf", "type": "AUTRE_S"} for index in range(most + 1)]
    assert faults(changed("$.pieces", named)) == [("$.pieces", "TOO_MANY")]
    assert len(read_document(changed("$.pieces", named[:-1])).documents) == most


def test_a_heap_of_faults_is_cut_and_says_so() -> None:
    found = faults("{" + ",".join(f'"k{index}":1' for index in range(9_000)) + "}")
    assert len(found) == 501
    assert found[-1] == ("$", "TOO_MANY_FAULTS")


def test_messages_repeat_a_value_without_what_could_harm_a_terminal_or_a_page() -> None:
    text = changed("$.nature", "\x1b[2J\u202e" + "x" * 50_000)
    message = examine(text).faults[0].message
    assert "\x1b" not in message
    assert "\u202e" not in message
    assert len(message) < 300


def test_no_text_is_more_than_a_list_of_faults() -> None:
    chance = random.Random(5)  # noqa: S311 - the same in every run
    scraps = ['"', "{", "}", "[", "]", ",", ":", "null", "NaN", "1e999", "\\u0000", "\\ud800", '"nature"', "\x00", "é"]
    for _ in range(1_500):
        start = chance.randrange(len(TEXT))
        text = TEXT[:start] + chance.choice(scraps) + TEXT[start + chance.randint(0, 30) :]
        reading = examine(text)
        assert (reading.document is None) == bool(reading.faults)
        assert all(isinstance(fault, Fault) and fault.field.startswith("$") for fault in reading.faults)
        json.dumps([fault.message for fault in reading.faults], ensure_ascii=False).encode()
