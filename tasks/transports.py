"""How a mail travels: to a mail server, or into a file when the settings name none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path

import aiosmtplib

from models import Email
from models.deadlines import PARIS
from settings import settings

SENDER = "Portail Ségur numérique"
PATIENCE = 20.0  # seconds that the mail server may take to answer


class Unavailable(Exception):
    """The mail server cannot be reached, or wants nothing of us now: no use in trying the next mail."""


class Postponed(Exception):
    """The mail server does not take this mail now."""


class Refused(Exception):
    """The mail server will never take this mail."""


Send = Callable[[Email], Awaitable[None]]
Transport = Callable[[], AbstractAsyncContextManager[Send]]


def message_of(email: Email) -> EmailMessage:
    """The mail as it travels, the same at every attempt."""
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
    message.set_boundary(email.id.hex)
    return message


@asynccontextmanager
async def files() -> AsyncIterator[Send]:
    """Each mail as one .eml file of the data folder."""
    folder = mail_folder()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)

    async def send(email: Email) -> None:
        await asyncio.to_thread(_write_file, folder, email)

    yield send


def mail_folder() -> Path:
    """Where mails go when no mail server is named."""
    return settings.data_dir / "mail"


def _write_file(folder: Path, email: Email) -> None:
    """Whole or not at all, and over the first copy when a crash makes it leave twice."""
    temporary = folder / f"{email.id}.tmp"
    temporary.write_bytes(message_of(email).as_bytes())
    temporary.replace(folder / f"{email.id}.eml")


@asynccontextmanager
async def smtp() -> AsyncIterator[Send]:
    """One connection to the mail server for a whole batch."""
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=PATIENCE,
    )
    try:
        # Also wrong credentials: an operator mends them, the mails wait.
        await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(_words_of(error)) from error

    async def send(email: Email) -> None:
        await _hand_over(client, message_of(email))

    try:
        yield send
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass  # every mail was accepted or refused before: the goodbye changes nothing
    finally:
        client.close()


async def _hand_over(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.send_message(message)
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
        raise Unavailable(_words_of(error)) from error
    except aiosmtplib.SMTPSenderRefused as error:
        # A refused sender is our setting, not this mail.
        raise Unavailable(_words_of(error)) from error
    except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
        failure = Refused if _code_of(error) >= 500 else Postponed
        raise failure(_words_of(error)) from error


def _answer_in(error: Exception) -> aiosmtplib.SMTPResponseException | None:
    """The server's answer; a mail has one recipient, so at most one refused."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return error.recipients[0]
    return error if isinstance(error, aiosmtplib.SMTPResponseException) else None


def _code_of(error: Exception) -> int:
    answer = _answer_in(error)
    return answer.code if answer else 0


def _words_of(error: Exception) -> str:
    answer = _answer_in(error)
    return f"{answer.code} {answer.message}" if answer else str(error) or type(error).__name__
