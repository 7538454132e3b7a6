"""How often one may try: to sign in, to give a code, to have a link mailed.

Each bound is a rate with a reserve (GCRA), one row for each account, address or network that used some of it lately.
A refused attempt uses nothing, so that nobody can be locked out for good; what is kept names nobody.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from models import Throttle
from models.database import transaction
from models.errors import Throttled
from settings import settings

_FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True)
class Rate:
    """So many attempts in a row, then one each time that `every` has gone by."""

    reserve: int
    every: timedelta


Bounds = Mapping[str, Rate]


def bounds(what: str, account: str, address: str) -> dict[str, Rate]:
    """What bounds the attempts at `what` on that account, known or not, from that address."""
    own = {_key(what, "account", account): of_an_account()} if account else {}
    return own | {
        _key("any", "address", address): _hourly(settings.attempts_per_address),
        _key("any", "network", network(address)): _hourly(settings.attempts_per_network),
    }


def of_an_account() -> Rate:
    """Two fifths of a day's attempts in a row, the others over the day: never more than all of them in 24 hours."""
    daily = settings.attempts_per_account
    reserve = max(1, daily * 2 // 5)
    return Rate(reserve, timedelta(days=1) / (daily - reserve))


def _hourly(attempts: int) -> Rate:
    return Rate(attempts, timedelta(hours=1) / attempts)


def network(address: str) -> str:
    """The network that the address is of: what one line, or one rented machine, has at its disposal."""
    with suppress(ValueError):
        known = ip_address(address)
        if isinstance(known, IPv6Address):
            if known.ipv4_mapped:
                return network(str(known.ipv4_mapped))
            return str(ip_network((known.packed, 64), strict=False))
        return str(ip_network((known.packed, 24), strict=False))
    return address


def _key(what: str, kind: str, name: str) -> str:
    """What names the bound in the database, and nothing of whom it bounds."""
    secret = settings.secret_key.get_secret_value().encode()
    return f"{what}:{kind}:{hmac.new(secret, f'throttle:{name}'.encode(), 'sha256').hexdigest()[:32]}"


async def take(wanted: Bounds, *, as_of: datetime) -> None:
    """Use one attempt of each bound, or raise Throttled and use none."""
    async with transaction():
        ends = {key: await _end(key, as_of) for key in sorted(wanted)}
        waits = [ends[key] - rate.every * (rate.reserve - 1) - as_of for key, rate in wanted.items()]
        if max(waits) > timedelta():
            raise Throttled(minutes=ceil(max(waits) / timedelta(minutes=1)))
        for key, rate in wanted.items():
            await Throttle.filter(key=key).update(full_at=ends[key] + rate.every)


async def _end(key: str, as_of: datetime) -> datetime:
    """Until when what was used counts; the row is locked until the end of the transaction."""
    await Throttle.bulk_create([Throttle(key=key, full_at=as_of)], ignore_conflicts=True)
    return max(as_of, (await Throttle.select_for_update().get(key=key)).full_at)


async def give_back(used: Bounds, *, as_of: datetime) -> None:
    """The attempt was a good one: it counts no more."""
    async with transaction():
        for key in sorted(used):
            await Throttle.filter(key=key).update(full_at=await _end(key, as_of) - used[key].every)


async def forgive(what: str, account: str) -> None:
    """Whoever has proved to be the account's owner may try again from the start."""
    await Throttle.filter(key=_key(what, "account", account)).delete()


async def forget(as_of: datetime) -> int:
    """Drop the rows that bound nobody any more, but for those in use now; how many they were."""
    dropped = 0
    while lot := await _forget_lot(as_of):
        dropped += lot
    return dropped


async def _forget_lot(as_of: datetime) -> int:
    async with transaction():
        over = Throttle.filter(full_at__lte=as_of).order_by("full_at").limit(_FORGOTTEN_AT_ONCE)
        rows = await over.select_for_update(skip_locked=True)
        return await Throttle.filter(key__in=[row.key for row in rows]).delete() if rows else 0
