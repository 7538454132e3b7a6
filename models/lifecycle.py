"""The lifecycle of a funding request: which action leads from which status to which."""

from enum import StrEnum
from types import MappingProxyType

from models.typography import french


class RequestStatus(StrEnum):
    IN_REVIEW = "IN_REVIEW"
    TO_MODIFY = "TO_MODIFY"
    VALIDATED = "VALIDATED"
    REJECTED = "REJECTED"
    PAID = "PAID"


class RequestAction(StrEnum):
    REQUEST_MODIFICATION = "REQUEST_MODIFICATION"
    CANCEL_MODIFICATION = "CANCEL_MODIFICATION"
    EXTEND_DEADLINE = "EXTEND_DEADLINE"
    CHANGE_SUPPORT_CONTACT = "CHANGE_SUPPORT_CONTACT"
    ADD_ATTACHMENT = "ADD_ATTACHMENT"
    REMOVE_ATTACHMENT = "REMOVE_ATTACHMENT"
    CONFIRM_MODIFICATION = "CONFIRM_MODIFICATION"
    SKIP_MODIFICATION = "SKIP_MODIFICATION"
    EXPIRE_MODIFICATION = "EXPIRE_MODIFICATION"
    CONTACT_SUPPORT = "CONTACT_SUPPORT"
    VALIDATE_REQUEST = "VALIDATE_REQUEST"
    REJECT_REQUEST = "REJECT_REQUEST"
    MARK_PAID = "MARK_PAID"


class ModificationOutcome(StrEnum):
    CONFIRMED = "CONFIRMED"
    SKIPPED = "SKIPPED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


_S, _A = RequestStatus, RequestAction

TRANSITIONS = MappingProxyType(
    {
        (_S.IN_REVIEW, _A.REQUEST_MODIFICATION): _S.TO_MODIFY,
        (_S.IN_REVIEW, _A.CONTACT_SUPPORT): _S.IN_REVIEW,
        (_S.TO_MODIFY, _A.CONTACT_SUPPORT): _S.TO_MODIFY,
        (_S.TO_MODIFY, _A.CHANGE_SUPPORT_CONTACT): _S.TO_MODIFY,
        (_S.TO_MODIFY, _A.ADD_ATTACHMENT): _S.TO_MODIFY,
        (_S.TO_MODIFY, _A.REMOVE_ATTACHMENT): _S.TO_MODIFY,
        (_S.TO_MODIFY, _A.EXTEND_DEADLINE): _S.TO_MODIFY,
        (_S.TO_MODIFY, _A.CONFIRM_MODIFICATION): _S.IN_REVIEW,
        (_S.TO_MODIFY, _A.SKIP_MODIFICATION): _S.IN_REVIEW,
        (_S.TO_MODIFY, _A.CANCEL_MODIFICATION): _S.IN_REVIEW,
        (_S.TO_MODIFY, _A.EXPIRE_MODIFICATION): _S.IN_REVIEW,
        (_S.IN_REVIEW, _A.VALIDATE_REQUEST): _S.VALIDATED,
        (_S.IN_REVIEW, _A.REJECT_REQUEST): _S.REJECTED,
        (_S.VALIDATED, _A.MARK_PAID): _S.PAID,
    }
)

OUTCOMES = MappingProxyType(
    {
        _A.CONFIRM_MODIFICATION: ModificationOutcome.CONFIRMED,
        _A.SKIP_MODIFICATION: ModificationOutcome.SKIPPED,
        _A.EXPIRE_MODIFICATION: ModificationOutcome.EXPIRED,
        _A.CANCEL_MODIFICATION: ModificationOutcome.CANCELLED,
    }
)
"""How a cycle ends, for the actions that end one."""

RESULTS = MappingProxyType({action: to for (before, action), to in TRANSITIONS.items() if before is not to})
"""The status that an action leads to, for those that change it: each leads to one alone."""

STATUS_LABELS = MappingProxyType(
    {
        _S.IN_REVIEW: "en cours",
        _S.TO_MODIFY: french("A modifier"),
        _S.VALIDATED: "Validée",
        _S.REJECTED: "Rejetée",
        _S.PAID: "Décidée et payée",
    }
)
"""The words of the agency's guide, which suppliers know."""


def allows(status: RequestStatus, action: RequestAction) -> bool:
    """Does this status allow this action at all?"""
    return (status, action) in TRANSITIONS


def after(status: RequestStatus, action: RequestAction) -> RequestStatus:
    """The status that a request takes when `action` is done to it; KeyError where the table has none."""
    return TRANSITIONS[status, action]
