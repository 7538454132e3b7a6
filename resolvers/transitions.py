"""How a request moves: permission, lifecycle table, then compare-and-set as the transaction's first statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from tortoise.expressions import Q

from models import FundingRequest, Modification
from models.actors import Actor
from models.changes import overdue
from models.errors import ActionNotAllowed, PermissionDenied
from models.lifecycle import STATUS_LABELS, ModificationOutcome, RequestAction, RequestStatus, after, allows
from models.permissions import available_actions, permitted_actions
from models.typography import french

# Each try that is overtaken means that another writer succeeded.
_TRIES = 50

P = ParamSpec("P")
Result = TypeVar("Result")


class Overtaken(Exception):
    """Somebody else moved the request between our reading it and our writing it."""


def until_settled(use_case: Callable[P, Awaitable[Result]]) -> Callable[P, Awaitable[Result]]:
    """Do the use case again from its reading when it was overtaken: it then finds the other's result."""

    @wraps(use_case)
    async def again(*args: P.args, **kwargs: P.kwargs) -> Result:
        for _ in range(_TRIES):
            with suppress(Overtaken):
                return await use_case(*args, **kwargs)
        raise Overtaken(f"{use_case.__name__} found no rest in {_TRIES} tries")

    return again


def permit(actor: Actor, action: RequestAction) -> None:
    """Refuse whoever may never do this."""
    if action not in permitted_actions(actor):
        raise PermissionDenied()


def guard(actor: Actor, request: FundingRequest, action: RequestAction, as_of: datetime) -> None:
    """Refuse what the request's true status does not allow."""
    status = request.status_at(as_of)
    if not allows(status, action):
        raise not_allowed(actor, request, as_of, f"La demande est au statut « {STATUS_LABELS[status]} ».")


def guard_cycle(actor: Actor, modification: Modification, action: RequestAction, as_of: datetime) -> None:
    """Refuse what is asked of a cycle that has ended, saying how it did."""
    if modification.outcome_at(as_of):
        raise not_allowed(actor, modification.request, as_of, _end(modification, as_of))
    guard(actor, modification.request, action, as_of)


def _end(modification: Modification, as_of: datetime) -> str:
    """How the cycle ended, and what became of the request where whoever still has the cycle before them cannot know."""
    status = modification.request.status_at(as_of)
    if status is RequestStatus.TO_MODIFY:
        return f"La modification M{modification.number} est terminée : une autre a été demandée depuis."
    if modification.outcome_at(as_of) is not ModificationOutcome.EXPIRED:
        return f"La modification M{modification.number} est terminée."
    if status is RequestStatus.IN_REVIEW:
        return f"{overdue(modification.closes_at)} Votre demande est « en cours » et sera instruite en l’état."
    return f"{overdue(modification.closes_at)} La demande est au statut « {STATUS_LABELS[status]} »."


def not_allowed(actor: Actor, request: FundingRequest, as_of: datetime, sentence: str) -> ActionNotAllowed:
    """The refusal, with what the actor may do now instead."""
    status = request.status_at(as_of)
    return ActionNotAllowed(
        french(f"Cette action n’est pas possible. {sentence}"),
        status=status,
        available_actions=available_actions(actor, status),
    )


async def move(request: FundingRequest, action: RequestAction, *, as_of: datetime, **changes: Any) -> None:
    """Write what the action does to the request's row, if it still stands as it was read; else Overtaken.

    The deadline is compared in the same statement: a confirmation and the expiry never both win.
    """
    status = after(request.status, action)
    if status is not request.status:
        changes = {"status": status, "status_changed_at": as_of, **changes}
    await _write(request, as_of, past_deadline=action is RequestAction.EXPIRE_MODIFICATION, **changes)


async def hold(request: FundingRequest, *, as_of: datetime, **changes: Any) -> None:
    """Take the request's row for what happens to it without an action of the lifecycle; else Overtaken."""
    await _write(request, as_of, **changes)


async def _write(request: FundingRequest, as_of: datetime, past_deadline: bool = False, **changes: Any) -> None:
    standing = Q(id=request.id, status=request.status, closes_at=request.closes_at)
    if request.status is RequestStatus.TO_MODIFY:
        standing &= Q(closes_at__lte=as_of) if past_deadline else Q(closes_at__gt=as_of)
    changes["updated_at"] = as_of
    if not await FundingRequest.filter(standing).update(**changes):
        raise Overtaken()
    request.update_from_dict(changes)
