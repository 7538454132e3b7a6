"""The program that opens files: started by models/opening.py, it loads what opens them once, then serves."""

import contextlib
import importlib
import logging
import sys
from pathlib import Path
from types import ModuleType

_PROBES = ("image", "office", "opinion", "pdf")


def _load_little() -> None:
    """`models` without its own __init__, which would load the database's library; and no cipher: nothing is decrypted.

    Each would make this process larger, and slower to start.
    """
    sys.modules["cryptography"] = None  # type: ignore[assignment]
    package = ModuleType("models")
    package.__path__ = [str(Path(__file__).parents[1])]
    sys.modules["models"] = package


def _load_probes() -> None:
    """All that a file may need; what cannot be loaded is told by the first file that needs it."""
    for name in _PROBES:
        with contextlib.suppress(Exception):
            importlib.import_module(f"models.probes.{name}")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    _load_little()
    _load_probes()
    importlib.import_module("models.probes.server").serve(sys.stdin.buffer, sys.stdout.buffer)
