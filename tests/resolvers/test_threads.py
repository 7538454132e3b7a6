"""Nothing stays open that somebody stopped waiting for."""

from __future__ import annotations

import asyncio
import threading

import pytest

from resolvers.threads import open_in_thread


class Door:
    """Something that opens slowly."""

    def __init__(self) -> None:
        self.asked, self.may_open, self.closed = threading.Event(), threading.Event(), threading.Event()

    def open(self) -> Door:
        self.asked.set()
        self.may_open.wait(10)
        return self

    def close(self) -> None:
        self.closed.set()


async def test_what_is_opened_is_given_open() -> None:
    door = Door()
    door.may_open.set()
    assert await open_in_thread(door.open) is door
    assert not door.closed.is_set()


async def test_what_nobody_waits_for_any_more_is_closed() -> None:
    door = Door()
    waiting = asyncio.create_task(open_in_thread(door.open))
    await asyncio.to_thread(door.asked.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not door.closed.is_set()
    door.may_open.set()
    assert await asyncio.to_thread(door.closed.wait, 10)


async def test_what_could_not_be_opened_is_told() -> None:
    def fails() -> Door:
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        await open_in_thread(fails)
