"""Log lines: one per transition, mail or failure, on the error output, in UTC."""

from __future__ import annotations

import json
import logging
import sys

import structlog

from settings import settings
from tasks.redaction import redact, scrub


def configure(level: int = logging.INFO) -> None:
    """Write the lines as the settings say; standard output is for what a command answers."""
    # A plain traceback: the richer one prints the values of local variables, and with them people's data.
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    if settings.log_format == "json":
        # Text of users stays inside its JSON string: no line of it can pass for a line of ours.
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            # Last, so that it sees all that is written.
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # The libraries' own lines: only what needs somebody.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacted("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _Redacted(logging.Formatter):
    """A library's line: without secrets, and one JSON object where all are."""

    def format(self, record: logging.LogRecord) -> str:
        text = scrub(super().format(record))
        if settings.log_format == "json":
            return json.dumps({"event": text, "level": record.levelname.lower()}, ensure_ascii=False)
        return text
