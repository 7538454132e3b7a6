"""The comments that the demo's manager keeps at hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import CommentTemplate
from models.actors import Actor
from resolvers.comment_templates import save_comment_template
from resolvers.demo.scene import API_GUIDE, CONTACT, TEST_REPORT

_KEPT = {
    "Contact injoignable": ("Le contact de support ne répond pas : indiquez-en un autre.", [CONTACT]),
    "Procès-verbal de test absent": ("Joignez le procès-verbal de test, daté et signé.", [TEST_REPORT]),
    "Guide de l’API illisible": ("Le guide de l’API ne s’ouvre pas : joignez-le de nouveau.", [API_GUIDE]),
}


async def keep_at_hand(manager: Actor, as_of: datetime) -> None:
    """Save them, unless visitors of the demo have begun to keep comments of their own."""
    if await CommentTemplate.exists():
        return
    for title, (text, expected) in _KEPT.items():
        at = as_of - timedelta(days=30)
        await save_comment_template(manager, title=title, text=text, expected_changes=expected, as_of=at)
