"""What the tests of the mails share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.tasks.mail_servers import Mailbox, Setting, served


@pytest.fixture
async def mailbox(setting: Setting) -> AsyncIterator[Mailbox]:
    """A mail server without encryption, that the settings name."""
    box = Mailbox()
    async with served(box, setting):
        yield box
