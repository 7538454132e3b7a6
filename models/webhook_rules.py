"""What a webhook may be called, may be told of, and how the secret that signs is written."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any

from models.errors import Fault, Invalid
from models.events import EventKind
from models.text import has_hidden, tidy
from models.webhook_addresses import check_url
from models.webhooks import LONGEST_LABEL, TOLD_KINDS


def new_secret() -> str:
    """As the Standard Webhooks libraries read it."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def checked(**given: Any) -> dict[str, Any]:
    """The values as they are kept, or Invalid with a fault for each that breaks its rules."""
    checks: dict[str, Callable[[Any], Any]] = {"label": _check_label, "url": check_url, "kinds": _check_kinds}
    kept, faults = dict[str, Any](), list[Fault]()
    for name, value in given.items():
        try:
            kept[name] = checks[name](value)
        except Invalid as refusal:
            faults += refusal.faults
    if faults:
        raise Invalid.of(faults)
    return kept


def _check_label(typed: str) -> str:
    label = tidy(typed)
    if not label:
        raise Invalid(Fault("label", "REQUIRED", "Nommez ce webhook."))
    if len(label) > LONGEST_LABEL:
        raise Invalid(Fault("label", "TOO_LONG", f"Ce nom doit compter {LONGEST_LABEL} caractères au plus."))
    if has_hidden(label):
        raise Invalid(Fault("label", "HIDDEN_CHARACTER", "Ce nom contient un caractère invisible : supprimez-le."))
    return label


def _check_kinds(kinds: Iterable[EventKind]) -> list[str]:
    wanted = set(kinds)
    if wanted - TOLD_KINDS:
        raise Invalid(Fault("kinds", "NOT_TOLD", "Un webhook n’est prévenu que des événements d’une demande."))
    return sorted(kind.value for kind in wanted)
