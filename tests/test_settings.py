"""Settings: safe defaults, and a start that stops with one clear line when one is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import Settings, load

ROOT = Path(__file__).parent.parent
PRODUCTION = {
    "SOLDE_ENVIRONMENT": "production",
    "SOLDE_SECRET_KEY": "k" * 32,
    "SOLDE_DATA_KEYS": '["a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="]',
    "SOLDE_BASE_URL": "https://solde.example.fr",
    "SOLDE_SMTP_HOST": "smtp.example.fr",
    "SOLDE_MAIL_FROM": "solde@example.fr",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without a setting."""
    for name in [name for name in os.environ if name.startswith("SOLDE_")]:
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def refusal(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """The lines with which a start on these variables is refused."""

    def lines(**variables: str) -> list[str]:
        for name, value in variables.items():
            environment.setenv(name, value)
        with pytest.raises(SystemExit) as stop:
            load()
        assert stop.value.code == 78
        said = capsys.readouterr()
        assert said.out == ""
        return said.err.splitlines()

    return lines


@pytest.fixture
def started(environment: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """The settings of a start on these variables."""

    def read(**variables: str) -> Settings:
        for name, value in variables.items():
            environment.setenv(name, value)
        return load()

    return read


Refusal = Callable[..., list[str]]
Started = Callable[..., Settings]


def test_nothing_needs_to_be_set_on_a_developers_machine(started: Started) -> None:
    settings = started()
    assert settings.is_development
    assert settings.data_dir == Path("var")
    assert settings.database_url == "sqlite://var/solde.sqlite3"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.host == "127.0.0.1"
    assert (settings.reminder_days, settings.closing_days) == (10, 20)
    assert settings.max_upload_bytes == 20 * 1024 * 1024
    assert settings.import_closes_at is None


def test_the_data_folder_takes_the_database_along_and_the_port_the_address(started: Started) -> None:
    settings = started(SOLDE_DATA_DIR="/srv/solde", SOLDE_PORT="8123")
    assert settings.database_url == "sqlite:///srv/solde/solde.sqlite3"
    assert settings.base_url == "http://127.0.0.1:8123"


def test_a_variable_that_is_empty_is_not_set(started: Started) -> None:
    assert started(SOLDE_SECRET_KEY="", SOLDE_PORT="", SOLDE_DATABASE_URL="") == Settings()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://var/solde.sqlite3",
        "sqlite:////srv/solde.sqlite3",
        "asyncpg://solde:p%40ss@db.example.fr:5432/solde?ssl=require",
        "asyncpg://solde@db/solde",
        "asyncpg:///solde",
    ],
)
def test_a_database_can_be_named_in_every_usual_way(started: Started, url: str) -> None:
    assert started(SOLDE_DATABASE_URL=url).database_url == url


def test_an_address_that_is_set_wins_over_the_port(started: Started) -> None:
    assert started(SOLDE_BASE_URL="https://solde.example.fr/", SOLDE_PORT="8123").base_url == "https://solde.example.fr"


def test_a_rate_of_accessibility_names_who_found_it(refusal: Refusal) -> None:
    assert refusal(SOLDE_ACCESSIBILITY_RATE="72") == [
        "settings: SOLDE_ACCESSIBILITY_RATE needs SOLDE_ACCESSIBILITY_AUDIT"
    ]


