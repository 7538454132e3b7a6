"""Where somebody who has found a weakness may say so, for the programs and people who look for it (RFC 9116)."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from settings import settings
from web.errors import answer

# The RFC wants less than a year; whoever keeps a copy looks again long before.
VALID = timedelta(days=90)


async def security_txt(http: Request) -> Response:
    """GET /.well-known/security.txt: public; not there when the deployment names no contact."""
    if not settings.security_contact:
        return answer(http, 404)
    text = security_lines(settings.security_contact, settings.base_url, as_of=http.app.state.clock())
    return PlainTextResponse(text, headers={"Cache-Control": "public, max-age=86400"})


def security_lines(contact: str, base_url: str, *, as_of: datetime) -> str:
    """The file: it names its own address, and is good for VALID from the beginning of the day."""
    expires = as_of.replace(hour=0, minute=0, second=0, microsecond=0) + VALID
    fields = {
        "Contact": contact,
        "Expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "fr, en",
        "Canonical": f"{base_url}/.well-known/security.txt",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


routes = [Route("/.well-known/security.txt", security_txt)]
