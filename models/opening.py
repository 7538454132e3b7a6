"""Has files of somebody else's opened by processes that wait for them, each file by a child of its own."""

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from models import probes
from models.probes.outcomes import Outcome

_SERVER = str(Path(probes.__file__).with_name("__main__.py"))
_SECONDS = 30  # of wall clock, its start included; a file has less, and far less of the processor's time
_TRIES = 3
_LONGEST_ANSWER = 4096  # bytes
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")  # where programs and libraries are; no secret of ours


class Server:
    """A process that has loaded what opens files, and opens one after another until it is left alone."""

    def __init__(self) -> None:
        """Start it; it has one end of a socket and no other descriptor of ours, and no key of the terminal ends it."""
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(_SECONDS)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - ours, always the same
                [sys.executable, "-I", "-X", "utf8", _SERVER],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )

    def ask(self, *question: str) -> tuple[Outcome, str]:
        """The outcome and, of a broken probe, why; OSError or ValueError when it is the server that is broken."""
        self._socket.sendall(json.dumps(question).encode() + b"\n")
        outcome, error = json.loads(self._socket.recv(_LONGEST_ANSWER))
        return Outcome(outcome), error

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """End it now, with the file that it has open."""
        self._socket.close()
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):  # It ended by itself, just now.
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


_idle: list[Server] = []  # As many as were ever busy at once.


def outcome_of(probe: str, content_type: str, path: Path) -> Outcome:
    """What the probe of that name says of the file at `path`; blocks while it looks."""
    for _ in range(_TRIES):
        server = _idle_server() or Server()
        try:
            outcome, error = server.ask(probe, content_type, str(path.absolute()))
        except TimeoutError:
            server.end()
            return Outcome.UNREADABLE
        except (OSError, ValueError):  # It has ended, or no longer knows what it says.
            server.end()
        else:
            _idle.append(server)
            return _sound(outcome, error)
    raise RuntimeError("what opens documents does not answer")


def _idle_server() -> Server | None:
    """One that waits, the last used first; those that have ended are let go."""
    while _idle:
        with contextlib.suppress(IndexError):  # Another thread took the last.
            server = _idle.pop()
            if server.is_alive():
                return server
            server.end()
    return None


def _sound(outcome: Outcome, error: str) -> Outcome:
    if outcome is Outcome.BROKEN:
        raise RuntimeError(error)
    return outcome


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().end()