def test_a_process_stops_before_it_has_begun() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SOLDE_")}
    process = subprocess.run(
        [sys.executable, "-c", "import settings; print('begun')"],
        cwd=ROOT,
        env=clean | {"SOLDE_PORT": "0", "SOLDE_SMTP_PORT": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout) == (78, "")
    assert [line.split(": ")[0] for line in process.stderr.splitlines()] == ["SOLDE_PORT", "SOLDE_SMTP_PORT"]


@pytest.mark.parametrize(
    ("name", "value", "about"),
    [
        ("SOLDE_ENVIRONMENT", "staging", "'development' or 'production'"),
        ("SOLDE_DATABASE_URL", "mysql://host/base", "sqlite://"),
        ("SOLDE_DATABASE_URL", "postgresql://host/base", "asyncpg://"),
        ("SOLDE_DATABASE_URL", "sqlite://", "sqlite://path"),
        ("SOLDE_DATABASE_URL", "asyncpg://user@host", "host/name"),
        ("SOLDE_REDIS_URL", "127.0.0.1:6379", "redis://"),
        ("SOLDE_STORAGE_URL", "/srv/documents", "file:///folder"),
        ("SOLDE_STORAGE_URL", "file://documents", "file:///folder"),
        ("SOLDE_STORAGE_URL", "https://bucket.example.fr", "s3://bucket/prefix"),
        ("SOLDE_STORAGE_ENCRYPTION", "aes", "AES256"),
        ("SOLDE_CLAMD_URL", "127.0.0.1:3310", "tcp://host:port"),
        ("SOLDE_CLAMD_URL", "tcp://antivirus", "tcp://host:port"),
        ("SOLDE_CLAMD_URL", "unix://run/clamd.sock", "unix:///path"),
        ("SOLDE_BASE_URL", "solde.example.fr", "origin"),
        ("SOLDE_BASE_URL", "https://solde.example.fr/portail", "origin"),
        ("SOLDE_ALLOWED_HOSTS", "solde.example.fr", "JSON"),
        ("SOLDE_WEBHOOK_NETWORKS", '["10.1.0.0/33"]', "networks"),
        ("SOLDE_PORT", "0", "greater than or equal to 1"),
        ("SOLDE_PORT", "http", "integer"),
        ("SOLDE_REMINDER_DAYS", "0", "greater than or equal to 1"),
        ("SOLDE_IMPORT_CLOSES_AT", "2026-12-31T14:00:00", "offset"),
        ("SOLDE_IMPORT_CLOSES_AT", "demain", "datetime"),
        ("SOLDE_MAX_UPLOAD_BYTES", "20 Mo", "integer"),
        ("SOLDE_SESSION_HOURS", "1000", "less than or equal to 168"),
        ("SOLDE_SMTP_PORT", "70000", "less than or equal to 65535"),
        ("SOLDE_SMTP_SECURITY", "ssl", "'starttls'"),
        ("SOLDE_MAIL_FROM", "Portail", "mail address"),
        ("SOLDE_ASSISTANCE_URL", "javascript:alert(1)", "link"),
        ("SOLDE_ENROLMENT_URL", "inscription", "link"),
        ("SOLDE_SECURITY_CONTACT", "securite@example.fr", "mailto:"),
        ("SOLDE_SECURITY_CONTACT", "http://example.fr/signaler", "https"),
        ("SOLDE_SECURITY_CONTACT", "mailto:a@example.fr\nExpires: never", "mailto:"),
        ("SOLDE_LOG_FORMAT", "xml", "'console' or 'json'"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(
    refusal: Refusal, name: str, value: str, about: str
) -> None:
    (line,) = refusal(**{name: value})
    assert line.startswith(f"{name}: ")
    assert about in line


def test_every_wrong_setting_has_its_line(refusal: Refusal) -> None:
    lines = refusal(SOLDE_PORT="0", SOLDE_REMINDER_DAYS="dix")
    assert {line.split(":")[0] for line in lines} == {"SOLDE_PORT", "SOLDE_REMINDER_DAYS"}


def test_the_reminder_comes_before_the_end_of_the_delay(refusal: Refusal) -> None:
    lines = refusal(SOLDE_REMINDER_DAYS="20", SOLDE_CLOSING_DAYS="20")
    assert lines == ["settings: SOLDE_REMINDER_DAYS must be less than SOLDE_CLOSING_DAYS"]


def test_production_starts_once_it_has_secrets_and_addresses_of_its_own(started: Started) -> None:
    assert not started(**PRODUCTION).is_development


def test_production_names_everything_that_it_lacks_at_once(refusal: Refusal) -> None:
    (line,) = refusal(SOLDE_ENVIRONMENT="production")
    assert all(name in line for name in PRODUCTION if name != "SOLDE_ENVIRONMENT")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOLDE_SECRET_KEY", None),
        ("SOLDE_SECRET_KEY", ""),
        ("SOLDE_SECRET_KEY", "k" * 31),
        ("SOLDE_SECRET_KEY", "development-only-secret-of-segur-solde"),
        ("SOLDE_DATA_KEYS", None),
        ("SOLDE_DATA_KEYS", '["k"]'),
        ("SOLDE_BASE_URL", None),
        ("SOLDE_BASE_URL", "http://solde.example.fr"),
        ("SOLDE_SMTP_HOST", None),
        ("SOLDE_MAIL_FROM", None),
        ("SOLDE_AUDIT_KEY", "k" * 31),
        ("SOLDE_DATABASE_URL", "asyncpg://solde:solde@db/solde"),
        ("SOLDE_DATABASE_URL", "asyncpg://portail:portail@db/solde"),
        ("SOLDE_DATABASE_URL", "asyncpg://portail:postgres@db/solde"),
        ("SOLDE_REDIS_URL", "redis://:redis@queue/0"),
        ("SOLDE_SMTP_PASSWORD", "changeme"),
        ("SOLDE_STORAGE_SECRET_KEY", "minioadmin"),
    ],
)
def test_production_refuses_what_only_development_may_use(refusal: Refusal, name: str, value: str | None) -> None:
    variables = {other: given for other, given in PRODUCTION.items() if other != name}
    (line,) = refusal(**variables, **({} if value is None else {name: value}))
    assert name in line


@pytest.mark.parametrize(
    ("account", "password"),
    [("SOLDE_SMTP_USER", "SOLDE_SMTP_PASSWORD"), ("SOLDE_STORAGE_ACCESS_KEY", "SOLDE_STORAGE_SECRET_KEY")],
)
def test_production_wants_a_password_beside_an_account(refusal: Refusal, account: str, password: str) -> None:
    (line,) = refusal(**PRODUCTION, **{account: "portail"})
    assert password in line
    (line,) = refusal(**{password: "portail"})
    assert password in line


def test_a_server_that_knows_its_clients_otherwise_needs_no_password(started: Started) -> None:
    settings = started(
        **PRODUCTION, SOLDE_DATABASE_URL="asyncpg://solde@db/solde", SOLDE_REDIS_URL="unix:///run/valkey.sock"
    )
    assert not settings.is_development


def test_a_sandbox_in_production_sends_no_mail(started: Started, refusal: Refusal) -> None:
    assert refusal(**PRODUCTION, SOLDE_SANDBOX="true") == ["settings: production needs no SOLDE_SMTP_HOST in a sandbox"]
    assert started(SOLDE_SMTP_HOST="", SOLDE_MAIL_FROM="").sandbox


def test_no_secret_has_a_default_in_production(environment: pytest.MonkeyPatch) -> None:
    """But for the one that production refuses, a secret that is not set is empty, or there is none."""
    secrets = {
        name: field.default
        for name, field in Settings.model_fields.items()
        if "SecretStr" in str(field.annotation) and field.default not in (SecretStr(""), [])
    }
    assert secrets == {"secret_key": SecretStr("development-only-secret-of-segur-solde")}


def test_every_setting_may_come_from_a_file(started: Started, tmp_path: Path) -> None:
    for name, value in PRODUCTION.items():
        (tmp_path / name).write_text(value + "\n")
    (tmp_path / "solde_smtp_password").write_text("phrase de passe du relais\n")
    settings = started(SOLDE_SECRETS_DIR=str(tmp_path), SOLDE_BASE_URL="https://autre.example.fr")
    assert not settings.is_development
    assert settings.secret_key.get_secret_value() == "k" * 32
    assert [key.get_secret_value() for key in settings.data_keys] == ["a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="]
    assert settings.smtp_password.get_secret_value() == "phrase de passe du relais"
    assert settings.base_url == "https://autre.example.fr"


def test_an_empty_file_sets_nothing(started: Started, tmp_path: Path) -> None:
    (tmp_path / "SOLDE_SECRET_KEY").write_text("\n")
    settings = started(SOLDE_SECRETS_DIR=str(tmp_path))
    assert settings.secret_key == Settings().secret_key


@pytest.mark.parametrize("name", ["absent", "file"])
def test_a_folder_of_secrets_that_is_none_stops_the_start(refusal: Refusal, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    lines = refusal(SOLDE_SECRETS_DIR=str(tmp_path / name))
    assert lines == ["SOLDE_SECRETS_DIR: must be a folder that this process may read"]


def test_a_file_of_secrets_that_is_no_json_is_named_without_what_it_holds(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "SOLDE_DATA_KEYS").write_text("clef-recopiee-de-travers")
    (line,) = refusal(SOLDE_SECRETS_DIR=str(tmp_path))
    assert line.startswith("SOLDE_DATA_KEYS: must be JSON")


def test_a_file_of_secrets_that_cannot_be_read_stops_the_start(
    refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "SOLDE_SECRET_KEY").write_text("k" * 32)

    def closed(path: Path, **_how: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", closed)
    (line,) = refusal(SOLDE_SECRETS_DIR=str(tmp_path))
    assert line.startswith("SOLDE_SECRETS_DIR: ")
    assert line.endswith("SOLDE_SECRET_KEY: Permission denied")


def test_no_secret_is_ever_printed(refusal: Refusal, started: Started) -> None:
    assert "trop-court" not in "".join(refusal(**(PRODUCTION | {"SOLDE_SECRET_KEY": "trop-court", "SOLDE_PORT": "x"})))
    settings = started(SOLDE_SECRET_KEY="k" * 32, SOLDE_SMTP_PASSWORD="motdepasse", SOLDE_PORT="8000")
    assert "k" * 32 not in repr(settings)
    assert "motdepasse" not in repr(settings)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
