"""Handing mails to the mail server: each is taken, refused or put off, or nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.policy import SMTP as SMTP_POLICY

import aiosmtplib

from models import Email
from settings import settings
from tasks.transports import (
    Lost,
    Postponed,
    Refused,
    Send,
    Unanswered,
    Unavailable,
    enclosed_by,
    message_of,
)

PATIENCE = 20.0  # seconds until we are let in, and then until a mail is announced
# Seconds for the answer that says whether a mail is taken: it decides whether a second copy leaves.
ANSWER_PATIENCE = 30.0
_TEMPORARY, _CLOSING, _PERMANENT = 400, 421, 500


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
    return message_of(email, await enclosed_by(email)).as_bytes(policy=policy)


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
