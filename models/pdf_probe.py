"""Opens one PDF in a process of its own, with little time and memory: a hostile file can only end that process.

Run as a script by models/documents.py, it answers by its exit code.
"""

import contextlib
import logging
import resource
import sys
from pathlib import Path

READABLE, ENCRYPTED, UNREADABLE = 0, 10, 11
_CPU_SECONDS = 5
_MEMORY_BYTES = 1024**3


def probe(path: Path) -> int:
    """Does the file open as a PDF with at least one page, and without a password?"""
    from pypdf import PdfReader  # here, so that the web process never loads it
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        with PdfReader(path, strict=False) as reader:
            if reader.is_encrypted:
                return ENCRYPTED
            return READABLE if reader.pages[0].mediabox is not None else UNREADABLE
    except (DependencyError, FileNotDecryptedError):  # raised for ciphers that are not even tried
        return ENCRYPTED
    except Exception:  # a hostile file may raise anything; whatever it is, the file cannot be read
        return UNREADABLE


def _limit_resources() -> None:
    with contextlib.suppress(ValueError, OSError):  # not every system lets a process limit itself so
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit_resources()
    logging.disable(logging.CRITICAL)
    sys.exit(probe(Path(sys.argv[1])))
