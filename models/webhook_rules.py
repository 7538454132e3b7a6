"""What a webhook may be called, may be told of, and how the secret that signs is written."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from models.errors import Fault, Invalid
from models.events import EventKind
from models.free_text import all_of, check_line
from models.webhook_addresses import check_url
from models.webhooks import LONGEST_LABEL, TOLD_KINDS


def new_secret() -> str:
    """As the Standard Webhooks libraries read it."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def checked(**given: Any) -> dict[str, Any]:
    """The values as they are kept, or Invalid with a fault for each that breaks its rules."""
    checks: dict[str, Callable[[Any], Any]] = {"label": _check_label, "url": check_url, "kinds": _check_kinds}
    kept = all_of(partial(checks[name], value) for name, value in given.items())
    return dict(zip(given, kept, strict=True))


def _check_label(typed: str) -> str:
    return check_line("label", typed, LONGEST_LABEL, empty="Nommez ce webhook.")


def _check_kinds(kinds: Iterable[EventKind]) -> list[str]:
    wanted = set(kinds)
    if wanted - TOLD_KINDS:
        raise Invalid(Fault("kinds", "NOT_TOLD", "Un webhook n’est prévenu que des événements d’une demande."))
    return sorted(kind.value for kind in wanted)
