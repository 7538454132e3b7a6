"""What one caller and one address may ask for in a minute, what each costs, and who counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from httpx import ASGITransport, AsyncClient, Response
from structlog.testing import capture_logs

from models import User
from models.actors import TokenScope
from tests.conftest import NOW
from tests.factories import make_token
from tests.web.conftest import Clock, Enter
from web import rate_limits
from web.app import app
from web.rate_limits import Counters

Setting = Callable[[str, object], None]
LISTED = "{ requests(first: 10) { nodes { dossier { number } } } }"
COSTS = 1 + 10 * 2
ONE = "{ viewer { name } }"
MINUTE = timedelta(minutes=1)


async def ask(client: AsyncClient, query: str, **headers: str) -> Response:
    return await client.post("/graphql", json={"query": query}, headers={"Accept": "*/*", **headers})


async def test_each_answer_tells_what_it_cost_and_what_is_left(program: AsyncClient, setting: Setting) -> None:
    setting("points_per_caller", 100)
    first, second = [await ask(program, LISTED) for _ in range(2)]
    assert first.json()["extensions"]["cost"] == {
        "requested": COSTS,
        "limit": 100,
        "remaining": 100 - COSTS,
        "resetAt": "2023-08-07T12:33:00+00:00",
    }
    assert second.json()["extensions"]["cost"]["remaining"] == 100 - 2 * COSTS
    assert second.headers["RateLimit-Policy"] == '"points";q=100;w=60'
    assert second.headers["RateLimit"] == f'"points";r={100 - 2 * COSTS};t=60'


async def test_who_has_spent_everything_is_told_when_to_come_again(
    program: AsyncClient, setting: Setting, clock: Clock
) -> None:
    setting("points_per_caller", COSTS + 5)
    clock.now = NOW + timedelta(seconds=20)
    assert (await ask(program, LISTED)).status_code == 200
    for accept in ("application/json", "application/graphql-response+json"):
        refused = await ask(program, LISTED, Accept=accept)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
        assert refused.headers["Content-Type"].startswith(accept)
        [error] = refused.json()["errors"]
        assert "data" not in refused.json()
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert error["extensions"]["requestNumber"]
        assert error["extensions"]["cost"]["requested"] == COSTS
    assert (await ask(program, ONE)).json()["data"], "what costs less can still be asked for"
    clock.now = NOW + MINUTE
    assert (await ask(program, LISTED)).status_code == 200


async def test_a_refused_mutation_is_not_made(program: AsyncClient, setting: Setting) -> None:
    setting("points_per_caller", 5)
    document = 'mutation { markCommentSeen(input: {modificationId: "x"}) { __typename } }'
    refused = await ask(program, document)
    assert (refused.status_code, "data" in refused.json()) == (429, False)


async def test_each_token_has_its_own_budget_and_an_address_one_for_all(program: AsyncClient, setting: Setting) -> None:
    setting("points_per_caller", COSTS)
    setting("points_per_address", 2 * COSTS + 3)
    others = [await make_token(name=name, scopes=[TokenScope.READ], as_of=NOW) for name in ("deux", "trois")]
    answers = [await ask(program, LISTED)]
    answers += [await ask(program, LISTED, Authorization=f"Bearer {secret}") for secret in others]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["errors"][0]["extensions"]["cost"]["limit"] == 2 * COSTS + 3


async def test_nobody_pays_with_their_address(stranger: AsyncClient, setting: Setting) -> None:
    setting("points_per_address", 2)
    assert [(await ask(stranger, ONE)).status_code for _ in range(3)] == [200, 200, 429]


async def test_nothing_is_counted_when_nothing_is_bounded(program: AsyncClient, setting: Setting) -> None:
    setting("points_per_caller", 0)
    setting("points_per_address", 0)
    answer = await ask(program, ONE)
    assert "extensions" not in answer.json()
    assert "RateLimit" not in answer.headers


async def test_our_own_pages_cost_nothing(
    site: AsyncClient, enter: Enter, manager_user: User, setting: Setting
) -> None:
    setting("points_per_caller", 1)
    setting("points_per_address", 1)
    await enter(manager_user)
    assert [(await site.get("/mon-compte")).status_code for _ in range(3)] == [200, 200, 200]


async def test_a_table_costs_a_tenth_of_what_may_be_spent(
    site: AsyncClient, enter: Enter, manager_user: User, setting: Setting
) -> None:
    setting("points_per_caller", 20)
    await enter(manager_user)
    answers = [await site.get("/demandes.csv") for _ in range(11)]
    assert [answer.status_code for answer in answers] == 10 * [200] + [429]
    assert answers[10].headers["Retry-After"] == "60"


async def test_an_address_that_asks_too_often_waits_wherever_it_asks(site: AsyncClient, setting: Setting) -> None:
    setting("requests_per_address", 2)
    assert [(await site.get("/connexion")).status_code for _ in range(3)] == [200, 200, 429]
    uploads = await site.post("/uploads", headers={"Authorization": "Bearer faux"})
    assert (uploads.status_code, uploads.headers["Retry-After"]) == (429, "60")
    graphql = await ask(site, ONE)
    assert graphql.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert (await site.get("/livez")).status_code == 200


@pytest.mark.usefixtures("clock")
async def test_an_address_of_ipv6_is_the_network_of_its_subscriber(setting: Setting) -> None:
    setting("requests_per_address", 1)
    setting("security_contact", "mailto:securite@exemple.fr")
    answers = [await _from(address) for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:3::1")]
    assert answers == [200, 429, 200]


@pytest.mark.usefixtures("clock")
async def test_an_address_of_ipv4_is_itself_on_a_socket_of_ipv6_too(setting: Setting) -> None:
    setting("requests_per_address", 1)
    setting("security_contact", "mailto:securite@exemple.fr")
    answers = [await _from(address) for address in ("::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1")]
    assert answers == [200, 200, 429]


async def _from(address: str) -> int:
    transport = ASGITransport(app, client=(address, 40_000))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        return (await client.get("/.well-known/security.txt")).status_code


@pytest.fixture
def nowhere(setting: Setting) -> None:
    """A Redis that nobody answers at."""
    setting("redis_url", "redis://127.0.0.1:1/0")


@pytest.mark.usefixtures("nowhere")
async def test_without_redis_the_process_counts_for_itself_and_says_so() -> None:
    counters, at = Counters(), datetime(2026, 11, 22, 8, tzinfo=UTC)
    with capture_logs() as logs:
        taken = [await counters.take("essai", 2, 5, at=at) for _ in range(3)]
    assert [account.granted for account in taken] == [True, True, False]
    assert [line["event"] for line in logs] == ["rate_limits_alone"], "once, and no waiting for it each time"
    await counters.aclose()


async def test_two_processes_count_together_in_redis(
    redis_url: str, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting("redis_url", redis_url)
    monkeypatch.setattr(rate_limits, "PATIENCE", 60.0)
    one, other, at = Counters(), Counters(), datetime.now(UTC)
    taken = [await each.take("ensemble", 2, 5, at=at) for each in (one, other, one)]
    assert [(account.granted, account.remaining) for account in taken] == [(True, 3), (True, 1), (False, 0)]
    await one.aclose()
    await other.aclose()
