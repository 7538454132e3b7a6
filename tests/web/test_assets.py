"""What pages load beside themselves: files that travel as one, at addresses that change with their content."""

from __future__ import annotations

from pathlib import Path

import pytest
from httpx import AsyncClient

from web import assets


@pytest.mark.parametrize("name", assets.BUNDLES)
async def test_files_that_travel_as_one_are_all_there_in_their_order(site: AsyncClient, name: str) -> None:
    answer = await site.get(assets.asset(name))
    parts = [(assets.STATIC / part).read_text() for part in assets.BUNDLES[name]]
    assert answer.text == "\n".join(parts)
    assert answer.headers["Content-Type"].partition(";")[0] in ("text/css", "text/javascript")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]


async def test_what_travels_as_one_is_only_read(site: AsyncClient) -> None:
    assert (await site.post("/static/pages.css")).status_code == 405


def test_an_address_changes_with_any_of_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for part in assets.BUNDLES["files.js"]:
        (tmp_path / part).write_text(part)
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    before = assets.asset("files.js")
    assert assets.asset("files.js") == before
    (tmp_path / "row.js").write_text("changed")
    assert assets.asset("files.js") != before
