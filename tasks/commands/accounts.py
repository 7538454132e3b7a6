"""Accounts for people, tokens for software."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from models import Supplier
from models.actors import Role, TokenScope
from resolvers.accounts import add_user, issue_token, supplier_of
from tasks.commands.running import run

user = typer.Typer(
    help="Les comptes des fournisseurs et des gestionnaires.", no_args_is_help=True, rich_markup_mode=None
)
token = typer.Typer(help="Les jetons de l’API.", no_args_is_help=True, rich_markup_mode=None)


class RoleName(StrEnum):
    SUPPLIER = "supplier"
    MANAGER = "manager"


class ScopeName(StrEnum):
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"


Siret = Annotated[str | None, typer.Option(help="SIRET du fournisseur.")]


@user.command("add")
def add(
    role: Annotated[RoleName, typer.Option(help="À qui est le compte.")],
    identifier: Annotated[str, typer.Option(help="L’identifiant de connexion.")],
    email: Annotated[str, typer.Option(help="L’adresse à laquelle arrivent les courriels.")],
    siret: Siret = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Lit le mot de passe sur l’entrée standard.")
    ] = False,
) -> None:
    """Ouvre un compte ; le mot de passe est demandé au terminal, ou lu sur l’entrée standard."""
    run(_add(Role[role.name], identifier, email, siret, _password(password_stdin)))
    typer.echo(f"Compte « {identifier} » ouvert.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("sans terminal, donnez le mot de passe sur l’entrée standard avec --password-stdin.")
    return str(typer.prompt("Mot de passe", hide_input=True, confirmation_prompt="Encore une fois"))


async def _add(role: Role, identifier: str, email: str, siret: str | None, password: str) -> None:
    await add_user(
        identifier=identifier,
        email=email,
        name=identifier,
        role=role,
        password=password,
        supplier=await _supplier(siret),
        as_of=datetime.now(UTC),
    )


@token.command("issue")
def issue(
    name: Annotated[str, typer.Option(help="Qui s’en servira ; affiché dans l’historique.")],
    scope: Annotated[list[ScopeName], typer.Option(help="Ce qu’il permet ; peut être répété.")],
    siret: Siret = None,
) -> None:
    """Émet un jeton et l’affiche, une seule fois ; sans --siret il lit tout ou, avec manage, agit en gestionnaire."""
    secret = run(_issue(name, [TokenScope[each.name] for each in scope], siret))
    # Alone on its line, so that a script can keep it.
    typer.echo(secret)


async def _issue(name: str, scopes: list[TokenScope], siret: str | None) -> str:
    supplier = await _supplier(siret)
    return await issue_token(name=name, scopes=scopes, supplier=supplier, as_of=datetime.now(UTC))


async def _supplier(siret: str | None) -> Supplier | None:
    return None if siret is None else await supplier_of(siret)
