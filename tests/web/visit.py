"""A reader without JavaScript: opens pages, follows links by their words, fills forms in and presses buttons."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from httpx import AsyncClient, Response

_SILENT = frozenset({"script", "style", "svg"})
_VOID = frozenset({"input", "meta", "link", "br", "path", "circle", "img", "hr"})

File = tuple[str, bytes]


@dataclass
class Form:
    """A form as the page offers it: what it would send, and what can be pressed."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str] | None] = field(default_factory=dict)


class Reading(HTMLParser):
    """What a page says and offers; every space reads as a plain one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.parts: dict[str, list[str]] = {"": []}
        self._open: list[tuple[str, dict[str, str]]] = []
        self._words: dict[int, list[str]] = {}
        self._select = ""
        self.feed(html)

    @property
    def text(self) -> str:
        """Everything that can be read."""
        return _plain(self.parts[""])

    def within(self, tag: str) -> str:
        """What stands inside the elements of that name."""
        return _plain(self.parts.get(tag, []))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given["action"]))
        elif tag == "input":
            self._input(given)
        elif tag == "select":
            self._select = given["name"]
            self.forms[-1].fields[self._select] = ""
        elif tag == "option" and "selected" in given:
            self.forms[-1].fields[self._select] = given["value"]
        elif tag == "textarea":
            self.forms[-1].fields[given["name"]] = ""
        if tag not in _VOID:
            self._open.append((tag, given))
            self._words[len(self._open)] = []

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        sent = kind not in {"file", "radio", "checkbox"} or "checked" in given
        if sent and kind != "file":
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if any(tag in _SILENT for tag, _ in self._open):
            return
        self.parts[""].append(data)
        for tag in {tag for tag, _ in self._open}:
            self.parts.setdefault(tag, []).append(data)
        for depth in range(1, len(self._open) + 1):
            self._words[depth].append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            words = _plain(self._words.pop(len(self._open)))
            name, given = self._open.pop()
            if name == "a":
                self.links[words] = given["href"]
            elif name == "button" and given.get("type") != "button":
                self.forms[-1].buttons[words] = (given["name"], given["value"]) if "name" in given else None
            elif name == "textarea":
                self.forms[-1].fields[given["name"]] = words
            if name == tag:
                return


def _plain(parts: list[str]) -> str:
    return " ".join("".join(part + " " for part in parts).split()).replace(" .", ".").replace(" ,", ",")


class Visit:
    """One reader on the site, and the page in front of them."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.response: Response
        self.page: Reading

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        return self.response.request.url.raw_path.decode()

    @property
    def text(self) -> str:
        return self.page.text

    @property
    def title(self) -> str:
        return self.page.within("title")

    def table(self) -> list[dict[str, str]]:
        """The rows of a table that was opened to be downloaded, which says itself that it is UTF-8."""
        content = self.response.content
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))

    async def open(self, path: str) -> Reading:
        """The page at that address, after every redirection."""
        return self._arrive(await self.client.get(path, follow_redirects=True))

    async def follow(self, words: str) -> Reading:
        """The page behind the link that begins with these words."""
        return await self.open(next(href for text, href in self.page.links.items() if text.startswith(words)))

    async def press(self, button: str, files: Sequence[tuple[str, File]] = (), **typed: str) -> Reading:
        """Fill the button's form in, with files by field, and press it."""
        form = next(form for form in self.page.forms if self._named(form, button) is not None)
        fields = form.fields | typed
        pressed = form.buttons[str(self._named(form, button))]
        if pressed:
            fields[pressed[0]] = pressed[1]
        return await self.send(form.action, fields, files)

    async def send(self, path: str, fields: dict[str, str], files: Sequence[tuple[str, File]] = ()) -> Reading:
        """Post a form by hand."""
        sent = [(name, (file_name, content)) for name, (file_name, content) in files]
        return self._arrive(await self.client.post(path, data=fields, files=sent, follow_redirects=True))

    @staticmethod
    def _named(form: Form, button: str) -> str | None:
        return next((text for text in form.buttons if text.startswith(button)), None)

    def _arrive(self, response: Response) -> Reading:
        # The bytes of another document would be read as tags by chance.
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        self.response, self.page = response, Reading(response.text if is_page else "")
        return self.page
