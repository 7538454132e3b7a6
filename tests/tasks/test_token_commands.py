"""Tokens on the command line: issued, listed, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from models import ApiToken, Event
from models.actors import Actor
from models.deadlines import PARIS
from models.events import EventKind
from models.tokens import TokenRefused
from models.typography import NBSP
from resolvers.tokens import authenticate_token
from settings import settings
from tests.tasks.test_commands import EXAMPLE, SIRET, deployment, look, solde

__all__ = ["deployment"]


def issued(*options: str) -> str:
    """The secret of a token that reads all."""
    return solde("token", "issue", "--name", "ASP", "--scope", "read", *options).stdout.strip()


def listed() -> list[str]:
    """The columns of the only token."""
    _, row = solde("token", "list").stdout.splitlines()
    return row.split("\t")


def test_token_issue_answers_the_token_alone() -> None:
    solde("import", EXAMPLE)
    result = solde("token", "issue", "--name", "Éditeur", "--siret", SIRET, "--scope", "write")
    assert result.exit_code == 0
    [secret] = result.stdout.splitlines()
    [told] = result.stderr.replace(NBSP, " ").splitlines()
    assert told.startswith("Jeton « Éditeur » (read, write), jusqu’au ")
    assert secret not in told

    async def whose() -> tuple[Actor, list[str]]:
        return await authenticate_token(secret, as_of=datetime.now(UTC)), (await ApiToken.get()).scopes

    actor, scopes = look(whose)
    assert (actor.name, scopes) == ("Éditeur", ["READ", "WRITE"])


@pytest.mark.parametrize("scope", ["read", "manage"])
def test_token_issue_without_a_supplier_reads_all_or_manages(scope: str) -> None:
    assert solde("token", "issue", "--name", "ASP", "--scope", scope).exit_code == 0


def test_a_token_is_listed_without_its_secret_and_ends_once_it_is_revoked() -> None:
    secret = issued()
    columns = listed()
    assert secret not in columns
    assert columns[1:5] == ["ASP", "read", "", "valable"]
    assert columns[8:] == [secret[-4:], "Ligne de commande"]

    async def opens() -> bool:
        try:
            return bool(await authenticate_token(secret, as_of=datetime.now(UTC)))
        except TokenRefused:
            return False

    assert look(opens)
    assert solde("token", "revoke", columns[0]).exit_code == 0
    assert not look(opens)
    assert listed()[4] == "révoqué"

    async def told() -> list[EventKind]:
        return [event.kind for event in await Event.filter(request_id=None, user_id=None).order_by("position")]

    assert look(told)[-2:] == [EventKind.TOKEN_ISSUED, EventKind.TOKEN_REVOKED]


def test_a_token_ends_within_a_year_on_the_day_given_or_never() -> None:
    day = datetime.now(UTC) + timedelta(days=30)
    for options in ([], ["--expires-on", f"{day:%Y-%m-%d}"], ["--without-end"]):
        assert solde("token", "issue", "--name", "ASP", "--scope", "read", *options).exit_code == 0

    async def ends() -> list[datetime | None]:
        return [token.expires_at for token in await ApiToken.all().order_by("created_at")]

    usual, given, never = look(ends)
    assert usual
    assert given
    assert (usual - datetime.now(UTC)).days in {settings.token_days, settings.token_days - 1}
    # To the end of that day, in Paris: whatever the hour at which this runs.
    assert given == datetime(day.year, day.month, day.day, tzinfo=PARIS) + timedelta(days=1)
    assert never is None


@pytest.mark.parametrize("options", [["--expires-on", "1999-12-31"], ["--expires-on", "9999-12-31"]])
def test_a_day_that_is_past_or_too_far_is_refused(options: list[str]) -> None:
    result = solde("token", "issue", "--name", "ASP", "--scope", "read", *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "expiresOn" in result.stderr


def test_an_end_given_and_taken_back_is_a_wrong_use() -> None:
    options = ["--expires-on", "2030-01-01", "--without-end"]
    assert solde("token", "issue", "--name", "ASP", "--scope", "read", *options).exit_code == 2


def test_a_token_is_revoked_once_and_only_if_it_exists() -> None:
    issued()
    token_id = listed()[0]
    solde("token", "revoke", token_id)
    again, unknown = solde("token", "revoke", token_id), solde("token", "revoke", str(uuid4()))
    assert (again.exit_code, unknown.exit_code) == (1, 1)
    assert "déjà révoqué" in again.stderr
    assert "solde token list" in unknown.stderr


def test_token_issue_refuses_to_write_for_nobody() -> None:
    result = solde("token", "issue", "--name", "ASP", "--scope", "write")
    assert (result.exit_code, result.stdout) == (1, "")
