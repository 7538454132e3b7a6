"""Deadlines: the same hour in Paris, so many calendar days later, whatever the clocks do meanwhile."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from models.deadlines import PARIS, at_hour_of, closing_day, days_later, end_of_delay, paris_day


def paris(text: str, fold: int = 0) -> datetime:
    """An instant by what a clock in Paris shows."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent_back", "days", "expected"),
    [
        # The guide's own example.
        ("2023-08-07 12:32", 10, "2023-08-17 12:32"),
        ("2023-08-07 12:32", 20, "2023-08-27 12:32"),
        # Winter to summer: one hour less of UTC for the same hour on the wall.
        ("2023-03-16 13:32", 10, "2023-03-26 12:32"),
        ("2023-03-16 13:32", 20, "2023-04-05 12:32"),
        ("2024-03-21 08:00", 10, "2024-03-31 07:00"),
        ("2025-03-20 08:00", 10, "2025-03-30 07:00"),
        ("2026-03-10 08:00", 20, "2026-03-30 07:00"),
        # Summer to winter: one hour more.
        ("2023-10-19 12:32", 10, "2023-10-29 13:32"),
        ("2024-10-17 12:32", 10, "2024-10-27 13:32"),
        ("2025-10-06 12:32", 20, "2025-10-26 13:32"),
        ("2026-10-15 12:32", 20, "2026-11-04 13:32"),
        # Midnight in Paris stays midnight.
        ("2023-03-15 23:00", 20, "2023-04-04 22:00"),
        ("2023-10-18 22:00", 20, "2023-11-07 23:00"),
        # The leap day, reached, left and passed over; and the year without it.
        ("2024-02-19 09:00", 10, "2024-02-29 09:00"),
        ("2024-02-29 09:00", 10, "2024-03-10 09:00"),
        ("2024-02-19 09:00", 20, "2024-03-10 09:00"),
        ("2023-02-19 09:00", 10, "2023-03-01 09:00"),
        # The end of the year.
        ("2023-12-22 22:59", 10, "2024-01-01 22:59"),
        ("2023-12-21 23:30", 10, "2023-12-31 23:30"),
    ],
)
def test_days_are_counted_on_the_calendar_of_paris(sent_back: str, days: int, expected: str) -> None:
    assert days_later(utc(sent_back), days) == utc(expected)


@pytest.mark.parametrize("year", range(2020, 2038))
@pytest.mark.parametrize("days", [10, 20])
def test_the_hour_on_the_wall_is_kept_through_every_day_of_the_year(year: int, days: int) -> None:
    for day in range(0, 366, 5):
        sent_back = paris(f"{year}-01-01 14:32") + timedelta(days=day)
        local = days_later(sent_back.astimezone(UTC), days).astimezone(PARIS)
        assert (local.hour, local.minute) == (14, 32)
        assert local.date() == sent_back.date() + timedelta(days=days)


@pytest.mark.parametrize(
    ("sent_back", "expected"),
    [("2023-03-16 02:30", "2023-03-26 01:30"), ("2024-03-21 02:30", "2024-03-31 01:30")],
)
def test_an_hour_that_does_not_exist_is_reached_an_hour_later_on_the_wall(sent_back: str, expected: str) -> None:
    deadline = days_later(paris(sent_back).astimezone(UTC), 10)
    assert deadline == utc(expected)
    assert deadline.astimezone(PARIS).hour == 3


@pytest.mark.parametrize("days", [10, 20])
def test_an_hour_that_exists_twice_is_its_first(days: int) -> None:
    sent_back = paris("2023-10-29 02:30") - timedelta(days=days)
    assert days_later(sent_back.astimezone(UTC), days) == utc("2023-10-29 00:30")


@pytest.mark.parametrize(("fold", "sent_back"), [(0, "2023-10-29 00:30"), (1, "2023-10-29 01:30")])
def test_sent_back_in_the_repeated_hour_the_deadline_is_the_same_hour_on_the_wall(fold: int, sent_back: str) -> None:
    assert paris("2023-10-29 02:30", fold).astimezone(UTC) == utc(sent_back)
    assert days_later(utc(sent_back), 10) == utc("2023-11-08 01:30")


def test_the_other_repeated_hour_counts_back_to_its_first_as_well() -> None:
    assert days_later(utc("2023-11-08 01:30"), -10) == utc("2023-10-29 00:30")


def test_the_offset_of_the_question_does_not_matter_and_the_answer_is_utc() -> None:
    as_utc = utc("2023-08-07 12:32")
    elsewhere = as_utc.astimezone(timezone(timedelta(hours=-9)))
    assert days_later(elsewhere, 10) == days_later(as_utc, 10)
    assert days_later(elsewhere, 10).tzinfo is UTC


def test_seconds_and_their_parts_are_kept() -> None:
    assert days_later(utc("2023-08-07 12:32:41.123456"), 20) == utc("2023-08-27 12:32:41.123456")


