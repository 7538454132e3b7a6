"""How a mail is written: one folder per kind with its subject, its text and its HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.ext import Extension

from models import typography
from models.changes import WITHOUT_ACTION
from models.emails import SENDER, EmailKind
from settings import settings

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_SUBJECT = 250

_BREAKS_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Letter:
    """A mail as it is read, whoever it is for."""

    subject: str
    text: str
    html: str


class French(Extension):
    """Templates are written with plain spaces: their source takes non-breaking ones when it is loaded."""

    def preprocess(self, source: str, *_: Any, **__: Any) -> str:
        return typography.french(source)


def render(kind: EmailKind, **facts: Any) -> Letter:
    """The mail of that kind; a fact that its templates need and do not get is an error."""
    facts["subject"] = one_line(_tried(_write(kind, "subject.txt", facts)))
    return Letter(facts["subject"], _write(kind, "body.txt", facts), _write(kind, "body.html", facts))


def _tried(subject: str) -> str:
    """A subject that says, in a sandbox, that nothing of it is real."""
    return f"[bac à sable] {subject}" if settings.sandbox else subject


def _write(kind: EmailKind, part: str, facts: dict[str, Any]) -> str:
    return _environment.get_template(f"{kind.value.lower()}/{part}").render(facts).strip() + "\n"


def one_line(subject: str) -> str:
    """A subject that cannot carry a second header."""
    return _BREAKS_A_LINE.sub(" ", subject).strip(" ")[:LONGEST_SUBJECT]


def _make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], ["txt"], default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[French],
    )
    for name in ("day", "deadline", "long_day", "moment", "quantity", "short_moment", "size"):
        environment.filters[name] = getattr(typography, name)
    environment.globals |= {"without_action": WITHOUT_ACTION, "portal_name": SENDER}
    return environment


_environment = _make_environment()
