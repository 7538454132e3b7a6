"""The mails of a developer's machine: without a mail server they are files, and these pages show them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from settings import settings
from web.errors import NotFoundPage
from web.rendering import render

SHOWN = 100


@dataclass(frozen=True)
class Mail:
    """One mail as its recipient would read it."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    enclosed: list[str]

    @classmethod
    def read(cls, file: Path) -> Mail:
        message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        enclosed = [part.get_filename("") for part in message.iter_attachments()]
        return cls(file.stem, message["To"], message["Subject"], message["Date"].datetime, text, enclosed)


def _folder() -> Path:
    return settings.data_dir / "mail"


def _latest() -> list[Mail]:
    files = sorted(_folder().glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return sorted(map(Mail.read, files[:SHOWN]), key=lambda mail: mail.sent_at, reverse=True)


async def mailbox(http: Request) -> Response:
    """GET /courriels: the latest mails, newest first."""
    return render(http, "mailbox/list.html", mails=await asyncio.to_thread(_latest), folder=_folder())


async def mail(http: Request) -> Response:
    """GET /courriels/{name}: one mail."""
    names = {file.stem: file for file in _folder().glob("*.eml")}
    file = names.get(http.path_params["name"])
    if file is None:
        raise NotFoundPage
    return render(http, "mailbox/mail.html", mail=Mail.read(file))


routes = [Route("/courriels", mailbox), Route("/courriels/{name}", mail)] if settings.is_development else []
