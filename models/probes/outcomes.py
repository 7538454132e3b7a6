"""What a probe answers, by its exit code."""

from enum import IntEnum


class Outcome(IntEnum):
    """Accepted, or why not; BROKEN is the probe's own fault, and what Python ends with after an error."""

    ACCEPTED = 0
    BROKEN = 1
    ENCRYPTED = 10
    UNREADABLE = 11
    TOO_MANY_PIXELS = 12
    MACROS = 13
