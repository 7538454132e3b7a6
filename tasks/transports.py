"""How a mail travels: to a mail server, or into a file when the settings name none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path

import aiosmtplib

from models import Email
from models.deadlines import PARIS
from models.emails import SENDER
from resolvers.enclosures import Enclosure, enclosure_of
from settings import settings

PATIENCE = 20.0  # seconds until we are let in, and then until a mail is announced
# Seconds for the answer that says whether a mail is taken: it decides whether a second copy leaves.
ANSWER_PATIENCE = 30.0


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


_TEMPORARY, _CLOSING, _PERMANENT = 400, 421, 500

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
        await asyncio.to_thread(_write_file, folder, email, await _enclosed(email))

    yield send


def mail_folder() -> Path:
    """Where mails go when no mail server is named."""
    return settings.data_dir / "mail"


async def _enclosed(email: Email) -> Enclosure | None:
    """What it carries as it leaves now."""
    return await enclosure_of(email, email.tried_at or email.created_at)


def _write_file(folder: Path, email: Email, enclosed: Enclosure | None) -> None:
    """Whole or not at all, and over the first copy when a crash makes it leave twice."""
    temporary = folder / f"{email.id}.tmp"
    temporary.write_bytes(message_of(email, enclosed).as_bytes())
    temporary.replace(folder / f"{email.id}.eml")


async def _connected() -> aiosmtplib.SMTP:
    """A connection that has let us in, or Unavailable."""
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
        async with asyncio.timeout(PATIENCE):
            await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise Unavailable(_words_of(error)) from error
    return client


@asynccontextmanager
async def smtp() -> AsyncIterator[Send]:
    """One connection to the mail server for a whole batch."""
    client = await _connected()

    async def send(email: Email) -> None:
        content = await _content_of(email)  # first: a mail that cannot be written leaves no envelope open
        await _announce(client, email)
        await _hand_over(client, content)

    try:
        yield send
        await client.quit(timeout=PATIENCE)
    except (aiosmtplib.SMTPException, OSError):
        pass  # every mail was accepted or refused before: the goodbye changes nothing
    finally:
        client.close()


async def _content_of(email: Email) -> bytes:
    policy = SMTP_POLICY.clone(utf8=not email.recipient.isascii())
    return message_of(email, await _enclosed(email)).as_bytes(policy=policy)


async def _announce(client: aiosmtplib.SMTP, email: Email) -> None:
    """Say who writes to whom: until then nothing can have arrived."""
    try:
        async with asyncio.timeout(PATIENCE):
            await _write_envelope(client, email)
    except aiosmtplib.SMTPSenderRefused as error:
        # A refused sender is our setting, or our rate, not this mail.
        raise Unavailable(_words_of(error)) from error
    except aiosmtplib.SMTPResponseException as error:
        await _begin_anew(client)
        raise _refusal(error) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise Refused(_words_of(error)) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise Lost(_words_of(error)) from error


async def _write_envelope(client: aiosmtplib.SMTP, email: Email) -> None:
    if email.recipient.isascii():
        await client.mail(settings.mail_from)
        await client.rcpt(email.recipient)
        return
    await client.ehlo()
    if client.supports_extension("smtputf8"):
        await client.mail(settings.mail_from, options=["SMTPUTF8"], encoding="utf-8")
        await client.rcpt(email.recipient, encoding="utf-8")
    else:
        raise aiosmtplib.SMTPNotSupported("the mail server takes no address with accents")


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> None:
    """Give the mail itself: from here on only the server's answer tells whether it took it."""
    try:
        async with asyncio.timeout(ANSWER_PATIENCE):
            await client.data(content, timeout=ANSWER_PATIENCE)
    except aiosmtplib.SMTPResponseException as error:
        if error.code < _TEMPORARY:
            client.close()
            raise Unanswered(_words_of(error)) from error
        await _begin_anew(client)
        raise _refusal(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()  # its answer, should it come, is nobody else's
        raise Unanswered(_words_of(error)) from error


async def _begin_anew(client: aiosmtplib.SMTP) -> None:
    """Forget the envelope of a refused mail; a connection that went says so at the next one."""
    with suppress(aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout(PATIENCE):
            await client.rset()


def _refusal(error: aiosmtplib.SMTPResponseException) -> Exception:
    if error.code == _CLOSING:
        return Lost(_words_of(error))
    return Refused(_words_of(error)) if error.code >= _PERMANENT else Postponed(_words_of(error))


def _words_of(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__
