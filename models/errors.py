"""Why an action was refused. Raised anywhere below the edges, translated once in schema/errors.py.

Refusal
├── Invalid              what was given breaks rules; `faults` names each one
│   └── Throttled        it was given too often; says for how many minutes to wait
├── NotFound             there is no such thing, or the actor may not see it
├── PermissionDenied     the actor may see it but never do this
├── ActionNotAllowed     not in this status; says what is allowed now
└── Stale                somebody else edited first; carries the current modification
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.lifecycle import RequestAction, RequestStatus
    from models.modifications import Modification


@dataclass(frozen=True)
class Fault:
    """One rule that one value breaks: where (field name or JSON path), a stable code, a French sentence."""

    field: str
    code: str
    message: str


class Refusal(Exception):
    """What a caller did wrong, in a French sentence fit to be shown."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(Refusal):
    """The values given break the rules named by `faults`."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = faults

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Invalid:
        return cls(*faults)


class Throttled(Invalid):
    """Tried too often: the same words whoever is concerned, known or not."""

    def __init__(self, minutes: int) -> None:
        wait = "une minute" if minutes <= 1 else f"{minutes} minutes"
        super().__init__(Fault("", "THROTTLED", f"Trop de tentatives. Réessayez dans {wait}."))
        self.minutes = max(1, minutes)


class NotFound(Refusal):
    """Unknown, or not for this actor: the two answer alike."""

    def __init__(self, message: str = "Cet élément n’existe pas ou n’est pas accessible avec ce compte.") -> None:
        super().__init__(message)


class PermissionDenied(Refusal):
    """This actor may never do this."""

    def __init__(self, message: str = "Votre compte ne permet pas cette action.") -> None:
        super().__init__(message)


class ActionNotAllowed(Refusal):
    """The request is not in a status that allows this action."""

    def __init__(self, message: str, *, status: RequestStatus, available_actions: Iterable[RequestAction]) -> None:
        super().__init__(message)
        self.status = status
        self.available_actions = tuple(available_actions)


class Stale(Refusal):
    """The draft has changed since the caller read it."""

    def __init__(self, current: Modification) -> None:
        super().__init__("Votre demande a changé entre-temps.")
        self.current = current
