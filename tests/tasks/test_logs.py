"""Log lines are for machines and people, and a user's text cannot forge one."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
import structlog
from cryptography.fernet import Fernet

from tasks import logs
from tasks.redaction import scrub


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


SECRETS = {
    "an address": "pascal.breton@axyus.com",
    "an IBAN": "FR7630006000011234567890189",
    "an IBAN in fours": "FR76 3000 6000 0112 3456 7890 189",
    "a foreign IBAN": "BE68539007547034",
    "a token": "solde_Yq3vN0x1bUuGqk5bJ0R1c3vX8wq1m2n3o4p5q6r7s8t",
    "a session": "Yq3vN0x1bUuGqk5bJ0R1c3vX8wq1m2n3o4p5q6r7s8t",
    "a session without any digit": "xuDeIjNeWOKyjgugHgyuegBBTNQZnMpltyHEwuHoHvo",
    "a webhook's secret": "whsec_oL5+9/kq/Yq3vN0x1bUuGqk5bJ0R+1c3vX8/wq1m2n0=",
    "a code on paper": "k3mq7w-xw2bbn-5tgh6y-ua4cde",
    "a link": "0f8fad5bd9cb469fa16570867728950e.1691411520." + "ab" * 32,
    "a sealed value": Fernet(Fernet.generate_key()).encrypt(b"x").decode(),
    "a basic password": "Basic cG91bGF0OnF1YXRyZQ==",
}
HARMLESS = [
    "FINSAS008539M1",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "ab/cd/" + "0f" * 16,
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "<0f8fad5b-d9cb-469f-a165-70867728950e@solde.example.fr>",
    "2023-08-07T12:32:00+00:00",
    "test_an_index_is_put_back_although_a_longer_name_is_mentioned",
    "AB12-CD34",
    "Connection refused by 127.0.0.1:587",
]


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_what_is_secret_is_taken_out_wherever_it_stands(secret: str) -> None:
    for text in (secret, f"550 5.1.1 <{secret}>: refused", f"/reinitialisation/{secret}?a=1", f"x='{secret}'"):
        assert secret not in scrub(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_helps_and_hurts_nobody_stays(text: str) -> None:
    assert scrub(f"seen {text} here") == f"seen {text} here"


def test_the_password_of_an_address_is_taken_out_and_its_host_stays() -> None:
    assert scrub("asyncpg://solde:p%40ss@db:5432/solde") == "asyncpg://[removed]@db:5432/solde"


def test_what_a_database_or_a_validator_quotes_is_taken_out() -> None:
    assert scrub("DETAIL:  Key (name)=(Pascal Breton) already exists.") == "DETAIL: [removed]"
    assert "Pascal" not in scrub("[type=string, input_value='Pascal Breton', input_type=str]")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_line_holds_what_is_secret_by_its_name_or_by_its_look(
    setting: Callable[[str, object], None], capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    setting("log_format", log_format)
    logs.configure()
    try:
        raise RuntimeError(f"no room for {SECRETS['an IBAN']}")
    except RuntimeError:
        structlog.get_logger().exception(
            "failed", password="hunter2", facts={"to": [SECRETS["an address"]], "reset_link": "/x/hunter2"}
        )
    written = capsys.readouterr().err
    assert "RuntimeError: no room for [removed]" in written
    assert not [secret for secret in (*SECRETS.values(), "hunter2") if secret in written]


def test_lines_of_libraries_go_the_same_way(setting: Callable[[str, object], None]) -> None:
    record = logging.LogRecord("lib", logging.ERROR, "f", 1, "%s\n{}", (SECRETS["an address"],), None)
    formatter = logs._Redacted("%(levelname)s %(name)s %(message)s")
    assert formatter.format(record) == "ERROR lib [removed]\n{}"
    setting("log_format", "json")
    assert json.loads(formatter.format(record)) == {"event": "ERROR lib [removed]\n{}", "level": "error"}
