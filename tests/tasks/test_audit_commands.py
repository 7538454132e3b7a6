"""`solde audit`: what an auditor runs, on a portal that has lived, whole and altered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models import ChainHead, Event, User
from models.actors import Role
from models.events import EventKind
from resolvers.accounts import account_named
from tests.tampering import without_guards
from tests.tasks.test_commands import EXAMPLE, EXAMPLES, SIRET, deployment, look, solde

__all__ = ["deployment"]  # a fixture, used here too

WHOLE = "aucune altération"


@pytest.fixture
def lived(deployment: None) -> None:
    """A request imported, and an account opened."""
    assert solde("import", EXAMPLE, "--documents", EXAMPLES / "pieces").exit_code == 0
    given = ("--role", "supplier", "--identifier", "p.breton", "--email", "p.breton@axyus.com", "--siret", SIRET)
    assert solde("user", "add", *given, "--password-stdin", given="une phrase facile à retenir\n").exit_code == 0


def last_event() -> Event:
    async def ask() -> Event:
        event = await Event.filter(request_id__not_isnull=True).order_by("-id").first()
        assert event is not None
        return event

    return look(ask)


def tamper(*statements: str) -> None:
    async def do() -> None:
        await without_guards(*statements)

    look(do)


def test_a_portal_that_nobody_touched_is_whole(lived: None) -> None:
    result = solde("audit", "verify")
    assert result.exit_code == 0
    assert WHOLE in result.stdout
    assert result.stderr == ""


def test_an_account_opened_by_the_command_line_begins_its_chain(lived: None) -> None:
    async def kinds() -> list[EventKind]:
        user = await account_named("p.breton")
        assert user is not None
        return [event.kind for event in await Event.filter(user_id=user.id)]

    assert look(kinds) == [EventKind.ACCOUNT_OPENED]


def test_a_token_that_is_issued_is_recorded_without_its_secret(deployment: None) -> None:
    secret = solde("token", "issue", "--name", "Observatoire", "--scope", "read").stdout.splitlines()[-1]

    async def issued() -> Event:
        return await Event.get(kind=EventKind.TOKEN_ISSUED)

    event = look(issued)
    assert (event.payload["name"], event.payload["scopes"]) == ("Observatoire", ["READ"])
    assert secret not in str(event.payload)


def test_a_row_altered_by_sql_is_named(lived: None) -> None:
    event = last_event()
    tamper(f"UPDATE event SET payload = '{{}}' WHERE id = {event.id}")  # noqa: S608
    result = solde("audit", "verify")
    assert result.exit_code == 1
    assert f"événement {event.id}, chaîne request:{event.request_id}, position {event.position}" in result.stderr
    assert "1 altération" in result.stdout.replace("\xa0", " ")


def test_the_export_holds_every_event_with_its_seals_and_nothing_else(lived: None) -> None:
    result = solde("audit", "export")
    assert result.exit_code == 0
    *lines, end = [json.loads(line) for line in result.stdout.splitlines()]

    async def rows() -> list[Event]:
        return await Event.exclude(kind=EventKind.DATA_EXPORTED).order_by("id")

    kept = look(rows)
    assert [(line["id"], line["digest"], line["link"]) for line in lines] == [
        (event.id, event.digest, event.chain) for event in kept
    ]
    assert end["events"] == len(kept)
    assert {line["kind"] for line in lines} >= {"REQUEST_IMPORTED", "ACCOUNT_OPENED"}


def test_an_export_is_recorded_with_what_was_asked_for(lived: None) -> None:
    assert solde("audit", "export", "--siret", SIRET).exit_code == 0

    async def exported() -> Event:
        return await Event.get(kind=EventKind.DATA_EXPORTED)

    event = look(exported)
    assert (event.payload, event.actor.role) == ({"what": "audit", "siret": SIRET}, Role.MANAGER)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--siret", SIRET), 2),
        (("--siret", "00000000000000"), 0),
        (("--dossier", "FINSAS008539"), 1),
        (("--until", "2020-01-01T00:00:00Z"), 0),
        (("--since", "2020-01-01T00:00:00Z", "--dossier", "FINSAS008539"), 1),
    ],
)
def test_an_export_is_of_a_supplier_a_dossier_or_a_period(lived: None, options: tuple[str, ...], count: int) -> None:
    *lines, end = solde("audit", "export", *options).stdout.splitlines()
    assert len(lines) == count == json.loads(end)["events"]


@pytest.fixture
def export(lived: None, tmp_path: Path) -> Path:
    """What was exported before anything was altered."""
    file = tmp_path / "audit.jsonl"
    file.write_text(solde("audit", "export").stdout)
    return file


def test_what_happened_since_an_export_is_no_alteration(export: Path) -> None:
    result = solde("audit", "verify", "--against", export)
    assert result.exit_code == 0, result.stderr
    assert WHOLE in result.stdout


def test_a_chain_taken_away_with_all_that_belongs_to_it_is_missed_by_the_export(export: Path) -> None:
    """Row, events and head of an account: nothing is left in the database that could tell."""

    async def erase() -> None:
        user = await User.get(identifier="p.breton")
        await without_guards(f"DELETE FROM event WHERE user_id = '{user.id}'")  # noqa: S608
        await ChainHead.filter(chain=f"account:{user.id}").delete()
        await user.delete()

    look(erase)
    assert solde("audit", "verify").exit_code == 0
    result = solde("audit", "verify", "--against", export)
    assert result.exit_code == 1
    assert "cette ligne de l’export n’est plus dans la base" in result.stderr


def test_a_row_that_differs_from_the_export_is_named(export: Path) -> None:
    event = last_event()
    tamper(f"UPDATE event SET digest = 'forged' WHERE id = {event.id}")  # noqa: S608
    result = solde("audit", "verify", "--against", export)
    assert f"événement {event.id}" in result.stderr
    assert "cette ligne n’est plus celle de l’export" in result.stderr


@pytest.mark.parametrize("change", ["altered", "shortened", "unfinished", "garbage"])
def test_an_export_that_was_altered_itself_is_refused(export: Path, change: str) -> None:
    lines = export.read_text().splitlines(keepends=True)
    altered = {
        "altered": [lines[0].replace("REQUEST", "REQVEST").replace('"payload"', '"paylaod"'), *lines[1:]],
        "shortened": lines[1:],
        "unfinished": lines[:-1],
        "garbage": ["[]\n", *lines],
    }
    export.write_text("".join(altered[change]))
    result = solde("audit", "verify", "--against", export)
    assert result.exit_code == 1
    assert "export" in result.stderr


def test_sqlite_has_no_roles_to_grant_anything_to(deployment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.commands.grants.is_postgres", lambda: False)
    result = solde("grants", "solde_app")
    assert result.exit_code == 1
    assert "SQLite" in result.stderr


@pytest.mark.parametrize("role", ['x"; DROP TABLE event; --', "Solde", "", "é"])
def test_a_role_is_named_plainly(deployment: None, role: str) -> None:
    result = solde("grants", role)
    assert result.exit_code == 1
    assert "minuscules" in result.stderr
