"""Two opinions on one file: ours, by its structure, then that of libmagic."""

import contextlib
from pathlib import Path
from typing import Protocol

from models.probes.outcomes import Outcome

with contextlib.suppress(ImportError):  # Where its wheel does not exist, the system's libmagic serves.
    import pylibmagic  # noqa: F401 - tells `magic` where the library is
import magic

_LIBMAGIC = magic.Magic(mime=True)
# What libmagic says of an archive whose first members are not those that it knows.
_OF_ANY_ARCHIVE = frozenset({"application/zip", "application/octet-stream"})


class Probe(Protocol):
    """A module that knows a family of formats."""

    def examine(self, path: Path, content_type: str) -> Outcome: ...


def examine(probe: Probe, content_type: str, path: Path) -> Outcome:
    """What the probe says, unless libmagic takes what it accepts for something else."""
    try:
        outcome = probe.examine(path, content_type)
        agreed = outcome is not Outcome.ACCEPTED or _agrees(_magic_of(path), content_type)
    except ImportError:  # ours to mend: no fault of the file's
        raise
    except Exception:  # a hostile file may raise anything; whatever it is, the file cannot be read
        return Outcome.UNREADABLE
    return outcome if agreed else Outcome.UNREADABLE


def _magic_of(path: Path) -> str:
    return str(_LIBMAGIC.from_file(str(path)))


def _agrees(said: str, content_type: str) -> bool:
    return said == content_type or (content_type.startswith("application/vnd.") and said in _OF_ANY_ARCHIVE)
