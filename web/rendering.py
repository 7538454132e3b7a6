"""How a page becomes HTML: Jinja2 with escaping on and no undefined name forgiven."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from starlette.requests import Request
from starlette.responses import HTMLResponse

from models.changes import NOTHING_TO_CONFIRM, WITHOUT_ACTION, overdue
from models.document_words import FOR_SCRIPTS
from models.emails import SENDER
from settings import settings
from web.assets import PICTURES as PICTURES
from web.assets import asset
from web.origin import csrf_token, remember_visitor
from web.typography import FILTERS, TESTS, French

_WEB = Path(__file__).parent
COLOURS = frozenset({"light", "dark"})
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)

# What templates may know of the deployment, and no more: no secret can reach a page.
_PUBLIC = (
    "base_url",
    "is_development",
    "assistance_url",
    "assistance_phone",
    "assistance_hours",
    "enrolment_url",
    "publisher",
    "publication_director",
    "hosting",
    "data_protection_contact",
    "accessibility_rate",
    "accessibility_audit",
    "accessibility_report",
    "accessibility_date",
    "max_upload_bytes",
    "max_files_at_once",
    "reminder_days",
    "closing_days",
    "working_days",
    "last_notice",
    "sandbox",
    "session_idle_minutes",
    "keep_session_days",
    "keep_account_days",
    "keep_event_days",
    "keep_mail_days",
    "keep_support_days",
    "keep_request_days",
)
PUBLIC_SETTINGS = SimpleNamespace(**{name: getattr(settings, name) for name in _PUBLIC})


def colours(http: Request) -> str:
    """What was chosen on this browser, one of COLOURS; nothing follows the device."""
    chosen = http.cookies.get("affichage", "")
    return chosen if chosen in COLOURS else ""


def assistance() -> str:
    """Where « Contacter l’assistance » leads."""
    return PUBLIC_SETTINGS.assistance_url or "/aide#assistance"


class Flush(Extension):
    """Pages leave without the indentation of their templates, which would be a tenth of them."""

    def preprocess(self, source: str, *_: Any, **__: Any) -> str:
        return _INDENTATION.sub("", source)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.is_development,
        extensions=[French, Flush],
    )
    environment.filters |= FILTERS
    environment.tests |= TESTS
    environment.globals |= {"asset": asset, "assistance": assistance, "settings": PUBLIC_SETTINGS}
    environment.globals["portal_name"] = SENDER
    environment.globals |= {"document_words": FOR_SCRIPTS, "nothing_to_confirm": NOTHING_TO_CONFIRM}
    environment.globals |= {"without_action": WITHOUT_ACTION, "overdue": overdue}
    return environment


templates = _environment()


def render(
    http: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **data: Any,
) -> HTMLResponse:
    """The page that `template` makes of `data`.

    Every template also knows `http`, `viewer` (who is signed in, or None), `as_of`, `csrf_token()` and `colours`.
    """
    html = templates.get_template(template).render(
        http=http,
        viewer=getattr(http.state, "viewer", None),
        as_of=getattr(http.state, "as_of", None),
        csrf_token=partial(csrf_token, http),
        colours=colours(http),
        **data,
    )
    response = HTMLResponse(html, status, headers=headers)
    remember_visitor(http, response)
    return response
