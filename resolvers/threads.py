"""What is opened in a thread is closed, also when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar


class _Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=_Closable)


async def open_in_thread(opening: Callable[[], T]) -> T:
    """What `opening` opens; cancelled meanwhile, it is closed as soon as it is open."""
    task = asyncio.ensure_future(asyncio.to_thread(opening))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_close)
        raise


def _close(opening: asyncio.Future[T]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
