import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from models import Throttle
from models.errors import Throttled
from resolvers import throttling
from resolvers.throttling import Rate
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
THREE = {"somebody": Rate(3, MINUTE)}


async def _taken(wanted: throttling.Bounds, attempts: int, *, after: timedelta = timedelta()) -> int:
    """How many of so many attempts are let through."""
    answers = [throttling.take(wanted, as_of=NOW + after) for _ in range(attempts)]
    return sum(answer is None for answer in await asyncio.gather(*answers, return_exceptions=True))


async def test_the_reserve_is_let_through_then_one_each_time(db: str) -> None:
    assert await _taken(THREE, 10) == 3
    assert await _taken(THREE, 10, after=MINUTE - timedelta(seconds=1)) == 0
    assert await _taken(THREE, 10, after=MINUTE) == 1
    assert await _taken(THREE, 10, after=60 * MINUTE) == 3


async def test_being_refused_again_and_again_prolongs_nothing(db: str) -> None:
    await _taken(THREE, 3)
    for seconds in range(59):
        assert await _taken(THREE, 1, after=timedelta(seconds=seconds)) == 0
    assert await _taken(THREE, 1, after=MINUTE) == 1


async def test_how_long_to_wait_is_said_in_whole_minutes(db: str) -> None:
    slow = {"somebody": Rate(1, 96 * MINUTE)}
    await throttling.take(slow, as_of=NOW)
    with pytest.raises(Throttled) as refusal:
        await throttling.take(slow, as_of=NOW + timedelta(seconds=1))
    assert (refusal.value.minutes, refusal.value.message) == (96, "Trop de tentatives. Réessayez dans 96 minutes.")
    with pytest.raises(Throttled) as refusal:
        await throttling.take(slow, as_of=NOW + 95.5 * MINUTE)
    assert refusal.value.message == "Trop de tentatives. Réessayez dans une minute."


async def test_an_attempt_refused_by_one_bound_uses_none_of_the_others(db: str) -> None:
    wide = {"network": Rate(5, MINUTE)}
    assert await _taken(THREE | wide, 10) == 3
    assert await _taken(wide, 10) == 2


async def test_a_good_attempt_is_given_back(db: str) -> None:
    for _ in range(10):
        await throttling.take(THREE, as_of=NOW)
        await throttling.give_back(THREE, as_of=NOW)
    assert await _taken(THREE, 10) == 3


async def test_a_day_of_trying_never_passes_the_bound_of_an_account(
    db: str, setting: Callable[[str, object], None]
) -> None:
    setting("attempts_per_account", 25)
    own = {"account": throttling.of_an_account()}
    let_through = await _taken(own, 11)
    let_through += sum([await _taken(own, 2, after=MINUTE * minutes) for minutes in range(48, 24 * 60, 96)])
    assert let_through == 10 + 14  # the last comes at the end of the day


@pytest.mark.parametrize(
    ("address", "of"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_addresses_of_one_network_are_bound_together(address: str, of: str) -> None:
    assert throttling.network(address) == of


async def test_an_account_is_bound_wherever_it_is_tried_from(db: str) -> None:
    for number in range(throttling.of_an_account().reserve):
        await throttling.take(throttling.bounds("sign-in", "p.breton", f"192.0.{number}.1"), as_of=NOW)
    with pytest.raises(Throttled):
        await throttling.take(throttling.bounds("sign-in", "p.breton", "198.51.100.1"), as_of=NOW)
    await throttling.take(throttling.bounds("sign-in", "s.laurent", "198.51.100.1"), as_of=NOW)
    await throttling.forgive("sign-in", "p.breton")
    await throttling.take(throttling.bounds("sign-in", "p.breton", "198.51.100.1"), as_of=NOW)


async def test_an_address_and_a_network_are_bound_whatever_account_they_try(
    db: str, setting: Callable[[str, object], None]
) -> None:
    setting("attempts_per_address", 5)
    setting("attempts_per_network", 8)
    tries = [throttling.bounds("sign-in", f"account{number}", "192.0.2.1") for number in range(10)]
    assert sum([await _taken(wanted, 1) for wanted in tries]) == 5
    tries = [throttling.bounds("sign-in", f"account{number}", f"192.0.2.{number + 2}") for number in range(10)]
    assert sum([await _taken(wanted, 1) for wanted in tries]) == 3


async def test_what_is_kept_names_nobody_and_goes_when_it_bounds_nobody(db: str) -> None:
    await throttling.take(throttling.bounds("sign-in", "p.breton", "192.0.2.1"), as_of=NOW)
    assert not any("breton" in row.key or "192.0" in row.key for row in await Throttle.all())
    assert await throttling.forget(NOW) == 0
    assert await throttling.forget(NOW + timedelta(days=2)) == 3
