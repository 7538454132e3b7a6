"""What a log line must not hold, taken out of it whoever wrote it: secrets, bank accounts, addresses of people.

Our own lines name none of these; what an exception quotes, or a mail server answers, may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REMOVED = "[removed]"

_SECRET_NAMES = re.compile(
    r"passw|secret|token|authoriz|cookie|csrf|session|totp|recovery|link|seal|iban|\bbic\b|holder|recipient|address|agent",
    re.IGNORECASE,
)
_PATTERNS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # What databases and validators quote of the values that they refuse.
        (r"(DETAIL:).*", rf"\1 {REMOVED}"),
        (r"(?s)input_value=.*?(?=, input_type=|\]|$)", f"input_value={REMOVED}"),
        # The password inside an address, then whole addresses of people.
        (r"(?<=://)[^/\s@]+@", f"{REMOVED}@"),
        (r"(?i)\b(bearer|basic) +[\w.~+/=-]+", rf"\1 {REMOVED}"),
        # A mail's own number looks like an address and is none.
        (r"(?<![\w.+'-])(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@)[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+", REMOVED),
        # IBAN, in one piece or in fours.
        (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", REMOVED),
        # The seals of links, tokens of the API, secrets of webhooks, codes on paper.
        (r"\b[0-9a-f]{32}\.\d+\.[\w-]+", REMOVED),
        (r"\bsolde_[\w-]{16,}", REMOVED),
        (r"\bwhsec_[\w+/=-]+", REMOVED),
        (r"\b[a-z2-7]{6}(?:-[a-z2-7]{6}){3}\b", REMOVED),
        # Secrets of sessions, sealed values: long and by chance; one in 1,500 has no digit.
        (r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{40,}=*", REMOVED),
    )
)


def scrub(text: str) -> str:
    """The text without what looks like a secret or like somebody's address."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(_logger: Any, _method: str, line: Any) -> Any:
    """structlog's processor: every value of a line, at any depth, and whole those that are secret by name."""
    return {name: REMOVED if _SECRET_NAMES.search(name) else _redacted(value) for name, value in line.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return redact(None, "", {str(name): each for name, each in value.items()})
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(each) for each in value]
    return value if isinstance(value, (bool, int, float, type(None))) else scrub(str(value))
