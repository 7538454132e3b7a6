"""Every setting of the deployment: an environment variable SOLDE_*, typed, read once.

A wrong one stops the start with a sentence that names it. README.md lists them all.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import date, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

_EX_CONFIG = 78
_DEVELOPMENT_SECRET = "development-only-secret-of-segur-solde"  # noqa: S105 - refused in production
_DATABASE = re.compile(r"sqlite://[^?].*|asyncpg://[^/?]*?(?::[0-9]+)?/[^/?]+(?:\?.*)?")
_STORAGE = re.compile(r"file:///[^?#]+|s3://[^/?#@]+(?:/[^?#]*)?")
# What makers of servers write in their examples.
_WELL_KNOWN = frozenset(
    {"admin", "changeme", "minioadmin", "password", "postgres", "redis", "secret", "solde", "valkey"}
)
_CONTACT = re.compile(r"mailto:[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+|https://[^\s/?#@]+[^\s]*")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")


class Settings(BaseSettings):
    """The settings of one deployment; each default is safe for a developer's machine."""

    model_config = SettingsConfigDict(env_prefix="SOLDE_", env_ignore_empty=True, extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(
        "development", description="`production` refuses to start on development secrets and on plain http"
    )
    secrets_dir: Path | None = Field(
        None, description="folder of settings in files, each named like its variable; a variable that is set wins"
    )
    secret_key: SecretStr = Field(
        SecretStr(_DEVELOPMENT_SECRET), description="keys the audit chain and the form tokens; 32 characters at least"
    )
    data_keys: list[SecretStr] = Field(
        [], description="Fernet keys of what is sealed in the database, as a JSON list: the first seals, all open"
    )
    audit_key: SecretStr = Field(SecretStr(""), description="keys the audit chain; empty: the secret key")
    data_dir: Path = Field(Path("var"), description="folder of the database, the documents and the mails in files")
    database_url: str = Field(
        "", description="`sqlite://path` or `asyncpg://user:password@host/name`; empty: SQLite in the data folder"
    )
    redis_url: str = Field("", description="Redis or Valkey of the queue; empty: the embedded one of `solde up`")
    base_url: str = Field(
        "http://127.0.0.1:8000", description="how users reach the portal: links in mails, Origin checks"
    )
    allowed_hosts: list[str] = Field([], description="further host names that may ask, as a JSON list")
    trusted_proxies: list[str] = Field(
        [], description="addresses or networks of the proxies whose `X-Forwarded-*` count, as a JSON list"
    )
    host: str = Field("127.0.0.1", description="address that the web process listens on")
    port: int = Field(8000, ge=1, le=65535, description="port that the web process listens on")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="port of `/metrics` alone; empty: on the site's port, for this machine only"
    )
    reminder_days: int = Field(10, ge=1, le=365, description="calendar days from sending back to the reminder")
    closing_days: int = Field(20, ge=2, le=366, description="calendar days from sending back to the end of the delay")
    working_days: bool = Field(
        False, description="the end of a delay on a week-end or a French public holiday waits for the next working day"
    )
    last_notice: bool = Field(False, description="one more mail on the day before the end of the delay")
    import_closes_at: datetime | None = Field(
        None, description="instant with offset from which imports are refused; empty: never"
    )
    max_upload_bytes: int = Field(20 * 1024 * 1024, ge=1024, le=2**31 - 1, description="largest document, in bytes")
    max_files_at_once: int = Field(20, ge=1, le=100, description="documents in one post or one import")
    document_types: Path | None = Field(
        None, description="YAML file of the types of documents, in place of those of the guide"
    )
    max_post_bytes: int = Field(
        200 * 1024 * 1024, ge=1024, le=2**40, description="documents of one post together, in bytes"
    )
    max_modification_files: int = Field(20, ge=1, le=1000, description="documents that one modification may add")
    max_modification_bytes: int = Field(
        100 * 1024 * 1024, ge=1024, le=2**31 - 1, description="documents that one modification adds together, in bytes"
    )
    max_request_bytes: int = Field(
        500 * 1024 * 1024, ge=1024, le=2**40, description="documents of one funding request together, in bytes"
    )
    max_daily_bytes: int = Field(
        2 * 1024**3, ge=1024, le=2**40, description="documents received from one supplier in 24 hours, in bytes"
    )
    storage_url: str = Field(
        "", description="`file:///folder` or `s3://bucket/prefix` of the documents; empty: `files/` in the data folder"
    )
    storage_endpoint: str = Field("", description="address of an S3-compatible service; empty: Amazon's")
    storage_region: str = Field("", description="region of the bucket; empty: that of the environment, or `us-east-1`")
    storage_access_key: str = Field("", description="access key of the bucket; empty: that of the environment")
    storage_secret_key: SecretStr = Field(SecretStr(""), description="secret key of the bucket")
    storage_encryption: Literal["none", "AES256", "aws:kms"] = Field(
        "none", description="encryption that the bucket is asked for, object by object"
    )
    storage_encryption_key: str = Field("", description="identifier of the key of `aws:kms`; empty: the bucket's own")
    storage_signed_urls: bool = Field(
        False, description="documents are downloaded from the bucket itself, by addresses that serve for a minute"
    )
    clamd_url: str = Field(
        "", description="antivirus: `unix:///path` or `tcp://host:port` of clamd; empty: documents are not scanned"
    )
    dropped_draft_days: int = Field(
        30, ge=0, le=3650, description="days after which the documents of a dropped draft are deleted for good"
    )
    verify_days: int = Field(30, ge=1, le=366, description="days within which every document is compared with its hash")
    keep_session_days: int = Field(
        1, ge=0, le=366, description="days after which the row of an ended session is deleted"
    )
    keep_account_days: int = Field(
        1095,
        ge=30,
        le=36500,
        description="days without a sign-in after which an account that no request needs is closed and emptied",
    )
    keep_event_days: int = Field(
        365, ge=30, le=36500, description="days after which the journal of accounts no longer says who, and from where"
    )
    keep_mail_days: int = Field(
        365, ge=30, le=36500, description="days after which the text of a mail that left is emptied"
    )
    keep_support_days: int = Field(
        1095, ge=30, le=36500, description="days after which messages to the Assistance are emptied"
    )
    keep_request_days: int = Field(
        3650,
        ge=365,
        le=36500,
        description="days after payment or rejection that a request keeps its documents, bank details and names",
    )
    session_hours: int = Field(12, ge=1, le=168, description="hours until a session ends, used or not")
    session_idle_minutes: int = Field(60, ge=5, le=1440, description="minutes until an unused session ends")
    token_days: int = Field(
        365, ge=1, le=3650, description="days that a new token of the API lasts, unless it is to end before"
    )
    attempts_per_account: int = Field(
        25, ge=5, le=1000, description="failed sign-ins of one account in 24 hours, two fifths of them in a row"
    )
    attempts_per_address: int = Field(
        50, ge=5, le=100_000, description="failed sign-ins from one address in a row, and in each hour after"
    )
    attempts_per_network: int = Field(
        200, ge=5, le=100_000, description="the same from one network (/24 of IPv4, /64 of IPv6)"
    )
    webhook_networks: list[str] = Field(
        [],
        description="further networks that webhooks may reach, by http too, as a JSON list; empty: public addresses "
        "by https",
    )
    keep_delivery_days: int = Field(
        30, ge=1, le=3650, description="days after which what a webhook was told leaves its delivery log"
    )
    max_query_characters: int = Field(
        65_536, ge=1000, le=1_000_000, description="characters of one GraphQL document, comments included"
    )
    max_query_tokens: int = Field(
        2000, ge=100, le=20_000, description="words and signs of one GraphQL document, without its comments"
    )
    max_query_depth: int = Field(
        25,
        ge=20,
        le=100,
        description="levels of braces inside one another in a GraphQL document, fragments written out",
    )
    max_query_fields: int = Field(
        1000, ge=300, le=10_000, description="fields of one GraphQL document, fragments written out"
    )
    max_query_repeats: int = Field(
        20, ge=5, le=100, description="times that one field may stand in the same place of a GraphQL document"
    )
    max_query_aliases: int = Field(
        30, ge=10, le=1000, description="aliases of one GraphQL document, fragments written out"
    )
    max_query_directives: int = Field(
        30, ge=10, le=1000, description="directives of one GraphQL document, fragments written out"
    )
    max_query_mutations: int = Field(10, ge=1, le=100, description="mutations of one GraphQL operation")
    max_query_points: int = Field(
        20_000, ge=6000, le=1_000_000, description="points of cost of one GraphQL operation: objects that it may return"
    )
    max_query_seconds: float = Field(20, gt=0, le=600, description="seconds until a GraphQL operation is stopped")
    points_per_caller: int = Field(
        60_000, ge=0, le=10**9, description="points of cost that a token or an account spends in a minute; 0: no bound"
    )
    points_per_address: int = Field(
        120_000,
        ge=0,
        le=10**9,
        description="the same for one address (a /64 of IPv6), whoever asks from it; 0: no bound",
    )
    requests_per_address: int = Field(
        3000,
        ge=0,
        le=10**9,
        description="requests of any kind from one address (a /64 of IPv6) in a minute; 0: no bound",
    )
    smtp_host: str = Field("", description="mail server; empty: mails become .eml files in the data folder")
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_user: str = Field("", description="account at the mail server")
    smtp_password: SecretStr = Field(SecretStr(""), description="password at the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="how the mail server is reached")
    mails_per_minute: int = Field(
        0, ge=0, le=100_000, description="mails that all workers together send in a minute; 0: no bound"
    )
    mail_from: str = Field("ne-pas-repondre@segur-solde.invalid", description="sender of every mail")
    assistance_url: str = Field("", description="where the Assistance utilisateur answers; empty: the help page")
    assistance_phone: str = Field(
        "", max_length=100, description="telephone number of the Assistance utilisateur, as people read it"
    )
    assistance_hours: str = Field(
        "", max_length=200, description="when the Assistance answers, as in `du lundi au vendredi, de 9 h à 18 h`"
    )
    enrolment_url: str = Field("", description="where « Demande d’inscription » and « Enrôlement » lead; empty: hidden")
    publisher: str = Field(
        "", max_length=500, description="legal notice: who publishes the portal, with address and telephone"
    )
    publication_director: str = Field(
        "", max_length=200, description="legal notice: who answers for what the portal publishes"
    )
    hosting: str = Field(
        "", max_length=500, description="legal notice: who hosts the portal, with address and telephone"
    )
    data_protection_contact: str = Field(
        "", description="where people ask about their personal data: `mailto:…` or `https://…`; empty: the Assistance"
    )
    accessibility_rate: int | None = Field(
        None,
        ge=0,
        le=100,
        description="percentage of the RGAA's criteria that an audit found respected; empty: no audit",
    )
    accessibility_audit: str = Field(
        "", max_length=300, description="who audited the accessibility, and when, as in `la société X, le 12/09/2026`"
    )
    accessibility_report: str = Field("", description="where the report of that audit is read")
    accessibility_date: date = Field(
        date(2026, 11, 22), description="day on which the accessibility statement was established"
    )
    maintenance: str = Field(
        "",
        max_length=500,
        description="while the portal is worked on, what every address answers, with 503; empty: open",
    )
    security_contact: str = Field(
        "", description="where a weakness is reported, in security.txt: `mailto:…` or `https://…`; empty: no such file"
    )
    sandbox: bool = Field(
        False, description="a portal to try things on: a banner, `travelTo`, `resetSandbox`, and no mail that leaves"
    )
    log_format: Literal["console", "json"] = Field("console", description="how log lines are written")

    @field_validator("import_closes_at")
    @classmethod
    def _has_an_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("needs an offset, as in 2026-12-31T14:00:00+01:00")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_known_database(cls, value: str) -> str:
        if value and not _DATABASE.fullmatch(value):
            raise ValueError("must be sqlite://path or asyncpg://user:password@host/name")
        return value

    @field_validator("data_keys")
    @classmethod
    def _are_keys(cls, value: list[SecretStr]) -> list[SecretStr]:
        for key in value:
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError("each must be 32 bytes in URL-safe base64, as `solde keys new` makes them") from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: list[str]) -> list[str]:
        for each in value:
            try:
                everybody = ip_network(each).prefixlen == 0
            except ValueError:
                everybody = True
            if everybody:
                raise ValueError("each must be an address or a network, as in 10.0.0.7 or 10.0.0.0/24")
        return value

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        try:
            return [str(ip_network(each)) for each in value]
        except ValueError:
            raise ValueError('must be networks, as in ["10.1.0.0/16"]') from None

    @field_validator("redis_url")
    @classmethod
    def _is_a_known_queue(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must be redis://host/0, rediss://host/0 or unix:///path")
        return value

    @field_validator("storage_url")
    @classmethod
    def _is_a_known_storage(cls, value: str) -> str:
        if value and not _STORAGE.fullmatch(value):
            raise ValueError("must be file:///folder or s3://bucket/prefix")
        return value

    @field_validator("clamd_url")
    @classmethod
    def _is_a_known_antivirus(cls, value: str) -> str:
        parts = urlsplit(value)
        is_socket = parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1
        is_server = parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path
        if value and not is_socket and not is_server:
            raise ValueError("must be unix:///path or tcp://host:port")
        return value

    @field_validator("assistance_url", "enrolment_url", "accessibility_report")
    @classmethod
    def _is_a_link(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"http", "https"}:
            raise ValueError("must be a link, as in https://aide.example.fr")
        return value

    @field_validator("security_contact", "data_protection_contact")
    @classmethod
    def _is_a_way_to_report(cls, value: str) -> str:
        if value and not _CONTACT.fullmatch(value):
            raise ValueError("must be mailto: and an address, or a link in https")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError("must be a mail address, as in solde@example.fr")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("must be an origin, as in https://solde.example.fr")
        return value.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _what_is_empty_is_not_set(cls, values: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in values.items() if value != ""}

    @model_validator(mode="before")
    @classmethod
    def _base_url_follows_the_port(cls, values: dict[str, object]) -> dict[str, object]:
        if "base_url" not in values and "port" in values:
            values["base_url"] = f"http://127.0.0.1:{values['port']}"
        return values

    @model_validator(mode="after")
    def _reminds_before_it_closes(self) -> Self:
        if self.reminder_days >= self.closing_days:
            raise ValueError("SOLDE_REMINDER_DAYS must be less than SOLDE_CLOSING_DAYS")
        return self

    @model_validator(mode="after")
    def _a_rate_names_who_found_it(self) -> Self:
        if self.accessibility_rate is not None and not self.accessibility_audit:
            raise ValueError("SOLDE_ACCESSIBILITY_RATE needs SOLDE_ACCESSIBILITY_AUDIT")
        return self

    @model_validator(mode="after")
    def _production_is_in_earnest(self) -> Self:
        if self.environment == "development":
            return self
        secret = self.secret_key.get_secret_value()
        needs = {
            "SOLDE_SECRET_KEY, 32 characters at least": secret == _DEVELOPMENT_SECRET or len(secret) < 32,
            "SOLDE_AUDIT_KEY, 32 characters at least": 0 < len(self.audit_key.get_secret_value()) < 32,
            "SOLDE_DATA_KEYS": not self.data_keys,
            "SOLDE_BASE_URL in https": not self.base_url.startswith("https://"),
            "SOLDE_SMTP_HOST": not self.smtp_host and not self.sandbox,
            "SOLDE_MAIL_FROM, an address of yours": self.mail_from.endswith(".invalid") and not self.sandbox,
            # What is tried out in a sandbox must reach nobody.
            "no SOLDE_SMTP_HOST in a sandbox": bool(self.smtp_host) and self.sandbox,
            **{f"{name}, a password of yours": not fine for name, fine in self._passwords_in_earnest().items()},
        }
        if any(needs.values()):
            raise ValueError("production needs " + "; ".join(need for need, lacks in needs.items() if lacks))
        return self

    def _passwords_in_earnest(self) -> dict[str, bool]:
        """Of each password of a server that is set or needed: is it one that not everybody would try first?"""
        database, queue = urlsplit(self.database_url), urlsplit(self.redis_url)
        accounts: dict[str, tuple[str | None, str]] = {
            "SOLDE_SMTP_PASSWORD": (self.smtp_user, self.smtp_password.get_secret_value()),
            "SOLDE_STORAGE_SECRET_KEY": (self.storage_access_key, self.storage_secret_key.get_secret_value()),
        }
        # For these two a certificate or a socket may stand in its place.
        accounts |= {"SOLDE_DATABASE_URL": (database.username, database.password)} if database.password else {}
        accounts |= {"SOLDE_REDIS_URL": (queue.username, queue.password)} if queue.password else {}
        return {
            name: bool(password) and password not in {user, *_WELL_KNOWN}
            for name, (user, password) in accounts.items()
            if user or password
        }

    @model_validator(mode="after")
    def _database_has_a_place(self) -> Self:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite://{self.data_dir / 'solde.sqlite3'}")
        return self

    @property
    def legal_notice(self) -> dict[str, str]:
        """What the law wants on the pages of whoever publishes them, by the setting that says it."""
        names = ("publisher", "publication_director", "hosting", "data_protection_contact")
        return {f"SOLDE_{name.upper()}": getattr(self, name) for name in names}

    @property
    def is_development(self) -> bool:
        """Are the shortcuts of a developer's machine allowed?"""
        return self.environment == "development"


def load() -> Settings:
    """The settings, or the end of the process with one line for each wrong one."""
    folder = os.environ.get("SOLDE_SECRETS_DIR") or None
    if folder and not Path(folder).is_dir():
        print("SOLDE_SECRETS_DIR: must be a folder that this process may read", file=sys.stderr)
        sys.exit(_EX_CONFIG)
    try:
        return Settings(_secrets_dir=folder)
    except ValidationError as error:
        for fault in error.errors():
            name = "SOLDE_" + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else "settings"
            print(f"{name}: {fault['msg'].removeprefix('Value error, ')}", file=sys.stderr)
    except SettingsError as error:
        print(_unreadable(error), file=sys.stderr)
    sys.exit(_EX_CONFIG)


def _unreadable(error: SettingsError) -> str:
    """The line about a value that could not be read: from its file, or as JSON."""
    if isinstance(error.__cause__, OSError):
        return f"SOLDE_SECRETS_DIR: {error.__cause__.filename}: {error.__cause__.strerror}"
    # Its only words of use are the field's name.
    name = str(error).split('"')[1]
    return f'SOLDE_{name.upper()}: must be JSON, as in ["solde.example.fr"]'


settings = load()
