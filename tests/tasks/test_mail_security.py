"""Mails and passwords travel encrypted, to a server that somebody vouches for."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from models import Email
from tasks.delivery import Delivered, deliver
from tests.conftest import NOW
from tests.resolvers.test_outbox import make_email
from tests.tasks.mail_servers import Mailbox, Setting, served

pytestmark = pytest.mark.usefixtures("db")


async def test_wrong_password_loses_no_mail(setting: Setting) -> None:
    box = Mailbox()

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"portail", b"secret"), handled=False)

    setting("smtp_user", "portail")
    setting("smtp_password", SecretStr("wrong"))
    await make_email()
    async with served(box, setting, authenticator=check, auth_require_tls=False):
        assert await deliver(NOW) == Delivered(postponed=1)
        assert (await Email.get()).error == "535 5.7.8 Authentication credentials invalid"
        setting("smtp_password", SecretStr("secret"))
        assert await deliver(NOW + timedelta(minutes=1)) == Delivered(sent=1)
    assert len(box.received) == 1


async def test_server_without_encryption_gets_nothing_unless_the_settings_allow_it(setting: Setting) -> None:
    box = Mailbox()
    await make_email()
    async with served(box, setting, security="starttls"):
        assert await deliver(NOW) == Delivered(postponed=1)
    assert not box.received


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_travels_encrypted_with_a_password(
    setting: Setting, security: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, server = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    encrypted: list[bool] = []

    def check(_server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        encrypted.append(session.ssl is not None or security == "tls")
        return AuthResult(success=data == LoginPassword(b"portail", b"secret"), handled=False)

    setting("smtp_user", "portail")
    setting("smtp_password", SecretStr("secret"))
    await make_email()
    box = Mailbox()
    how: dict[str, Any] = {"ssl_context": server} if security == "tls" else {"tls_context": server}
    # aiosmtpd's own view of a connection that was TLS from its start is that it is plain.
    how |= {"require_starttls": True} if security == "starttls" else {"auth_require_tls": False}
    async with served(box, setting, security=security, authenticator=check, **how):
        setting("smtp_host", "localhost")
        assert await deliver(NOW) == Delivered(sent=1)
    assert encrypted == [True]
    assert len(box.received) == 1


async def test_server_whose_certificate_nobody_vouches_for_gets_no_mail(setting: Setting) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(server)
    box = Mailbox()
    await make_email()
    async with served(box, setting, security="starttls", tls_context=server):
        setting("smtp_host", "localhost")
        assert await deliver(NOW) == Delivered(postponed=1)
    assert "certificate" in ((await Email.get()).error or "")
    assert not box.received
