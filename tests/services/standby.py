"""`solde worker` with everything loaded already: each line that this program reads starts one, whose number it answers.

Twenty workers one after the other would spend most of their lives on importing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.services.background import Background


class Standby:
    """Starts workers at once, and kills them."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.services.standby"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        self._worker = 0

    def start(self) -> None:
        """One worker."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._worker = int(self._process.stdout.readline())

    def kill(self) -> None:
        """kill -9 it, whatever it does."""
        with suppress(ProcessLookupError):
            while True:
                os.kill(self._worker, signal.SIGKILL)
                time.sleep(0.001)

    def close(self) -> None:
        """Kill the last one too."""
        self.kill()
        self._process.communicate(timeout=30)


@pytest.fixture
def standby(background: Background, redis_url: str) -> Iterator[Standby]:
    """A worker that starts at once, as often as it is told to."""
    workers = Standby(background.environment | {"SOLDE_REDIS_URL": redis_url})
    yield workers
    workers.close()


def main() -> None:
    import tasks.worker  # noqa: F401 (loaded once, for each of the workers)
    from tasks.__main__ import app

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what is killed is gone at once
    for _ in sys.stdin:
        if worker := os.fork():
            sys.stdout.write(f"{worker}\n")
            sys.stdout.flush()
        else:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            app(["worker"])


if __name__ == "__main__":
    main()
