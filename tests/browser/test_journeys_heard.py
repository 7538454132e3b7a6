"""What a screen reader is told of the modification page: names, roles, descriptions, states and live regions.

It is compared with the copy in tests/snapshots/heard; SOLDE_TEST_RENEW=1 writes the copy anew, to be read before it
is committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.journeys import Journey, document, keep, save

SNAPSHOTS = Path(__file__).parents[1] / "snapshots/heard"
# What readers jump to, act on, or hear by itself: the rest is the text that they read on the way.
_TOLD = {
    *("region", "navigation", "form", "heading", "table", "columnheader", "rowheader", "group"),
    *("link", "button", "textbox", "combobox", "checkbox", "alert", "status", "progressbar", "DisclosureTriangle"),
}
_STATES = ("live", "invalid", "required", "disabled", "expanded", "checked", "level", "haspopup")
_OBVIOUS = {"false", "off", "none", ""}

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)


async def test_the_modification_page_is_heard_as_it_is_written_down(journey: Journey, tmp_path: Path) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    _compare("modification", await _heard(page, journey))
    await page.get_by_label("Type de pièce complémentaire :").select_option("AUTRE_S")
    await page.get_by_label("Fichier à ajouter :").set_input_files(document(tmp_path, "pv.pdf"))
    await page.get_by_role("button", name="Importer", exact=True).click()
    await expect(page.get_by_role("row", name="pv.pdf")).to_contain_text("✓ Ajouté")
    await keep(page, "entendu@editeur.fr")
    await _saving_again_is_said_again(page)
    await save(page, "pas un contact")
    await expect(page.get_by_role("alert").filter(has_text="Une correction est nécessaire")).to_be_visible()
    _compare("modification-refused", await _heard(page, journey))


async def _saving_again_is_said_again(page: Page) -> None:
    """The words stay the same, which a live region alone would keep to itself."""
    await expect(page.locator("#annonce")).to_be_empty()
    await save(page, "entendu@editeur.fr")
    await expect(page.locator("#annonce")).to_contain_text("Brouillon enregistré")


async def _heard(page: Page, journey: Journey) -> str:
    """The accessibility tree between the header and the footer, a line for each thing that one jumps to or acts on."""
    session = await page.context.new_cdp_session(page)
    nodes = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    main = next(node for node in nodes if _value(node.get("role")) == "main")
    text = "\n".join(_lines(main, by_id, 0)) + "\n"
    return text.replace(journey.request.dossier.number, "FINSAS008539")


def _lines(node: dict[str, Any], by_id: dict[str, dict[str, Any]], depth: int) -> Iterator[str]:
    told = not node.get("ignored") and _value(node.get("role")) in _TOLD
    if told:
        yield "  " * depth + _line(node)
    for child in node.get("childIds", []):
        if child in by_id:
            yield from _lines(by_id[child], by_id, depth + told)


def _line(node: dict[str, Any]) -> str:
    states = {each["name"]: str(each["value"].get("value", "")).lower() for each in node.get("properties", [])}
    kept = [f"{name}={states[name]}" for name in _STATES if states.get(name, "false") not in _OBVIOUS]
    described = _value(node.get("description"))
    parts = [_value(node["role"]), f"« {name} »" if (name := _value(node.get("name"))) else "", *kept]
    return " ".join(part for part in parts if part) + (f" — {described}" if described else "")


def _value(told: dict[str, Any] | None) -> str:
    return " ".join(str((told or {}).get("value", "")).split())


def _compare(name: str, heard: str) -> None:
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("SOLDE_TEST_RENEW"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(heard)
    assert heard == file.read_text()
