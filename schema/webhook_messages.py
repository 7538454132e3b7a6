"""What a webhook is told: that something happened and to what, and no more; its receiver asks for the rest."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from models import Event, FundingRequest, WebhookDelivery
from resolvers.pages import Position
from resolvers.reading import FEED
from schema.nodes import node_id
from schema.pagination import cursor_of

PING = "PING"


def message_of(delivery: WebhookDelivery) -> str:
    """The message as JSON, the same at every attempt; its event, request and dossier must be loaded."""
    event, request = delivery.event, delivery.request
    if event is None or request is None:
        return _message(PING, delivery.created_at, webhookId=node_id("Webhook", delivery.webhook_id))
    return _message(event.kind.value, event.at, **_facts(event, request))


def _facts(event: Event, request: FundingRequest) -> dict[str, Any]:
    return {
        "eventId": node_id("Event", event.id),
        "cursor": cursor_of(FEED, Position(0, (event.transaction, event.id))),
        "requestId": node_id("FundingRequest", request.id),
        "dossierNumber": request.dossier.number,
        "requestKind": request.kind.value,
        "status": event.status.value if event.status else None,
    }


def _message(kind: str, at: datetime, **data: Any) -> str:
    return json.dumps({"type": kind, "timestamp": at.astimezone(UTC).isoformat(), "data": data}, ensure_ascii=False)
