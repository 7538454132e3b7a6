"""Who can do something about what software uses, a token or a webhook."""

from __future__ import annotations

from uuid import UUID

from models import User
from models.actors import AccountRight, Author, Role
from resolvers.events import account_of
from resolvers.mail.notification import one_for_each_address


async def responsible(supplier_id: UUID | None, maker: Author | None) -> list[User]:
    """The supplier's accounts that may confirm, else the manager who made it, else all managers; each mailbox once."""
    active = User.filter(active=True).order_by("created_at", "identifier")
    if supplier_id is not None:
        own = active.filter(supplier_id=supplier_id, role=Role.SUPPLIER, right=AccountRight.CONFIRM)
        if people := await own:
            return one_for_each_address(people)
    manager = await account_of(maker) if maker else None
    if manager and manager.active and manager.role is Role.MANAGER:
        return [manager]
    return one_for_each_address(await active.filter(role=Role.MANAGER))
