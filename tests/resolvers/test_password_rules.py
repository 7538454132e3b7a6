import pytest

from resolvers.password_rules import password_faults, words_about
from tests.conftest import NOW
from tests.factories import make_supplier, make_user

ABOUT = ("p.breton", "pascal.breton@garage-poulat.fr", "Pascal Breton", "GARAGE POULAT", "79256844600019")


def _codes(password: str) -> list[str]:
    return [fault.code for fault in password_faults(password, *ABOUT)]


@pytest.mark.parametrize(
    "password",
    [
        "une phrase facile à retenir",
        "jirafeverte12",
        "kq7w mz2p vx9t",
        "la modification du vélo bleu de ma tante",
        "日本語のパスワードは長い方が良い",
        "x7" + "é€ü!" * 60 + "Zk9q",
    ],
)
def test_any_long_password_that_is_hard_to_guess_will_do(password: str) -> None:
    assert _codes(password) == []


@pytest.mark.parametrize("password", ["", "court", "x7$kQ!9zW2m", "é" * 11])
def test_a_short_one_is_refused_whatever_its_characters(password: str) -> None:
    assert _codes(password) == ["TOO_SHORT"]


def test_one_too_long_to_be_worth_hashing_is_refused() -> None:
    assert _codes("xk7 " * 65) == ["TOO_LONG"]


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "qwertyuiop[]",
        "azertyuiop12",
        "motdepasse2024",
        "Motdepasse123!",
        "P@ssw0rd1234",
        "bonjourbonjour",
        "letmeinletmein",
        "iloveyou123456",
    ],
)
def test_a_common_one_is_refused(password: str) -> None:
    assert _codes(password) == ["GUESSABLE"]


@pytest.mark.parametrize(
    "password",
    [
        "segur-solde-2026",
        "portailsegurnumerique",
        "Ségur du numérique",
        "garagepoulat2023",
        "GARAGE-POULAT-59",
        "pascal.breton.1975",
        "p.breton12345",
        "79256844600019",
        "fournisseur-ASP-1",
    ],
)
def test_one_made_of_the_names_around_the_account_is_refused(password: str) -> None:
    assert _codes(password) == ["GUESSABLE"]


async def test_the_names_around_an_account_are_those_of_its_person_and_its_company(db: str) -> None:
    user = await make_user(await make_supplier(), identifier="p.breton", created_at=NOW)
    assert {"p.breton", "Pascal Breton", "GARAGE POULAT"} <= set(words_about(user))
    assert words_about(await make_user(None, identifier="camille"))[0] == "camille"
