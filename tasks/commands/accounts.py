"""Accounts for people."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from models import Supplier, User
from models.actors import AccountRight, Role
from resolvers.account_upkeep import all_accounts, disable_account, enable_account, reset_second_factor
from resolvers.accounts import add_user, supplier_of
from tasks.commands.columns import instant
from tasks.commands.running import run

user = typer.Typer(
    help="Les comptes des fournisseurs et des gestionnaires.", no_args_is_help=True, rich_markup_mode=None
)


class RoleName(StrEnum):
    SUPPLIER = "supplier"
    MANAGER = "manager"


class RightName(StrEnum):
    READ = "read"
    EDIT = "edit"
    CONFIRM = "confirm"


Siret = Annotated[str | None, typer.Option(help="SIRET du fournisseur.")]
Identifier = Annotated[str, typer.Argument(help="L’identifiant de connexion.", show_default=False)]


@user.command("add")
def add(
    role: Annotated[RoleName, typer.Option(help="À qui est le compte.")],
    identifier: Annotated[str, typer.Option(help="L’identifiant de connexion.")],
    email: Annotated[str, typer.Option(help="L’adresse à laquelle arrivent les courriels.")],
    siret: Siret = None,
    right: Annotated[
        RightName, typer.Option(help="Ce que le compte d’un fournisseur permet, chacun avec ce qui précède.")
    ] = RightName.CONFIRM,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Lit le mot de passe sur l’entrée standard.")
    ] = False,
) -> None:
    """Ouvre un compte ; le mot de passe est demandé au terminal, ou lu sur l’entrée standard."""
    opened = _Opened(identifier, email, Role[role.name], AccountRight[right.name])
    run(_add(opened, siret, _password(password_stdin)))
    typer.echo(f"Compte « {identifier} » ouvert.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("sans terminal, donnez le mot de passe sur l’entrée standard avec --password-stdin.")
    return str(typer.prompt("Mot de passe", hide_input=True, confirmation_prompt="Encore une fois"))


@dataclass(frozen=True)
class _Opened:
    """An account to be opened."""

    identifier: str
    email: str
    role: Role
    right: AccountRight


async def _add(opened: _Opened, siret: str | None, password: str) -> None:
    await add_user(
        identifier=opened.identifier,
        email=opened.email,
        name=opened.identifier,
        role=opened.role,
        right=opened.right,
        password=password,
        supplier=await _supplier(siret),
        as_of=datetime.now(UTC),
    )


@user.command("list")
def list_all() -> None:
    """Liste les comptes, un par ligne, colonnes séparées par une tabulation."""
    run(_list())


async def _list() -> None:
    typer.echo("identifiant\trôle\tdroit\tSIRET\tétat\tdouble authentification\tdernière connexion\tadresse")
    async for account in all_accounts():
        typer.echo("\t".join(_columns(account)))


def _columns(account: User) -> list[str]:
    state = "ouvert" if account.active else "invité" if account.invited_at else "fermé"
    return [
        account.identifier,
        account.role.value.lower(),
        account.right.value.lower(),
        account.supplier.siret if account.supplier else "",
        state,
        "oui" if account.totp_confirmed_at else "non",
        instant(account.signed_in_at),
        account.email,
    ]


@user.command("disable")
def disable(identifier: Identifier) -> None:
    """Ferme un compte : il ne se connecte plus, et ses sessions prennent fin aussitôt."""
    run(disable_account(identifier, as_of=datetime.now(UTC)))
    typer.echo(f"Compte « {identifier} » fermé.")


@user.command("enable")
def enable(identifier: Identifier) -> None:
    """Rouvre un compte fermé, avec le mot de passe qu’il avait."""
    run(enable_account(identifier, as_of=datetime.now(UTC)))
    typer.echo(f"Compte « {identifier} » rouvert.")


@user.command("reset-totp")
def reset_totp(identifier: Identifier) -> None:
    """Retire à un compte sa double authentification perdue ; ses sessions prennent fin."""
    run(reset_second_factor(identifier, as_of=datetime.now(UTC)))
    typer.echo(f"Double authentification de « {identifier} » retirée.")


async def _supplier(siret: str | None) -> Supplier | None:
    return None if siret is None else await supplier_of(siret)
