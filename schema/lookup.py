"""What an opaque id names, for whoever may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any
from uuid import UUID

from models.actors import Actor
from models.errors import NotFound
from resolvers import comment_templates, reading, visibility, webhook_lists
from schema.accounts import Account
from schema.attachments import Attachment
from schema.comment_templates import CommentTemplate
from schema.context import Context
from schema.dossiers import Dossier
from schema.emails import Email
from schema.events import Event
from schema.modifications import Modification
from schema.news import News
from schema.nodes import Node, as_number, as_uuid, split_id
from schema.requests import FundingRequest
from schema.suppliers import Supplier
from schema.support import SupportMessage
from schema.tokens import ApiToken
from schema.versions import Version
from schema.webhooks import Webhook

Find = Callable[[Actor, UUID], Awaitable[Any]]
Present = Callable[[Any, Context], Node]

_KINDS: MappingProxyType[str, tuple[Find, Present]] = MappingProxyType(
    {
        "ApiToken": (visibility.get_token, ApiToken.of),
        "Account": (visibility.get_account, Account.of),
        "Supplier": (reading.get_supplier, lambda row, _: Supplier.of(row)),
        "Dossier": (reading.get_dossier, lambda row, _: Dossier.of(row)),
        "FundingRequest": (visibility.get_request, FundingRequest.of),
        "Version": (reading.get_version, Version.of),
        "Modification": (visibility.get_modification, Modification.of),
        "Attachment": (reading.get_kept_attachment, Attachment.of),
        "Email": (reading.get_email, Email.of),
        "CommentTemplate": (comment_templates.get_comment_template, CommentTemplate.of),
        "News": (visibility.get_news, News.of),
        "Webhook": (webhook_lists.get_webhook, Webhook.of),
        "SupportMessage": (visibility.get_support_message, SupportMessage.of),
    }
)


async def look_up(opaque: str, context: Context) -> Node | None:
    """The node of that id; None when it is malformed, unknown or not for the viewer."""
    viewer = context.viewer
    try:
        type_name, key = split_id(opaque)
        if type_name == "Event":
            return Event.of(await reading.get_event(viewer, as_number(key)), context)
        if type_name not in _KINDS:
            return None
        find, present = _KINDS[type_name]
        return present(await find(viewer, as_uuid(key)), context)
    except NotFound:
        return None
