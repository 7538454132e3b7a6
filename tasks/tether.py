"""Runs a command that ends with the process that started it, even when that one is killed.

    python tasks/tether.py PARENT SIGNAL COMMAND…

The kernel sends SIGNAL to the command when PARENT, which must be who runs this, is gone (Linux; elsewhere the command
just runs). A process has to ask for this itself between its birth and its program: subprocess's preexec_fn would, but
not safely beside threads. The wish outlives exec. It is bound to the parent's thread, so the parent starts such
commands from its main thread.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: str, end: str, *command: str) -> None:
    """Become the command, tied to the parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.Signals[f"SIG{end}"].value)
        if os.getppid() != int(parent):  # it ended before the kernel was asked
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 (the very purpose)


if __name__ == "__main__":
    main(*sys.argv[1:])
