"""The blocks of code in the API's documentation, and what each is for, by its language and the words after it.

`bash` is run, all of a page as one script; a block with `file=NAME` is a file of the folder that it runs in; `graphql`
is checked against the schema (a sandbox's when it says so), `json` is read; `console`, `text` and `http` are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

from web.manual import FOLDER

PAGES = sorted(file.stem for file in FOLDER.glob("*.md"))
LANGUAGES = {"bash", "console", "graphql", "http", "javascript", "json", "python", "text", "typescript"}


@dataclass(frozen=True)
class Block:
    """One of them, and where it stands."""

    page: str
    line: int
    info: str
    text: str

    @property
    def language(self) -> str:
        return self.info.partition(" ")[0]

    @property
    def file(self) -> str | None:
        """The file that it is, when it is one."""
        found = re.search(r"\bfile=(\S+)", self.info)
        return found[1] if found else None

    def __str__(self) -> str:
        return f"{self.page}.md:{self.line}"


def blocks(page: str) -> list[Block]:
    """Those of one page, in their order."""
    tokens = MarkdownIt().parse((FOLDER / f"{page}.md").read_text())
    fences = (token for token in tokens if token.type in {"fence", "code_block"})
    return [Block(page, (token.map or [0])[0] + 1, token.info.strip(), token.content) for token in fences]


def script(page: str) -> str:
    """What a reader of that page types, one block after the other."""
    return "\n".join(block.text for block in blocks(page) if block.language == "bash" and not block.file)


EVERY = [block for page in PAGES for block in blocks(page)]
