"""The mails as they are read: French typography in their texts and in their HTML."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from models.typography import french

SNAPSHOTS = sorted((Path(__file__).parents[1] / "snapshots/mails").iterdir())


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda file: file.name)
def test_a_mail_follows_french_typography(snapshot: Path) -> None:
    text = snapshot.read_text().removeprefix("Objet : ")  # the snapshot's own word
    if snapshot.suffix == ".html":
        text = unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL))
    words = re.sub(r"https?://\S+", "", text)
    assert words == french(words)
    for wrong in ("...", '"', "“", "'", "oeuvre"):
        assert wrong not in words, wrong
    assert not re.search(r"[\w»)][:;?!](\s|$)", words), "a high mark follows a no-break space"
