"""What can be wrong with the place where documents are kept."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class Missing(Exception):
    """There is no such document; the place itself answers."""


class Unavailable(Exception):
    """The place does not answer, or refuses us: later it may."""


class Full(Unavailable):
    """The place has no room left."""


@contextmanager
def of_the_disk() -> Iterator[None]:
    """Call what goes wrong with a disk by these names."""
    try:
        yield
    except OSError as error:
        raise (Full if error.errno in _NO_ROOM else Unavailable)(str(error)) from error
