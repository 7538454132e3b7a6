"""The operator's commands on accounts."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
import pytest

from models import Event, Session, User
from models.actors import AccountRight
from models.events import EventKind
from resolvers import second_factor
from resolvers.sessions import SecondFactorDue, sign_in
from tests.tasks.test_commands import SIRET, deployment, look, solde

__all__ = ["deployment"]  # a fixture, used here too

PASSWORD = "une phrase facile à retenir"


def opens(*options: str, identifier: str = "p.breton", role: str = "supplier") -> int:
    whose = ["--siret", SIRET] if role == "supplier" else []
    given = ["--role", role, "--identifier", identifier, "--email", "p@axyus.com", *whose, *options]
    return solde("user", "add", *given, "--password-stdin", given=f"{PASSWORD}\n").exit_code


async def signs_in() -> str | None:
    return await sign_in("p.breton", PASSWORD, as_of=datetime.now(UTC))


async def kinds() -> list[EventKind]:
    return [event.kind for event in await Event.all().order_by("id")]


@pytest.mark.parametrize("right", AccountRight)
def test_an_account_is_opened_with_the_right_asked_for(right: AccountRight) -> None:
    assert opens("--right", right.value.lower()) == 0

    async def opened() -> User:
        return await User.get()

    assert look(opened).right is right


def test_an_account_whose_password_is_soon_guessed_is_refused() -> None:
    given = ["--role", "manager", "--identifier", "camille", "--email", "c@asp.fr", "--password-stdin"]
    result = solde("user", "add", *given, given="motdepasse2026\n")
    assert (result.exit_code, "trop facile à deviner" in result.stderr) == (1, True)


def test_accounts_are_listed_one_a_line() -> None:
    opens("--right", "read")
    opens(identifier="camille", role="manager")
    look(signs_in)
    lines = [line.split("\t") for line in solde("user", "list").stdout.splitlines()]
    assert [line[:6] for line in lines[1:]] == [
        ["camille", "manager", "confirm", "", "ouvert", "non"],
        ["p.breton", "supplier", "read", SIRET, "ouvert", "non"],
    ]
    assert [bool(line[6]) for line in lines[1:]] == [False, True]
    assert {len(line) for line in lines} == {8}


def test_a_closed_account_is_out_at_once_and_back_when_it_is_opened_again() -> None:
    opens()
    assert look(signs_in)
    assert solde("user", "disable", "P.Breton").exit_code == 0

    async def sessions() -> int:
        return await Session.all().count()

    assert look(sessions) == 0
    assert look(signs_in) is None
    assert solde("user", "disable", "p.breton").exit_code == 1
    assert solde("user", "enable", "p.breton").exit_code == 0
    assert look(signs_in)
    assert solde("user", "enable", "p.breton").exit_code == 1
    happened = look(kinds)
    assert happened.index(EventKind.ACCOUNT_DISABLED) < happened.index(EventKind.ACCOUNT_ENABLED)


def test_a_lost_generator_is_taken_off_and_the_password_is_enough_again() -> None:
    opens()

    async def set_up() -> list[str] | None:
        secret, now = pyotp.random_base32(), datetime.now(UTC)
        return await second_factor.enable(await User.get(), secret, pyotp.TOTP(secret).at(now), as_of=now)

    assert look(set_up)
    with pytest.raises(SecondFactorDue):
        look(signs_in)
    assert solde("user", "reset-totp", "p.breton").exit_code == 0
    assert look(signs_in)
    assert solde("user", "reset-totp", "p.breton").exit_code == 1
    assert EventKind.TOTP_DISABLED in look(kinds)


@pytest.mark.parametrize("command", ["disable", "enable", "reset-totp"])
def test_an_account_that_is_not_there_is_named(command: str) -> None:
    result = solde("user", command, "inconnu")
    assert (result.exit_code, "Aucun compte « inconnu »" in result.stderr.replace("\u00a0", " ")) == (1, True)
