"""kill -9 of who sends, receives or stores a document, at each step: no row without its file, and no orphan stays."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
from asyncio import IncompleteReadError
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from models import Upload
from settings import settings
from tasks.sweep import sweep_files
from tests.services.background import Background, until
from tests.services.choice import full
from tests.services.fragile_web import FragileWeb
from tests.services.portal import free_port
from tests.services.relay import Relay
from tests.services.sending import Answer, Pdf, send
from tests.services.web_process import Launch, answers, tokens
from tests.stored import stored, stored_keys, temporary_files

SIZE = 300_000
STRIDE = full(1, otherwise=5)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, setting: Callable[[str, object], None]) -> dict[str, str]:
    """The test runs twice: its documents in a folder, then in a bucket; what a process is told of it."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    else:
        setting("storage_url", "")
    setting("data_dir", tmp_path)
    names = [name for name in type(settings).model_fields if name.startswith("storage_")]
    values = {name: getattr(settings, name) for name in ("data_dir", *names)}
    return {name: _plain(value) for name, value in values.items() if value}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@pytest.fixture
def relay(place: dict[str, str]) -> Iterator[Relay]:
    """The bucket's server, to be killed; the portal is told of it alone."""
    server = Relay(place["storage_endpoint"])
    server.start()
    place["storage_endpoint"] = server.url
    yield server
    server.close()


@pytest.fixture
def fragile_web(background: Background, tmp_path: Path, place: dict[str, str]) -> Iterator[FragileWeb]:
    """Web processes that die, or kill another, when they are told to."""
    named = {f"SOLDE_{name.upper()}": value for name, value in place.items()}
    web = FragileWeb(background.environment | named, tmp_path / "steps")
    yield web
    web.close()


async def test_a_web_process_killed_at_any_step_loses_nothing_and_leaves_nothing(
    db: str, launch_web: Launch, place: dict[str, str], fragile_web: FragileWeb
) -> None:
    survivor = launch_web(**place)
    [token] = await tokens(1)
    kept = []
    for step in range(0, len(await _steps_of_an_upload(fragile_web, token)), STRIDE):
        pdf, port = Pdf(SIZE, step + 1), free_port()
        process = fragile_web.start(port, step + 1)
        await _send_to_the_fragile(f"http://127.0.0.1:{port}", token, pdf)
        _end(process)
        await _check_that_every_row_has_its_file()
        retry = await send(survivor.url, token, pdf)
        assert retry.status in {200, 201}
        assert retry.json["sha256"] == pdf.sha256
        kept.append(retry.json["uploadId"])
    await _check_that_only_these_stay(kept)


async def _steps_of_an_upload(fragile_web: FragileWeb, token: str) -> list[str]:
    """What a web process does with a document when nobody kills it."""
    port = free_port()
    process = fragile_web.start(port, 0)
    answer = await _send_to_the_fragile(f"http://127.0.0.1:{port}", token, Pdf(SIZE))
    assert answer
    assert answer.status == 201
    _end(process)
    steps = fragile_web.steps
    assert {"write", "fsync", "execute_insert", "commit"} <= set(steps)
    assert {"rename", "put"} & set(steps)
    return steps


async def _send_to_the_fragile(url: str, token: str, pdf: Pdf) -> Answer | None:
    """The answer, if whoever gives it lives that long."""

    async def is_there() -> bool:
        return answers(url)

    await until(is_there)
    with suppress(ConnectionError, IncompleteReadError):
        return await send(url, token, pdf)
    return None


def _end(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


async def _check_that_every_row_has_its_file() -> None:
    for upload in await Upload.all():
        assert hashlib.sha256(stored(upload.key)).hexdigest() == upload.sha256


async def _check_that_only_these_stay(uploads: list[str]) -> None:
    """Two days later the sweep takes what was received for nothing, and nothing else."""
    later = datetime.now(UTC) + timedelta(days=2)
    await Upload.filter(id__in=uploads).update(created_at=later)
    swept = await sweep_files(later)
    assert not swept.failed
    assert {str(upload.id) for upload in await Upload.filter(purged_at=None)} == set(uploads)
    assert stored_keys() == sorted(upload.key for upload in await Upload.filter(purged_at=None))
    assert temporary_files() == []


@pytest.mark.parametrize("place", ["bucket"], indirect=True)
async def test_a_storage_server_killed_at_any_step_costs_a_retry(
    db: str, relay: Relay, fragile_web: FragileWeb
) -> None:
    [token] = await tokens(1)
    kept, refused, retried = [], 0, 0
    for step in range(0, len(await _steps_of_an_upload(fragile_web, token)), STRIDE):
        pdf, port = Pdf(SIZE, step + 1), free_port()
        victim = relay.start()
        process = fragile_web.start(port, step + 1, victim)
        answer = await _send_to_the_fragile(f"http://127.0.0.1:{port}", token, pdf)
        assert answer
        assert answer.status in {201, 503}, answer.body
        assert answer.status == 201 or "Réessayez" in answer.json["message"]
        refused += answer.status == 503
        await _check_that_every_row_has_its_file()
        if relay.is_running:  # This sending took fewer steps: the kill would come in the middle of the retry.
            kept.append(answer.json["uploadId"])
        else:
            relay.start()
            retry = await send(f"http://127.0.0.1:{port}", token, pdf)
            assert retry.status in {200, 201}
            kept.append(retry.json["uploadId"])
            retried += 1
        _end(process)
    assert refused
    assert retried > refused
    await _check_that_only_these_stay(kept)


@pytest.mark.parametrize("place", ["folder"], indirect=True)
async def test_a_sender_killed_half_way_leaves_nothing_and_may_start_again(
    db: str, launch_web: Launch, place: dict[str, str]
) -> None:
    web = launch_web(**place)
    [token] = await tokens(1)
    kept: list[str] = []
    for number, sent in enumerate([0, 1, SIZE // 2, SIZE - 1, SIZE]):
        pdf = Pdf(SIZE, number)
        await _send_and_kill(web.url, token, pdf, sent)

        async def is_settled(rows: int = len(kept) + (sent == SIZE)) -> bool:
            return temporary_files() == [] and len(stored_keys()) == await Upload.all().count() == rows

        await until(is_settled)
        retry = await send(web.url, token, pdf)
        assert (retry.status, retry.json["sha256"]) == (200 if sent == SIZE else 201, pdf.sha256)
        kept.append(retry.json["uploadId"])
    await _check_that_every_row_has_its_file()
    await _check_that_only_these_stay(kept)


async def _send_and_kill(url: str, token: str, pdf: Pdf, sent: int) -> None:
    """Kill who sends a document as soon as so many of its bytes are on the wire."""
    command = ("-m", "tests.services.sending", url, token, str(pdf.size), str(pdf.number), str(sent))
    sender = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert sender.stdout
    assert await sender.stdout.readline() == b"sent\n"
    sender.kill()
    await sender.wait()
