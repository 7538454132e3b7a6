"""When a cycle reminds and closes: calendar days at the same wall-clock time in Europe/Paris."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def days_later(instant: datetime, days: int) -> datetime:
    """The instant `days` calendar days later at the same hour in Paris, in UTC.

    An hour that the change to summer time skips is read with the offset of before it (02:30 becomes 03:30);
    an hour that the change to winter time repeats keeps its first occurrence.
    """
    local = instant.astimezone(PARIS)
    return at_hour_of(instant, local.date() + timedelta(days=days))


def at_hour_of(instant: datetime, day: date) -> datetime:
    """The instant of `day` at the Paris wall-clock hour of `instant`, in UTC."""
    hour = instant.astimezone(PARIS).time()
    return datetime.combine(day, hour, tzinfo=PARIS).replace(fold=0).astimezone(UTC)


def paris_day(instant: datetime) -> date:
    """The calendar day in Paris."""
    return instant.astimezone(PARIS).date()
