"""Child processes in one terminal: started, kept alive, stopped in order, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import typer

from tasks import tether

GRACE = 10.0  # seconds that a child has to end by itself before it is killed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a dead child is started again
STEADY = 60.0  # seconds of life after which a child counts as healthy


async def start(command: Sequence[str], environment: Mapping[str, str]) -> Process:
    """One child of this process, in a group of its own (so that Ctrl-C reaches us alone), tied to our life."""
    tied = [sys.executable, "-IS", tether.__file__, str(os.getpid()), "KILL", *command]
    return await asyncio.create_subprocess_exec(
        *tied, stdin=DEVNULL, env={**os.environ, **environment}, process_group=0
    )


async def stop(process: Process) -> None:
    """Ask a child to end, and end it when it takes too long or when we are asked a second time."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(GRACE):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@asynccontextmanager
async def running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """A child that lives as long as the block."""
    process = await start(command, environment)
    try:
        yield process
    finally:
        await stop(process)


@asynccontextmanager
async def kept_alive(news: str, command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[None]:
    """A child that lives as long as the block; when it dies, that news is told and it is started again."""
    keeper = asyncio.create_task(_keep_alive(news, command, environment))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


async def _keep_alive(news: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
    clock, pause = asyncio.get_running_loop().time, FIRST_PAUSE
    while True:
        born = clock()
        async with running(command, environment) as process:
            code = await process.wait()
        pause = FIRST_PAUSE if clock() - born > STEADY else min(2 * pause, LONGEST_PAUSE)
        typer.echo(f"{news} ({ending(code)}) : nouveau démarrage dans {pause:.0f} s.", err=True)
        await asyncio.sleep(pause)


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
