"""Looking at a state: everything that must hold on every page, whatever it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Request, Response, expect
from playwright.async_api import Error as BrowserError

from tests.browser.conditions import Conditions
from tests.browser.preparations import sign_in
from tests.browser.states import State
from tests.services.portal import Portal

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
MEASURES = Path(__file__).with_name("measures.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LIVE = "[role=status], [role=alert], [aria-live]"
# What Chromium notes as errors of its own: answers that are refusals, and a network that a state cuts.
EXPECTED = re.compile(r"the server responded with a status of [45]|net::ERR_CONNECTION_RESET|net::ERR_ABORTED")


@dataclass
class Walker:
    """One browser on one portal: its windows, and what it found wrong."""

    portal: Portal
    browser: Browser
    faults: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    """The HTML of every state, as it came and as scripts left it."""
    _windows: dict[tuple[str | None, bool], Window] = field(default_factory=dict)
    _signed_in: dict[str | None, dict[str, object]] = field(default_factory=dict)

    async def visit(self, state: State, conditions: Conditions) -> None:
        """Look at one state under these conditions, and note every fault."""
        window = await self._window(state, conditions.javascript)
        try:
            found = await window.look(state, conditions)
        except (AssertionError, BrowserError) as error:
            found = [str(error).partition("Call log")[0].strip()]
        self.faults += [f"{state.name} ({conditions}): {fault}" for fault in found]
        self.sources |= await window.sources(state.name, scripted=conditions.javascript)
        if state.alone:
            await window.close()

    async def weigh(self, account: str, address: str) -> int:
        """The bytes that come over the network when a browser that has been nowhere opens this address."""
        window, received = await self._open(account, javascript=True), []
        await window.devtools.send("Network.enable")
        window.devtools.on("Network.loadingFinished", lambda loaded: received.append(loaded["encodedDataLength"]))
        await window.page.goto(address, wait_until="networkidle")
        await window.close()
        return int(sum(received))

    async def end(self) -> None:
        """Close every window."""
        for window in self._windows.values():
            await window.close()

    async def _window(self, state: State, javascript: bool) -> Window:
        if state.alone:
            return await self._open(state.account, javascript)
        key = (state.account, javascript)
        if key not in self._windows:
            self._windows[key] = await self._open(*key)
        return self._windows[key]

    async def _open(self, account: str | None, javascript: bool) -> Window:
        if account and account not in self._signed_in:
            self._signed_in[account] = await self._sign_in(account)
        context = await self.browser.new_context(
            base_url=self.portal.url,
            locale="fr-FR",
            java_script_enabled=javascript,
            storage_state=self._signed_in.get(account),  # type: ignore[arg-type]  # what Playwright gave
        )
        return await Window.open(context, self.portal)

    async def _sign_in(self, account: str) -> dict[str, object]:
        context = await self.browser.new_context(base_url=self.portal.url)
        page = await context.new_page()
        await page.goto("/connexion")
        await sign_in(page, account)
        await page.wait_for_url(lambda address: "/connexion" not in address)
        kept = await context.storage_state()
        await context.close()
        return dict(kept)


@dataclass
class Window:
    """One page of one browser, signed in or not, and what went wrong in it."""

    context: BrowserContext
    page: Page
    devtools: CDPSession
    portal: Portal
    wrong: list[str] = field(default_factory=list)
    arrived: Response | None = None

    @classmethod
    async def open(cls, context: BrowserContext, portal: Portal) -> Window:
        page = await context.new_page()
        page.set_default_timeout(60_000)
        window = cls(context, page, await context.new_cdp_session(page), portal)
        page.on("console", window._hear)
        page.on("pageerror", lambda error: window.wrong.append(str(error)))
        page.on("request", window._watch)
        page.on("response", window._arrive)
        return window

    async def look(self, state: State, conditions: Conditions) -> list[str]:
        """Everything that is wrong with this state."""
        await self._go(state, conditions)
        await expect(self.page.get_by_text(state.shows).filter(visible=True).first).to_be_visible()
        await self._let_scripts_run(True)
        found = [*self.wrong]
        if not state.prepare:
            found += await self._measure("shifts()")
        if state.focus:
            await expect(self.page.locator(state.focus)).to_be_focused()
        if state.says:
            await expect(self.page.locator(LIVE).filter(has_text=state.says).first).to_be_attached()
        if self.arrived and self.arrived.status != state.status:
            found.append(f"answered {self.arrived.status}")
        await self._measure("unfold()")
        found += await self._measure("overflow()")
        await self.page.evaluate(AXE)
        return found + await self._measure(f"axe({RULES})")

    async def sources(self, name: str, *, scripted: bool) -> dict[str, str]:
        """The page's HTML by its name: as it was sent, and as scripts made it."""
        try:
            made = {f"{name}, by scripts": await self.page.content()} if scripted else {}
            return made | ({name: await self.arrived.text()} if self.arrived else {})
        except BrowserError:  # What went wrong before is told already.
            return {}

    async def close(self) -> None:
        await self.context.close()

    async def _go(self, state: State, conditions: Conditions) -> None:
        await self._let_scripts_run(conditions.javascript)
        await self.page.set_viewport_size({"width": conditions.width, "height": 800})
        await self.page.emulate_media(color_scheme=conditions.theme, reduced_motion="reduce")
        self.wrong.clear()
        self.arrived = None
        address = state.address if isinstance(state.address, str) else state.address(self.portal)
        await self.page.goto(address)
        if state.prepare:
            self.arrived = None
            await state.prepare(self.page)

    async def _let_scripts_run(self, javascript: bool) -> None:
        """Our own measures need them where the page had none."""
        await self.devtools.send("Emulation.setScriptExecutionDisabled", {"value": not javascript})

    async def _measure(self, what: str) -> list[str]:
        return list(await self.page.evaluate(f"{MEASURES.strip().removesuffix(';')}.{what}") or [])

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.wrong.append(f"console: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.portal.url, "data:", "blob:")):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def _arrive(self, response: Response) -> None:
        request = response.request
        if (
            request.is_navigation_request()
            and request.frame == self.page.main_frame
            and response.status not in (302, 303)
        ):
            self.arrived = response
