"""A call that is made again with its key gets its first answer, is refused, or takes over one that never ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from models import KeptAnswer
from models.sealing import new_key
from resolvers import kept_answers
from resolvers.kept_answers import GIVEN_UP_AFTER, KEPT_FOR, Call, KeyReused, StillRunning, begin, keep, release
from resolvers.retention import purge_due
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db")

SECOND = timedelta(seconds=1)


def call(key: str = "une-clé", asked: str = "{}", *, account: str = "token:1", as_of: datetime = NOW) -> Call:
    return kept_answers.call(account, key, asked, as_of=as_of)


async def outcome(of: Call) -> str:
    """What beginning this call says."""
    try:
        return await begin(of) or "begun"
    except (KeyReused, StillRunning) as refusal:
        return type(refusal).__name__


async def test_the_same_call_gets_its_first_answer_and_another_is_refused() -> None:
    assert await begin(call()) is None
    await keep(call(), "première")
    later = NOW + KEPT_FOR - SECOND
    assert await begin(call(as_of=later)) == "première"
    assert await outcome(call(asked="autre", as_of=later)) == "KeyReused"


async def test_a_key_is_its_caller_s_own() -> None:
    assert await begin(call()) is None
    assert await begin(call(account="token:2")) is None
    assert await begin(call(key="une autre")) is None


async def test_a_call_that_runs_is_waited_for_and_what_differs_from_it_is_refused() -> None:
    assert await begin(call()) is None
    assert await outcome(call(as_of=NOW + SECOND)) == "StillRunning"
    assert await outcome(call(asked="autre", as_of=NOW + SECOND)) == "KeyReused"


async def test_of_many_at_once_one_is_made() -> None:
    outcomes = await asyncio.gather(*(outcome(call()) for _ in range(20)))
    assert sorted(outcomes) == ["StillRunning"] * 19 + ["begun"]


async def test_a_call_that_failed_frees_its_key_at_once() -> None:
    assert await begin(call()) is None
    await release(call())
    assert await begin(call(asked="autre")) is None


async def test_a_call_whose_process_died_is_made_again_after_a_minute_by_one() -> None:
    assert await begin(call()) is None
    at = NOW + GIVEN_UP_AFTER
    assert await outcome(call(as_of=at - SECOND)) == "StillRunning"
    outcomes = await asyncio.gather(*(outcome(call(as_of=at)) for _ in range(5)))
    assert sorted(outcomes) == ["StillRunning"] * 4 + ["begun"]
    await keep(call(), "trop tard")
    await release(call())
    await keep(call(as_of=at), "seconde")
    assert await begin(call(as_of=at + SECOND)) == "seconde"


async def test_a_day_later_the_key_is_as_new() -> None:
    assert await begin(call()) is None
    await keep(call(), "première")
    assert await begin(call(asked="autre", as_of=NOW + KEPT_FOR)) is None


async def test_what_is_kept_says_nothing_to_who_reads_the_database() -> None:
    assert await begin(call("commande-42", '{"contact": "a@b.fr"}')) is None
    await keep(call("commande-42", '{"contact": "a@b.fr"}'), "contact a@b.fr")
    row = await KeptAnswer.get()
    assert not [text for text in ("commande-42", "a@b.fr", "token:1") if text in f"{row.digest} {row.fingerprint}"]
    assert row.answer
    assert "a@b.fr" not in row.answer


async def test_an_answer_that_no_key_opens_is_made_again(setting: Callable[[str, object], None]) -> None:
    setting("data_keys", [SecretStr(new_key())])
    assert await begin(call()) is None
    await keep(call(), "première")
    setting("data_keys", [SecretStr(new_key())])
    assert await begin(call()) is None
    await keep(call(), "seconde")
    assert await begin(call()) == "seconde"


async def test_old_answers_are_swept() -> None:
    for days in (0, 2):
        assert await begin(call(f"{days}", as_of=NOW + timedelta(days=days))) is None
    await purge_due(NOW + timedelta(days=2))
    assert [row.created_at for row in await KeptAnswer.all()] == [NOW + timedelta(days=2)]
