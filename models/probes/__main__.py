"""Opens one file in a process of its own, with little time and memory: a hostile one can only end that process.

Run as a script by models/documents.py with the probe's name, the content type and the path.
"""

import contextlib
import importlib
import logging
import resource
import sys
from pathlib import Path
from types import ModuleType

_CPU_SECONDS = 1
_MEMORY_BYTES = 1024**3


def limit_resources() -> None:
    """From here on, more than a second of processor or a gibibyte ends this process."""
    with contextlib.suppress(ValueError, OSError):  # not every system lets a process limit itself so
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _load_little() -> None:
    """`models` without its own __init__, which would load the database's library; and no cipher: nothing is decrypted.

    Each saves these processes a good part of their second.
    """
    sys.modules["cryptography"] = None  # type: ignore[assignment]
    package = ModuleType("models")
    package.__path__ = [str(Path(__file__).parents[1])]
    sys.modules["models"] = package


def main(name: str, content_type: str, path: Path) -> int:
    """The outcome for that file, of the probe of that name."""
    opinion = importlib.import_module("models.probes.opinion")
    return int(opinion.examine(importlib.import_module(f"models.probes.{name}"), content_type, path))


if __name__ == "__main__":
    limit_resources()
    logging.disable(logging.CRITICAL)
    _load_little()
    sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