def test_a_later_day_is_at_the_hour_of_the_cycle() -> None:
    assert at_hour_of(utc("2023-08-07 12:32"), date(2023, 11, 30)) == utc("2023-11-30 13:32")
    assert at_hour_of(utc("2023-08-07 00:30"), date(2024, 3, 31)) == utc("2024-03-31 01:30")


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2023-08-06 21:59:59", date(2023, 8, 6)),
        ("2023-08-06 22:00", date(2023, 8, 7)),
        ("2023-12-31 22:59:59", date(2023, 12, 31)),
        ("2023-12-31 23:00", date(2024, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_paris(instant: str, expected: date) -> None:
    assert paris_day(utc(instant)) == expected


@pytest.fixture
def working_days(setting: Callable[[str, object], None]) -> None:
    """A portal whose delays end on working days."""
    setting("working_days", True)


def test_without_the_setting_a_delay_ends_on_any_day() -> None:
    assert end_of_delay(utc("2023-08-07 12:32")) == utc("2023-08-27 12:32")  # a Sunday
    assert closing_day(date(2023, 12, 25)) == date(2023, 12, 25)


@pytest.mark.usefixtures("working_days")
@pytest.mark.parametrize(
    ("day", "closes_on"),
    [
        # A working day stays; Saturday and Sunday wait for Monday.
        ("2023-08-25", "2023-08-25"),
        ("2023-08-26", "2023-08-28"),
        ("2023-08-27", "2023-08-28"),
        # Each public holiday, on a day of the week.
        ("2025-01-01", "2025-01-02"),
        ("2026-05-01", "2026-05-04"),
        ("2025-05-08", "2025-05-09"),
        ("2025-07-14", "2025-07-15"),
        ("2025-08-15", "2025-08-18"),
        ("2027-11-01", "2027-11-02"),
        ("2025-11-11", "2025-11-12"),
        ("2024-12-25", "2024-12-26"),
        # Those that follow Easter: its Monday, the Ascension, the Monday of Pentecost.
        ("2023-04-10", "2023-04-11"),
        ("2024-04-01", "2024-04-02"),
        ("2026-04-06", "2026-04-07"),
        ("2038-04-26", "2038-04-27"),
        ("2024-05-09", "2024-05-10"),
        ("2025-06-09", "2025-06-10"),
        # The week-end of Easter, then its Monday.
        ("2024-03-30", "2024-04-02"),
        ("2027-03-27", "2027-03-30"),
        # On a Sunday a holiday is not made up for: 1 May 2022, 25 December 2022.
        ("2022-05-01", "2022-05-02"),
        ("2022-12-25", "2022-12-26"),
        # Over the end of the year.
        ("2026-01-01", "2026-01-02"),
        ("2027-01-01", "2027-01-04"),
        ("2022-12-31", "2023-01-02"),
        # Holidays of Alsace and Moselle only: Good Friday and 26 December.
        ("2024-03-29", "2024-03-29"),
        ("2024-12-26", "2024-12-26"),
        # A holiday of overseas only: the abolition of slavery in Réunion.
        ("2024-12-20", "2024-12-20"),
    ],
)
def test_a_delay_ends_on_the_next_day_on_which_people_work(day: str, closes_on: str) -> None:
    assert closing_day(date.fromisoformat(day)) == date.fromisoformat(closes_on)


@pytest.mark.usefixtures("working_days")
@pytest.mark.parametrize("year", range(2020, 2038))
def test_it_never_waits_more_than_three_days_and_never_ends_in_a_week_end(year: int) -> None:
    for number in range(366):
        day = date(year, 1, 1) + timedelta(days=number)
        closes_on = closing_day(day)
        assert timedelta() <= closes_on - day <= timedelta(days=3)
        assert closes_on.weekday() < 5
        assert closing_day(closes_on) == closes_on


@pytest.mark.usefixtures("working_days")
@pytest.mark.parametrize(
    ("sent_back", "expected"),
    [
        # From J+20 on a Sunday to the Monday, at the hour of J.
        ("2023-08-07 14:32", "2023-08-28 14:32"),
        # J+20 is the very Sunday of a clock change: the Monday after it, the same hour on the wall.
        ("2023-03-06 09:00", "2023-03-27 09:00"),
        ("2023-10-09 09:00", "2023-10-30 09:00"),
        # An hour that the clock change skips, or repeats, exists once on the Monday.
        ("2023-03-06 02:30", "2023-03-27 02:30"),
        ("2023-10-09 02:30", "2023-10-30 02:30"),
        # J+20 on the Saturday before it: the clock changes in between.
        ("2026-03-08 18:15", "2026-03-30 18:15"),
        ("2026-10-04 18:15", "2026-10-26 18:15"),
        # Easter Monday 2024 is the day after a clock change.
        ("2024-03-12 11:00", "2024-04-02 11:00"),
        # The day is the one of Paris: Sunday there, still Saturday in UTC.
        ("2023-08-07 00:30", "2023-08-28 00:30"),
    ],
)
def test_the_hour_on_the_wall_is_kept_over_to_the_working_day(sent_back: str, expected: str) -> None:
    assert end_of_delay(paris(sent_back).astimezone(UTC)) == paris(expected).astimezone(UTC)
