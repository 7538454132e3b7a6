"""The operations that managers open ready made: a file of web/console/ each, whose first line is its title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER = Path(__file__).parent / "console"
_VARIABLE = re.compile(r"\$(\w+)\s*:\s*([\w!\[\]]+(?:\s*=)?)")
# What comes first in the folder has a tab of its own from the start; the rest opens on demand.
_LAST_OF_THE_MAIN: Final = "8"


@dataclass(frozen=True)
class ReadyMade:
    """One operation: its address in GraphiQL is `?modele=name`, its tab bears the operation's own name."""

    rank: str
    name: str
    title: str
    text: str

    @property
    def writes(self) -> bool:
        return "\nmutation " in self.text

    @property
    def main(self) -> bool:
        """Does it stand in a tab from the start?"""
        return self.rank <= _LAST_OF_THE_MAIN

    @property
    def variables(self) -> dict[str, str]:
        """The type of each variable that it declares, with the sign of its default if it has one."""
        return dict(_VARIABLE.findall(self.text.partition("{\n")[0]))


def _read(file: Path) -> ReadyMade:
    rank, _, name = file.stem.partition("-")
    text = file.read_text("utf-8")
    return ReadyMade(rank, name, text.partition("\n")[0].removeprefix("# "), text)


READY_MADE = [_read(file) for file in sorted(FOLDER.glob("*.graphql"))]
