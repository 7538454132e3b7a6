"""Under which conditions each state is looked at: with and without JavaScript, on three widths, in both themes."""

from __future__ import annotations

import os
from itertools import product
from typing import Literal, NamedTuple

WIDTHS = (320, 768, 1280)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


class Conditions(NamedTuple):
    """How a page is looked at."""

    javascript: bool
    width: int
    theme: Theme

    def __str__(self) -> str:
        return f"{'with' if self.javascript else 'without'} JavaScript, {self.width} px, {self.theme}"


EVERY = [Conditions(*each) for each in product((True, False), WIDTHS, THEMES)]


def conditions(turn: int, javascript: bool | None = None) -> list[Conditions]:
    """Those of the state that has this turn: every one with SOLDE_TEST_EVERY=1, else pairwise.

    Pairwise, each state meets every width, both themes, and a browser with JavaScript and one without; from turn to
    turn these are combined otherwise, so that the whole walk meets every pair of two conditions as well.
    A state that only one of the two browsers can be in says so.
    """
    chosen = EVERY if os.environ.get("SOLDE_TEST_EVERY") else _pairwise(turn)
    if javascript is None:
        return chosen
    return list(dict.fromkeys(each._replace(javascript=javascript) for each in chosen))


def _pairwise(turn: int) -> list[Conditions]:
    return [
        Conditions((turn + step) % 2 == 0, width, THEMES[(turn // 2 + step) % 2]) for step, width in enumerate(WIDTHS)
    ]
