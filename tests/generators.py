"""Generators of codes as the tests have them: always the same, for two codes of six digits may be alike by chance."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count

import pyotp


def secrets_in_turn() -> Callable[[], str]:
    """What stands for pyotp.random_base32 in a test: one secret after the other, the same in every run."""
    given = (b32encode(sha256(b"generator %d" % number).digest()[:20]).decode() for number in count())
    return lambda: next(given)


def wrong_code(secret: str, now: datetime) -> str:
    """Six digits that this generator shows at no instant of some minutes."""
    shown = {pyotp.TOTP(secret).at(now + timedelta(seconds=30 * step)) for step in range(-10, 11)}
    return next(digits for digits in ("000000", "111111", *map("{:06}".format, range(100))) if digits not in shown)
