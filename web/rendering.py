"""How a page becomes HTML: Jinja2 with escaping on and no undefined name forgiven."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from settings import settings
from web.origin import csrf_token, remember_visitor
from web.typography import FILTERS, TESTS, French

_WEB = Path(__file__).parent
STATIC = _WEB / "static"
PICTURES = _WEB.parent / "docs/screenshots"

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
    "max_upload_bytes",
    "max_files_at_once",
    "reminder_days",
    "closing_days",
    "keep_session_days",
    "keep_account_days",
    "keep_event_days",
    "keep_mail_days",
    "keep_support_days",
    "keep_request_days",
)
PUBLIC_SETTINGS = SimpleNamespace(**{name: getattr(settings, name) for name in _PUBLIC})


def static_file(name: str) -> Path:
    """Where a static file is: the pictures of our own pages are those of the documentation."""
    folder, _, picture = name.partition("/")
    return PICTURES / picture if folder == "captures" else STATIC / name


def asset(name: str) -> str:
    """The address of a static file, changing with its content so that browsers may keep it for ever."""
    file = static_file(name)
    return f"/static/{name}?v={_fingerprint(file, file.stat().st_mtime_ns)}"


@lru_cache(maxsize=256)
def _fingerprint(file: Path, _modified: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.is_development,
        extensions=[French],
    )
    environment.filters |= FILTERS
    environment.tests |= TESTS
    environment.globals |= {"asset": asset, "settings": PUBLIC_SETTINGS}
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

    Every template also knows `http`, `viewer` (who is signed in, or None), `as_of` and `csrf_token()`.
    """
    html = templates.get_template(template).render(
        http=http,
        viewer=getattr(http.state, "viewer", None),
        as_of=getattr(http.state, "as_of", None),
        csrf_token=partial(csrf_token, http),
        **data,
    )
    response = HTMLResponse(html, status, headers=headers)
    remember_visitor(http, response)
    return response
