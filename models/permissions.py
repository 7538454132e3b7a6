"""Who may do what: one pure function that guards the use cases and draws the buttons."""

from types import MappingProxyType

from models.actors import AccountRight, Actor, Role
from models.lifecycle import RequestAction, RequestStatus, allows

_A = RequestAction

_MANAGER = frozenset(
    {
        _A.REQUEST_MODIFICATION,
        _A.CANCEL_MODIFICATION,
        _A.EXTEND_DEADLINE,
        _A.VALIDATE_REQUEST,
        _A.REJECT_REQUEST,
        _A.MARK_PAID,
    }
)
_EDIT = frozenset({_A.CHANGE_SUPPORT_CONTACT, _A.ADD_ATTACHMENT, _A.REMOVE_ATTACHMENT, _A.CONTACT_SUPPORT})
_CONFIRM = frozenset({_A.CONFIRM_MODIFICATION, _A.SKIP_MODIFICATION})
_SYSTEM = frozenset({_A.EXPIRE_MODIFICATION})

_BY_RIGHT = MappingProxyType(
    {AccountRight.READ: frozenset[RequestAction](), AccountRight.EDIT: _EDIT, AccountRight.CONFIRM: _EDIT | _CONFIRM}
)


def permitted_actions(actor: Actor) -> frozenset[RequestAction]:
    """What this actor may ever do to a request that it sees."""
    match actor.role:
        case Role.MANAGER:
            return _MANAGER
        case Role.SYSTEM:
            return _SYSTEM
        case Role.SUPPLIER | Role.PARTNER:
            return _BY_RIGHT[actor.right]


def available_actions(actor: Actor, status: RequestStatus) -> list[RequestAction]:
    """What this actor may do now to a request in this status that it sees, in the order of the table."""
    permitted = permitted_actions(actor)
    return [action for action in RequestAction if action in permitted and allows(status, action)]


def may_import(actor: Actor) -> bool:
    """May this actor file a request: a manager for anybody, others for their own supplier."""
    if actor.role is Role.MANAGER:
        return True
    return actor.supplier_id is not None and actor.right is not AccountRight.READ


def may_edit(role: Role, right: AccountRight) -> bool:
    """May such an account answer a request that is sent back?"""
    return role is Role.SUPPLIER and right is not AccountRight.READ
