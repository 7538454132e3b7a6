"""Every address that a mail or the API gives is one that the portal answers to."""

from __future__ import annotations

from inspect import getmembers, isfunction
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from starlette.routing import Match

from models.dossiers import RequestKind
from resolvers import links
from settings import settings
from tests.factories import make_request
from web.app import app


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("kind", RequestKind)
async def test_links_lead_to_pages(kind: RequestKind) -> None:
    request = await make_request(kind=kind)
    addresses = {
        "tracking": links.tracking(request),
        "modification": links.modification(request),
        "assistance": links.assistance(request),
        "receipt": links.receipt(request, uuid4()),
        "receipt_pdf": links.receipt_pdf(request, uuid4()),
        "calendar": links.calendar(request),
        "attachment": links.attachment(uuid4()),
        "news": links.news(uuid4()),
        "news_document": links.news_document(uuid4()),
        "help_page": links.help_page(),
        "console": links.console(),
        "tokens": links.tokens(),
        "webhook_guide": links.webhook_guide(),
        "sign_in": links.sign_in(),
        "password_reset": links.password_reset("seal"),
        "address_change": links.address_change("seal"),
        "invitation": links.invitation("seal"),
    }
    assert addresses.keys() == {
        name for name, made in getmembers(links, isfunction) if made.__module__ == links.__name__
    }
    for address in addresses.values():
        assert address.startswith(f"{settings.base_url}/")
        scope = {"type": "http", "method": "GET", "path": urlsplit(address).path, "headers": []}
        assert any(route.matches(scope)[0] is Match.FULL for route in app.routes), address
