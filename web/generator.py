"""How a generator of codes is handed its secret: as a picture, as text, and as a link on the phone itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import segno

from models import User
from resolvers import second_factor


@dataclass(frozen=True)
class Generator:
    """What a page shows of an offered secret; `offer` is the same, sealed, for the form to bring back."""

    offer: str
    picture: str
    text: str
    link: str


def offered(user: User, before: str, *, as_of: datetime) -> Generator:
    """The secret offered before, else a new one."""
    secret = second_factor.offered_secret(user, before, as_of=as_of)
    offer = before if secret else second_factor.offer(user, as_of=as_of)
    secret = secret or second_factor.offered_secret(user, offer, as_of=as_of) or ""
    link = second_factor.generator_address(user, secret)
    picture = segno.make(link, micro=False).svg_data_uri(scale=5, dark="#000", light="#fff", xmldecl=False)
    return Generator(offer, picture, _in_fours(secret), link)


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
