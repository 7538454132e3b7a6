"""Log lines are for machines and people, and a user's text cannot forge one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
import structlog

from tasks import logs


@pytest.fixture(autouse=True)
def configuration() -> Iterator[None]:
    """Whatever a test configures, the others find what they had."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_line_of_json_holds_whatever_a_user_wrote(
    setting: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    setting("log_format", "json")
    logs.configure()
    structlog.get_logger().info("email_sent", error='é\n{"event": "forged"}')
    [line] = capsys.readouterr().err.splitlines()
    written = json.loads(line)
    assert (written["event"], written["error"]) == ("email_sent", 'é\n{"event": "forged"}')
    assert written["timestamp"].endswith("Z")


def test_a_failure_is_told_with_its_cause_and_standard_output_stays_free(
    setting: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    setting("log_format", "json")
    logs.configure()
    try:
        raise RuntimeError("disk full")
    except RuntimeError:
        structlog.get_logger().exception("sweep_failed", part="files")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "RuntimeError: disk full" in json.loads(captured.err)["exception"]


def test_the_console_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().info("email_sent", kind="MODIFICATION_REQUESTED")
    structlog.get_logger().debug("nobody_cares")
    [line] = capsys.readouterr().err.splitlines()
    assert "email_sent" in line
    assert "kind=MODIFICATION_REQUESTED" in line
