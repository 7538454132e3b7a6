"""Every screen and state, under all conditions: nothing hinders anybody, moves or spills, and all of it is valid HTML.

Pairwise by default; `make screens` looks at every state under every combination of the conditions.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.conditions import EVERY, conditions
from tests.browser.conftest import launch_chromium, started
from tests.browser.states import AREAS, SETTINGS
from tests.browser.validators import invalid
from tests.browser.walking import Walker
from tests.services.portal import Portal


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, furnished: Path) -> Iterator[Portal]:
    """One portal for all that this process looks at: what states need made does not stand in another's way."""
    with started(tmp_path_factory.mktemp("states"), furnished) as portal:
        yield portal


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch_chromium(playwright)
        yield browser
        await browser.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("area", [area for area in AREAS if area not in SETTINGS])
async def test_every_state_is_good_to_everybody(demo: Portal, browser: Browser, area: str) -> None:
    await _walk(demo, browser, area)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("area", SETTINGS)
async def test_the_portal_is_good_to_everybody_however_it_is_set(
    browser: Browser, tmp_path: Path, furnished: Path, area: str
) -> None:
    with started(tmp_path, furnished, **SETTINGS[area]) as portal:
        await _walk(portal, browser, area)


async def _walk(portal: Portal, browser: Browser, area: str) -> None:
    walker = Walker(portal, browser)
    for turn, state in enumerate(AREAS[area]):
        for each in conditions(turn, state.javascript):
            await walker.visit(state, each)
    await walker.end()
    assert walker.faults + invalid(walker.sources) == []


# Bytes of a first visit, with all that it loads: what a phone on a slow network pays. The pages' HTML counts as it
# leaves the portal, not compressed.
BUDGETS = {
    "/dossiers/FINSAS008603/solde/modification": 60_000,
    "/dossiers/FINSAS008603/solde": 55_000,
    "/dossiers/FINSAS008603/solde/modification/verification": 35_000,
    "/dossiers/FINSAS008604/solde/historique": 50_000,
    "/demandes": 45_000,
    "/": 35_000,
    "/mon-compte": 45_000,
    "/aide": 100_000,  # with the first of its pictures
}


@pytest.mark.asyncio(loop_scope="module")
async def test_a_first_visit_weighs_little(demo: Portal, browser: Browser) -> None:
    walker = Walker(demo, browser)
    weights = {address: await walker.weigh("logisante", address) for address in BUDGETS}
    assert {address: weight for address, weight in weights.items() if not 1_000 < weight < BUDGETS[address]} == {}


def test_the_walk_meets_every_pair_of_conditions() -> None:
    met = [
        each
        for area in AREAS.values()
        for turn, state in enumerate(area)
        for each in conditions(turn, state.javascript)
    ]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert {(each[one], each[other]) for each in met} == {(each[one], each[other]) for each in EVERY}


def test_every_state_has_a_name_of_its_own() -> None:
    names = [state.name for area in AREAS.values() for state in area]
    assert len(names) == len(set(names))
