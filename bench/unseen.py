"""How long the portal takes to answer about what one may not see, beside what does not exist.

The two take turns, each first as often as the other, so that both meet the same disturbances. What could tell them
apart is how often the first takes longer: half of the pairs, when nothing does.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import sqrt
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

import httpx

from models.database import database
from models.migrating import migrate
from resolvers import sessions
from resolvers.accounts import hash_password
from schema.nodes import node_id
from tests.factories import make_attachment, make_request, make_supplier, make_token, make_user
from tests.services.web_process import start_web, wait_for

PAIRS = 400
PASSWORD = "une phrase facile à retenir"  # noqa: S105 - of an account that lives as long as the measure
UNBOUND = {
    "attempts_per_account": 1000,
    "attempts_per_address": 100_000,
    "attempts_per_network": 100_000,
    "points_per_caller": 0,
    "points_per_address": 0,
    "requests_per_address": 0,
}

OURS = {"Sec-Fetch-Site": "same-origin"}
Ask = Callable[[httpx.Client, int], httpx.Response]


@dataclass(frozen=True)
class Secrets:
    """What an account of one supplier asks with, and what belongs to another."""

    session: str
    token: str
    dossier: str
    request: str
    document: str
    identifiers: list[str]

    def known(self, number: int) -> str:
        """The identifier of an account."""
        return self.identifiers[number]

    def unknown(self, number: int) -> str:
        """One as long, of no account."""
        return self.identifiers[number][:-1] + "x"


@dataclass(frozen=True)
class Pair:
    """Two questions that must be answered alike: about what is there, and about what is not."""

    name: str
    theirs: Ask
    nobodys: Ask
    timed: Ask | None = None
    """What is timed in their place: the request that comes just after."""
    pairs: int = PAIRS


async def compare() -> None:
    """Print the medians of both, and in how many of a hundred pairs the first takes longer."""
    with tempfile.TemporaryDirectory(prefix="solde-bench-") as name:
        url = f"sqlite://{name}/solde.sqlite3"
        await migrate(url)
        async with database(url):
            secrets = await _fill()
        web = start_web(Path(name), database_url=url, data_dir=name, **UNBOUND)
        try:
            wait_for(web)
            _tell(web.url, secrets)
        finally:
            web.kill()


async def _fill() -> Secrets:
    supplier, now, kept = await make_supplier(), datetime.now(UTC), await hash_password(PASSWORD)
    account = await make_user(supplier, password_hash=kept)
    await make_request(supplier)
    theirs = await make_request()
    users = [await make_user(None, password_hash=kept) for _ in range(PAIRS)]
    session = await sessions.sign_in(account.identifier, PASSWORD, as_of=now)
    assert session
    return Secrets(
        session=session,
        token=await make_token(supplier=supplier, as_of=now),
        dossier=(await theirs.dossier).number,
        request=str(node_id("FundingRequest", theirs.id)),
        document=str((await make_attachment(theirs)).id),
        identifiers=[user.identifier for user in users],
    )


def _pairs(secrets: Secrets) -> list[Pair]:
    page = partial(_page, session=secrets.session)
    node = partial(_node, token=secrets.token)
    reset = "/mot-de-passe-oublie"
    return [
        Pair(
            "a page of another's dossier",
            page(lambda: f"/dossiers/{secrets.dossier}/solde"),
            page(lambda: "/dossiers/FINSAS999999/solde"),
        ),
        Pair("another's document", page(lambda: f"/pieces/{secrets.document}"), page(lambda: f"/pieces/{uuid4()}")),
        Pair("a node of another's", node(lambda: secrets.request), node(lambda: node_id("FundingRequest", uuid4()))),
        Pair("signing in", _form("/connexion", secrets.known), _form("/connexion", secrets.unknown), pairs=PAIRS // 4),
        Pair("a forgotten password", _form(reset, secrets.known), _form(reset, secrets.unknown), pairs=PAIRS // 2),
        Pair(
            "what is asked just after it",
            _form(reset, secrets.known, PAIRS // 2),
            _form(reset, secrets.unknown, PAIRS // 2),
            timed=_page(lambda: "/livez"),
            pairs=PAIRS // 2,
        ),
    ]


def _page(place: Callable[[], str], session: str = "") -> Ask:
    return lambda client, _: client.get(place(), headers={"Cookie": f"session={session}"})


def _node(given: Callable[[], str], token: str) -> Ask:
    def ask(client: httpx.Client, _: int) -> httpx.Response:
        query = {"query": "query N($id: ID!) { node(id: $id) { id } }", "variables": {"id": given()}}
        return client.post("/graphql", json=query, headers={"Authorization": f"Bearer {token}"})

    return ask


def _form(path: str, name: Callable[[int], str], first: int = 0) -> Ask:
    def ask(client: httpx.Client, number: int) -> httpx.Response:
        client.cookies.clear()
        return client.post(path, data={"identifier": name(first + number), "password": "autre chose"}, headers=OURS)

    return ask


def _tell(url: str, secrets: Secrets) -> None:
    print(f"{'':32}{'theirs, ms':>12}{'nobodys, ms':>14}{'theirs longer':>16}")
    for pair in _pairs(secrets):
        with httpx.Client(base_url=url, timeout=60) as client:
            times = [_both(client, pair, number) for number in range(pair.pairs)]
        longer = 100 * sum(theirs > nobodys for theirs, nobodys in times) / len(times)
        doubt = 100 * 1.96 * sqrt(0.25 / len(times))
        shown = [1000 * median(each) for each in zip(*times, strict=True)]
        print(f"{pair.name:32}{shown[0]:12.2f}{shown[1]:14.2f}{longer:9.0f} ± {doubt:.0f} %")


def _both(client: httpx.Client, pair: Pair, number: int) -> tuple[float, float]:
    """How long each took, in seconds; which is asked first changes with the number."""
    asks = [pair.theirs, pair.nobodys]
    told = [_timed(client, pair, ask, number) for ask in (asks if number % 2 else asks[::-1])]
    if told[0][1] != told[1][1]:
        raise RuntimeError(f"{pair.name}: answered {told[0][1]} and {told[1][1]}")
    theirs, nobodys = told if number % 2 else told[::-1]
    return theirs[0], nobodys[0]


def _timed(client: httpx.Client, pair: Pair, ask: Ask, number: int) -> tuple[float, int]:
    if pair.timed is None:
        start = perf_counter()
        status = ask(client, number).status_code
    else:
        status = ask(client, number).status_code
        start = perf_counter()
        pair.timed(client, number)
    return perf_counter() - start, status


if __name__ == "__main__":
    asyncio.run(compare())
