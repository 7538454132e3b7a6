"""A hundred large documents at once, and bodies that have no end: neither memory nor disk grows with what is sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from itertools import cycle

import pytest

from models import Upload
from tests.services.choice import full
from tests.services.sending import MEBIBYTE, Answer, Pdf, Sending, send, sending
from tests.services.web_process import Launch, WebProcess, files_of, hash_of, tokens

AT_ONCE = full(100, otherwise=15)
ENDLESS = 5_000_000_000
CAP = 20 * MEBIBYTE
SMALL = 5_000
# What is on its way before the sender hears of the answer, on a busy machine.
IN_FLIGHT = 64 * MEBIBYTE


async def test_a_hundred_documents_at_once_arrive_whole_and_take_little_memory(db: str, launch_web: Launch) -> None:
    web = launch_web()
    [token] = await tokens(1)
    documents = [Pdf(20_000_000, number) for number in range(AT_ONCE)]
    half_way = asyncio.Barrier(AT_ONCE)
    before = await _memory_once_warm(web, token)

    answers = await asyncio.gather(*(_send_in_step(web.url, token, document, half_way) for document in documents))

    assert web.most_memory - before < 100_000_000
    assert Counter(answer.status for answer in answers) == {201: AT_ONCE}
    sent = {document.sha256 for document in documents}
    assert {answer.json["sha256"] for answer in answers} == sent
    uploads = await Upload.filter(size=20_000_000)
    assert {upload.sha256 for upload in uploads} == sent
    assert len(files_of(web.data)) == AT_ONCE + 1
    assert {hash_of(web.data, upload.key) for upload in uploads} == sent


async def _send_in_step(url: str, token: str, pdf: Pdf, half_way: asyncio.Barrier) -> Answer:
    """Send the second half once everybody has sent the first."""
    async with sending(url) as document:
        await document.begin(token, f"rapport-{pdf.number}.pdf", pdf.size)
        pieces = list(pdf.pieces())
        for piece in pieces[: len(pieces) // 2]:
            await document.send(piece)
        await half_way.wait()
        for piece in pieces[len(pieces) // 2 :]:
            await document.send(piece)
        return await document.answer()


@pytest.mark.parametrize(("length", "most_sent"), [(ENDLESS, 0), (None, CAP)], ids=["announced", "in chunks"])
async def test_a_body_of_five_gigabytes_stops_at_the_cap(
    db: str, launch_web: Launch, length: int | None, most_sent: int
) -> None:
    web = launch_web()
    [token] = await tokens(1)
    before = await _memory_once_warm(web, token)
    async with sending(web.url) as document:
        await document.begin(token, "enorme.pdf", length)
        sent = await _send_until_answered(document, web)
        answer = await document.early_answer()
    assert (answer.status, answer.json["code"]) == (413, "TOO_LARGE")
    assert sent <= most_sent + IN_FLIGHT
    assert web.most_memory - before < 32 * MEBIBYTE
    assert sum(files_of(web.data).values()) == SMALL


async def test_five_gigabytes_announced_as_a_thousand_bytes_are_not_taken(db: str, launch_web: Launch) -> None:
    web = launch_web()
    [token] = await tokens(1)
    before = await _memory_once_warm(web, token)
    async with sending(web.url) as document:
        await document.begin(token, "enorme.pdf", 1000)
        with suppress(ConnectionError):
            assert await _send_until_answered(document, web) <= IN_FLIGHT
    assert web.most_memory - before < 32 * MEBIBYTE
    assert sum(files_of(web.data).values()) == SMALL
    assert (await send(web.url, token, Pdf(SMALL, 2))).status == 201


async def _memory_once_warm(web: WebProcess, token: str) -> int:
    """What the process takes once it has received a first document."""
    assert (await send(web.url, token, Pdf(SMALL, 1))).status == 201
    return web.most_memory


async def _send_until_answered(document: Sending, web: WebProcess) -> int:
    """How many bytes of five gigabytes could be sent; what is on the disk meanwhile never passes the cap."""
    sent = 0
    for piece in cycle(Pdf(CAP).pieces()):
        await document.send(piece)
        sent += len(piece)
        assert sum(files_of(web.data).values()) <= CAP + SMALL
        if sent >= ENDLESS or document.has_been_answered():
            break
    return sent
