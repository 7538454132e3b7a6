"""The API's documentation: the Markdown of docs/api as pages of the portal, and as sections that can be searched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

FOLDER = Path(__file__).parent.parent / "docs/api"
ADDRESS = "/docs/api"
FIRST = "README"
FRENCH = frozenset({"reference"})
MOST_FOUND = 40
_AROUND = 80

_PAGE = re.compile(r"(?:\./)?([\w-]+)\.md(#.*)?")


@dataclass(frozen=True)
class Section:
    """What stands under one title, as plain text."""

    anchor: str
    title: str
    text: str
    level: int

    def excerpt(self, word: str) -> str:
        """The text around that word."""
        at = max(0, self.text.lower().find(word) - _AROUND)
        end = at + 3 * _AROUND
        return f"{'…' if at else ''}{self.text[at:end]}{'…' if end < len(self.text) else ''}"


@dataclass(frozen=True)
class Page:
    """One page: its title, what it shows, and its sections."""

    name: str
    title: str
    html: str
    """The renderer's own tags; every other one of the text is escaped."""
    sections: tuple[Section, ...]

    @property
    def address(self) -> str:
        return address_of(self.name)

    @property
    def language(self) -> str:
        return language_of(self.name)


def language_of(name: str) -> str:
    """The language that it is written in."""
    return "fr" if name in FRENCH else "en"


def address_of(name: str) -> str:
    """Where the portal serves that page."""
    return ADDRESS if name == FIRST else f"{ADDRESS}/{name}"


def names() -> list[str]:
    """The pages, in the order in which the first one names them; none where the portal is installed without."""
    first = FOLDER / f"{FIRST}.md"
    if not first.is_file():
        return []
    named = dict.fromkeys(found[1] for found in _PAGE.finditer(first.read_text("utf-8")))
    return [FIRST, *(name for name in named if (FOLDER / f"{name}.md").is_file())]


def titles() -> dict[str, str]:
    """What each page is called, without reading on."""
    return {name: (FOLDER / f"{name}.md").read_text("utf-8").partition("\n")[0].removeprefix("# ") for name in names()}


def page(name: str) -> Page:
    """That page, as its file is now; the longest takes half a second the first time."""
    file = FOLDER / f"{name}.md"
    return _read(file, file.stat().st_mtime_ns)


def search(wanted: str) -> list[tuple[Page, Section, str]]:
    """The sections that hold every one of these words, those that name them first, each with an excerpt."""
    words = wanted.lower().split()
    if not words:
        return []
    every = [(each, section) for each in map(page, names()) for section in each.sections]
    found = [pair for pair in every if all(word in f"{pair[1].title} {pair[1].text}".lower() for word in words)]
    found.sort(key=lambda pair: not all(word in pair[1].title.lower() for word in words))
    return [(each, section, section.excerpt(words[0])) for each, section in found[:MOST_FOUND]]


@lru_cache(maxsize=64)
def _read(file: Path, _modified: int) -> Page:
    tokens = _markdown.parse(file.read_text("utf-8"))
    _lead(tokens)
    _label(tokens)
    sections = tuple(_sections(tokens))
    html = str(_markdown.renderer.render(tokens, _markdown.options, {}))
    return Page(file.stem, sections[0].title, html, sections)


def _lead(tokens: Sequence[Token]) -> None:
    """Have the links between files lead to the portal's pages."""
    for link in (child for token in tokens for child in token.children or () if child.type == "link_open"):
        href = str(link.attrs["href"])
        if named := _PAGE.fullmatch(href):
            link.attrs["href"] = address_of(named[1]) + (named[2] or "")
        elif href.startswith("http"):
            link.attrs["rel"] = "external"


def _label(tokens: Sequence[Token]) -> None:
    """Have each cell know its column, which a phone shows beside it."""
    heads: list[str] = []
    place = 0
    for token, inside in pairwise(tokens):
        if token.type == "table_open":
            heads = []
            token.attrs["class"] = "stacked"
        elif token.type == "tr_open":
            place = 0
        elif token.type == "th_open":
            heads.append(_text(inside))
        elif token.type == "td_open":
            token.attrs["data-label"] = heads[place]
            place += 1


def _sections(tokens: Sequence[Token]) -> list[Section]:
    begun: list[tuple[Token, list[str]]] = []
    for token, before in zip(tokens, [None, *tokens], strict=False):
        if token.type == "heading_open":
            begun.append((token, []))
        elif begun and token.type in {"inline", "fence"} and (before is None or before.type != "table_open"):
            begun[-1][1].append(_text(token))
    return [
        Section(str(head.attrs.get("id", "")), texts[0], " ".join(texts[1:]), int(head.tag[1])) for head, texts in begun
    ]


def _text(token: Token) -> str:
    return "".join(child.content or " " for child in token.children) if token.children else token.content


def _fence(tokens: Sequence[Token], index: int, *_: object) -> str:
    """A block of code, under the name of the file that it is."""
    token = tokens[index]
    code = f"<pre><code>{escape(token.content)}</code></pre>"
    name = re.search(r"\bfile=(\S+)", token.info)
    return f"<figure><figcaption>{escape(name[1])}</figcaption>{code}</figure>\n" if name else f"{code}\n"


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").use(anchors_plugin, max_level=4)
_markdown.renderer.rules["fence"] = _fence  # type: ignore[attr-defined]
