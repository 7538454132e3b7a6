"""How a mail travels, what may befall it on the way, and the folder that it goes to when no mail server is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path

from models import Email
from models.deadlines import PARIS
from models.emails import SENDER
from resolvers.enclosures import Enclosure, enclosure_of
from settings import settings


class Unavailable(Exception):
    """The mail server cannot be reached, or wants nothing of us now: no use in trying the next mail."""


class Postponed(Exception):
    """The mail server does not take this mail now."""


class Lost(Postponed):
    """The connection went before the mail was handed over: the next one needs another."""


class Unanswered(Exception):
    """The mail server has the mail and never said whether it takes it; the connection is of no more use."""


class Refused(Exception):
    """The mail server will never take this mail."""


Send = Callable[[Email], Awaitable[None]]
Transport = Callable[[], AbstractAsyncContextManager[Send]]


def message_of(email: Email, enclosed: Enclosure | None = None) -> EmailMessage:
    """The mail as it travels with what it carries, the same at every attempt."""
    message = EmailMessage(SMTP_POLICY)
    message["From"] = Address(SENDER, addr_spec=settings.mail_from)
    message["To"] = email.recipient
    message["Subject"] = email.subject
    message["Date"] = format_datetime(email.created_at.astimezone(PARIS))
    message["Message-ID"] = email.message_id
    message["Content-Language"] = "fr"
    # No holiday notice should answer a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.text, cte="quoted-printable")
    message.add_alternative(email.html, subtype="html", cte="quoted-printable")
    if enclosed:
        _enclose(message, enclosed)
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"{email.id.hex}-{number}")
    _check_headers(message)
    return message


def _enclose(message: EmailMessage, enclosed: Enclosure) -> None:
    kind, _, subtype = enclosed.media_type.partition("/")
    message.add_attachment(
        enclosed.content, kind, subtype, filename=enclosed.file_name, params=dict(enclosed.parameters)
    )


def _check_headers(message: EmailMessage) -> None:
    """The library decodes what looks encoded, and before Python 3.11.10 writes the line ends that come out of it."""
    for name, value in message.items():
        if not {"\r", "\n"}.isdisjoint(str(value)):
            raise Refused(f"{name} holds a second line")


@asynccontextmanager
async def files() -> AsyncIterator[Send]:
    """Each mail as one .eml file of the data folder."""
    folder = mail_folder()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)

    async def send(email: Email) -> None:
        await asyncio.to_thread(_write_file, folder, email, await enclosed_by(email))

    yield send


def mail_folder() -> Path:
    """Where mails go when no mail server is named."""
    return settings.data_dir / "mail"


async def enclosed_by(email: Email) -> Enclosure | None:
    """What it carries as it leaves now."""
    return await enclosure_of(email, email.tried_at or email.created_at)


def _write_file(folder: Path, email: Email, enclosed: Enclosure | None) -> None:
    """Whole or not at all, and over the first copy when a crash makes it leave twice."""
    temporary = folder / f"{email.id}.tmp"
    temporary.write_bytes(message_of(email, enclosed).as_bytes())
    temporary.replace(folder / f"{email.id}.eml")
