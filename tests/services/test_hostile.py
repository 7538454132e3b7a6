"""Hostile requests to a real web process: each is refused, and costs next to nothing."""

from __future__ import annotations

import pytest

from tests.services.hostile_requests import MEGABYTE, NUMBER, Spent, bodies, post, slowness
from tests.services.web_process import Launch, tokens

TIMES = 5
MOST_SECONDS = 0.05
MOST_MEMORY = 10 * MEGABYTE


async def test_each_hostile_request_is_refused_for_little(db: str, launch_web: Launch) -> None:
    web = launch_web()
    [token] = await tokens(1)
    for body, _ in list(bodies().values())[:2]:
        post(web.url, token, body)  # What only the first request costs.
    slow, costs = slowness(), {}
    for name, (body, code) in bodies().items():
        before = Spent.by(web.process.pid)
        answers = {post(web.url, token, body.replace(NUMBER, b"#%04d#" % number)) for number in range(TIMES)}
        after = Spent.by(web.process.pid)
        assert {told for _, told in answers} == {code}, name
        costs[name] = ((after.seconds - before.seconds) / TIMES, after.most_memory - before.most_memory)
    most_seconds = MOST_SECONDS * max(slow, slowness())
    too_slow = {name: cost for name, cost in costs.items() if cost[0] > most_seconds or cost[1] > MOST_MEMORY}
    assert not too_slow


@pytest.mark.parametrize("name", ["a document of 50 Mo", "5 Mo of comments"])
async def test_a_body_without_a_length_is_cut_off(db: str, launch_web: Launch, name: str) -> None:
    web = launch_web()
    [token] = await tokens(1)
    assert post(web.url, token, bodies()[name][0], chunked=True) == (413, "PAYLOAD_TOO_LARGE")
