"""When a cycle reminds and closes: calendar days at the same wall-clock time in Europe/Paris."""

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from settings import settings

_SATURDAY = 5
PARIS = ZoneInfo("Europe/Paris")


def days_later(instant: datetime, days: int) -> datetime:
    """The instant `days` calendar days later at the same hour in Paris, in UTC.

    An hour that the change to summer time skips is read with the offset of before it (02:30 becomes 03:30);
    an hour that the change to winter time repeats keeps its first occurrence.
    """
    local = instant.astimezone(PARIS)
    return at_hour_of(instant, local.date() + timedelta(days=days))


def end_of_delay(sent_back: datetime) -> datetime:
    """J+20: when a cycle that begins at that instant closes, in UTC."""
    return at_hour_of(sent_back, closing_day(paris_day(sent_back) + timedelta(days=settings.closing_days)))


def closing_day(day: date) -> date:
    """The day on which a delay ends that should end on `day`: itself, or where the setting asks for working days
    the next one that is neither in a week-end nor a public holiday of all France."""
    while settings.working_days and (day.weekday() >= _SATURDAY or day in _public_holidays()):
        day += timedelta(days=1)
    return day


@cache
def _public_holidays() -> Container[date]:
    """Of metropolitan France without those of Alsace and Moselle, for any year."""
    # Loading it takes a third of a second, which only a portal that counts working days spends.
    from holidays import country_holidays

    return country_holidays("FR")


def at_hour_of(instant: datetime, day: date) -> datetime:
    """The instant of `day` at the Paris wall-clock hour of `instant`, in UTC."""
    hour = instant.astimezone(PARIS).time()
    return datetime.combine(day, hour, tzinfo=PARIS).replace(fold=0).astimezone(UTC)


def paris_day(instant: datetime) -> date:
    """The calendar day in Paris."""
    return instant.astimezone(PARIS).date()
