"""Instants, amounts, sizes and numbers as French readers write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from models import typography

CLOSES = datetime(2023, 8, 27, 12, 32, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace(typography.NBSP, " ")


def test_deadline_is_told_with_its_hour_in_paris() -> None:
    assert plain(typography.deadline(CLOSES)) == "jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris)"


def test_deadline_reads_the_text_that_the_api_gives() -> None:
    assert typography.deadline("2023-08-27T12:32:00+00:00") == typography.deadline(CLOSES)


def test_first_of_the_month_is_said_premier() -> None:
    assert plain(typography.long_day(datetime(2024, 2, 29, 23, 30, tzinfo=UTC))) == "vendredi 1er mars 2024"


def test_day_of_an_instant_is_the_one_in_paris_and_a_calendar_day_stays() -> None:
    assert typography.day(datetime(2023, 8, 26, 22, 30, tzinfo=UTC)) == "27/08/2023"
    assert typography.day(date(2023, 2, 16)) == typography.day("2023-02-16") == "16/02/2023"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(days=12), "encore 12 jours"),
        (timedelta(days=1), "encore 1 jour"),
        (timedelta(hours=23, minutes=59), "encore 23 heures"),
        (timedelta(hours=3), "encore 3 heures"),
        (timedelta(minutes=119), "encore 1 heure"),
        (timedelta(minutes=12, seconds=59), "encore 12 minutes"),
        (timedelta(minutes=1), "encore 1 minute"),
        (timedelta(seconds=59), "encore moins d’une minute"),
        (timedelta(days=-3), "encore moins d’une minute"),
    ],
)
def test_days_left_are_days_of_the_calendar_then_hours_and_minutes(before: timedelta, expected: str) -> None:
    assert plain(typography.days_left(CLOSES, CLOSES - before)) == expected


@pytest.mark.parametrize(("after", "expected"), [(0, "J"), (10, "J+10"), (20, "J+20")])
def test_days_of_a_cycle_are_numbered_from_its_first(after: int, expected: str) -> None:
    assert typography.day_number(CLOSES + timedelta(days=after), CLOSES.isoformat()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Decimal("70000.00"), "70 000,00 €"), ("1234567.5", "1 234 567,50 €"), ("0.00", "0,00 €"), (None, "Non décidé")],
)
def test_amounts_are_grouped_by_thousands(value: str | Decimal | None, expected: str) -> None:
    assert plain(typography.amount(value)) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "1 octet"),
        (1023, "1023 octets"),
        (1024, "1 Ko"),
        (1025, "2 Ko"),
        (20 * 1024 * 1024, "20 Mo"),
        (20 * 1024 * 1024 + 1, "20,1 Mo"),
    ],
)
def test_sizes_are_rounded_up(count: int, expected: str) -> None:
    assert plain(typography.size(count)) == expected


def test_high_marks_and_quotes_keep_their_spaces_together() -> None:
    assert typography.french("Oui ! « mot » : fin ; a != b ?") == (
        "Oui\u00a0! «\u00a0mot\u00a0»\u00a0: fin\u00a0; a != b\u00a0?"
    )
    assert typography.french("A modifier, pas à modifier ni « A modifiera »") == (
        "A\u00a0modifier, pas à modifier ni «\u00a0A modifiera\u00a0»"
    )


def test_siret_is_read_in_groups() -> None:
    assert plain(typography.siret("79256844600019")) == "792 568 446 00019"


def test_a_size_is_rounded_up_and_what_is_left_down() -> None:
    sizes = [1023, 1025, 1024 * 1024 + 1, 2 * 1024**3, 1024**3 - 1]
    assert [plain(typography.size(each)) for each in sizes] == ["1023 octets", "2 Ko", "1,1 Mo", "2 Go", "1024 Mo"]
    assert [plain(typography.room(each)) for each in sizes] == ["1023 octets", "1 Ko", "1 Mo", "2 Go", "1023,9 Mo"]
