"""`solde web` that kills itself, or another, after the nth thing that it does with a document.

Each line that this program reads is an order, `port n victim`: it starts a web process, whose number it answers. A
victim of 0 is the web process itself. What the web process does is counted from the beginning of a POST to /uploads,
and written down in the file that SOLDE_TEST_STEPS names.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

# What the portal calls when it touches the disk, the bucket or the database.
STEPS = {"write", "fsync", "rename", "mkdir", "unlink", "put", "posix_spawn", "fork_exec"}
_STATEMENTS = {"execute_insert", "commit"}


class FragileWeb:
    """Starts web processes that die after a given step, at once: everything is loaded already."""

    def __init__(self, environment: dict[str, str], steps: Path) -> None:
        command, pipe = [sys.executable, "-m", "tests.services.fragile_web"], subprocess.PIPE
        self._steps = steps
        environment = environment | {"SOLDE_TEST_STEPS": str(steps)}
        self._process = subprocess.Popen(
            command, env=environment, stdin=pipe, stdout=pipe, text=True, start_new_session=True
        )

    def start(self, port: int, step: int, victim: int = 0) -> int:
        """One web process; its number."""
        assert self._process.stdin
        assert self._process.stdout
        self._steps.write_text("")
        self._process.stdin.write(f"{port} {step} {victim}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    @property
    def steps(self) -> list[str]:
        """What the last one did, in order."""
        return self._steps.read_text().splitlines()

    def close(self) -> None:
        """End it, and the web processes that it started."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


class _Watch:
    """Counts the steps of this process in all its threads, and kills after one of them."""

    def __init__(self, at: int, victim: int) -> None:
        self.at = at
        self.victim = victim
        self.count = 0
        self.begun = False
        self.log = os.open(os.environ["SOLDE_TEST_STEPS"], os.O_WRONLY | os.O_APPEND)

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        name = self._name(frame, event, called)
        if name is None:
            return
        self.count += 1
        os.write(self.log, f"{name}\n".encode())
        if self.count == self.at:
            os.kill(self.victim or os.getpid(), signal.SIGKILL)

    def _name(self, frame: FrameType, event: str, called: Any) -> str | None:
        code = frame.f_code
        if event == "call" and code.co_name == "receive" and code.co_filename.endswith("/web/uploads.py"):
            self.begun = True
        if not self.begun:
            return None
        if event == "c_return":
            return (
                called.__name__ if called.__name__ in STEPS and not isinstance(called.__self__, SimpleQueue) else None
            )
        # A coroutine returns each time that it waits too: while the database works, then when it has answered.
        is_statement = event == "return" and code.co_name in _STATEMENTS and "/tortoise/backends/" in code.co_filename
        return code.co_name if is_statement else None


def main() -> None:
    import uvicorn.protocols.http.httptools_impl  # noqa: F401
    import uvloop  # noqa: F401

    import web.app  # noqa: F401 (all loaded once, for each of the web processes)
    from settings import settings
    from tasks.commands.processes import web as serve

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what is killed is gone at once
    for order in sys.stdin:
        port, step, victim = map(int, order.split())
        if process := os.fork():
            sys.stdout.write(f"{process}\n")
            sys.stdout.flush()
        else:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            settings.__dict__["port"] = port
            watch: Callable[[FrameType, str, Any], None] = _Watch(step, victim)
            threading.setprofile(watch)
            sys.setprofile(watch)
            serve()


if __name__ == "__main__":
    main()
