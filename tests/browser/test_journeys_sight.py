"""What people change of how they see: text twice as large, more space, their own colours, nothing that moves."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.journeys import CONTACT, Journey, keep

# WCAG 1.4.12: whatever of these a reader asks for, nothing is lost.
_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
_TWICE = "html { font-size: 200% !important; }"

# Text that is cut off, or that another text lies on: what a reader cannot read any more.
_LOST = """() => {
  const found = [], said = element => element.outerHTML.slice(0, 100);
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('.hidden, .skip-links, svg') || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const clips = ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
    if (clips && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1))
      found.push('cut off: ' + said(element));
    if (box.width && (box.right > document.documentElement.clientWidth + 1 || box.left < -1))
      found.push('beside the page: ' + said(element));
  }
  const lines = [...document.querySelectorAll('main :is(p, dt, dd, label, legend, h1, h2, h3, button, th, td)')]
    .filter(each => each.checkVisibility() && !each.closest('.hidden'));
  for (const [rank, one] of lines.entries()) {
    const next = lines[rank + 1];
    if (!next || one.contains(next) || next.contains(one)) continue;
    const [a, b] = [one.getBoundingClientRect(), next.getBoundingClientRect()];
    const beside = !a.width || !b.width || a.left >= b.right - 1 || b.left >= a.right - 1;
    if (!beside && a.top < b.bottom - 2 && b.top < a.bottom - 2)
      found.push(`on each other: ${said(one)} and ${said(next)}`);
  }
  return found;
}"""

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)


@pytest.mark.parametrize("width", [320, 1280])
async def test_text_twice_as_large_or_widely_spaced_is_all_there(journey: Journey, width: int) -> None:
    page = await journey.enter(viewport={"width": width, "height": 800}, bypass_csp=True)
    await page.goto(journey.form)
    await keep(page, "grand@editeur.fr")
    for address in _addresses(journey):
        await page.goto(address)
        await page.add_style_tag(content=_SPACING)
        assert (address, await page.evaluate(_LOST)) == (address, [])
        if width > 320:  # at 320 px the page is a wide one, enlarged four times already
            await page.add_style_tag(content=_TWICE)
            assert (address, await page.evaluate(_LOST)) == (address, [])


def _addresses(journey: Journey) -> list[str]:
    """The pages of one cycle."""
    own = [journey.path + rest for rest in ("", "/historique", "/assistance")]
    return ["/", *own, *(journey.form + rest for rest in ("", "/verification", "/abandon"))]


async def test_with_colours_of_ones_own_everything_is_told_by_more_than_colour(journey: Journey) -> None:
    page = await journey.enter(forced_colors="active")
    await page.goto(journey.form)
    await keep(page, "couleurs@editeur.fr")
    await expect(page.get_by_text("Valeur avant modification")).to_be_visible()
    for control in (page.get_by_label(CONTACT), page.get_by_role("button", name="Vérifier et confirmer")):
        await control.focus()
        assert await control.evaluate("each => parseFloat(getComputedStyle(each).outlineWidth)") >= 2
        # A shadow or a background alone would be gone.
        assert await control.evaluate("each => parseFloat(getComputedStyle(each).borderTopWidth)") >= 1
    await page.goto(f"{journey.form}/verification")
    changed = page.get_by_role("row", name=CONTACT)
    await expect(changed.get_by_role("deletion")).to_have_text("pascal.breton@axyus.com")
    await expect(changed.get_by_role("insertion")).to_have_text("couleurs@editeur.fr")
    await expect(page.get_by_role("columnheader")).to_have_text(["Donnée", "Avant", "Après", "Modifier"])


async def test_nothing_moves_for_whom_movement_disturbs(journey: Journey) -> None:
    page = await journey.enter(reduced_motion="reduce")
    await page.goto(journey.form)
    assert await _moving(page) == []
    await keep(page, "immobile@editeur.fr")
    assert await _moving(page) == []


async def _moving(page: Page) -> list[str]:
    """What is animated, or would be when it changes."""
    found: list[str] = await page.evaluate(
        """() => [
          ...document.getAnimations().map(each => each.animationName ?? each.transitionProperty ?? 'animation'),
          ...[...document.querySelectorAll('*')].filter(each => {
            const { transitionDuration, transitionProperty, scrollBehavior } = getComputedStyle(each);
            const lasting = transitionDuration.split(',').some(time => parseFloat(time) > 0.01);
            return scrollBehavior === 'smooth' || (lasting && transitionProperty !== 'none');
          }).map(each => each.outerHTML.slice(0, 80)),
        ]"""
    )
    return found
