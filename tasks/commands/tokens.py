"""Tokens for software."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from models import ApiToken
from models.actors import TokenScope
from models.tokens import TokenState, state_of
from models.typography import french, short_moment
from resolvers.accounts import supplier_of
from resolvers.tokens import Issued, all_tokens, create_token, end_on, end_token
from tasks import logs
from tasks.commands.columns import instant
from tasks.commands.importing import OPERATOR
from tasks.commands.running import run

token = typer.Typer(help="Les jetons de l’API.", no_args_is_help=True, rich_markup_mode=None)

_STATES = {TokenState.VALID: "valable", TokenState.EXPIRED: "échu", TokenState.REVOKED: "révoqué"}


class ScopeName(StrEnum):
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"


@token.command("issue")
def issue(
    name: Annotated[str, typer.Option(help="Qui s’en servira ; affiché dans l’historique.")],
    scope: Annotated[
        list[ScopeName], typer.Option(metavar="read|write|manage", help="Ce qu’il permet ; peut être répété.")
    ],
    siret: Annotated[str | None, typer.Option(help="SIRET du fournisseur.")] = None,
    expires_on: Annotated[
        datetime | None,
        typer.Option(
            metavar="AAAA-MM-JJ",
            formats=["%Y-%m-%d"],
            help="Son dernier jour ; par défaut, dans SOLDE_TOKEN_DAYS jours.",
        ),
    ] = None,
    without_end: Annotated[
        bool, typer.Option("--without-end", help="N’expire jamais : à révoquer soi-même, un jour.")
    ] = False,
) -> None:
    """Émet un jeton et l’affiche, une seule fois.

    Sans --siret il lit les dossiers de tous les fournisseurs ou, avec manage, agit en gestionnaire.
    """
    # What it does is its answer: the log line of it is no news to who runs it.
    logs.configure(logging.WARNING)
    if without_end and expires_on:
        raise typer.BadParameter("--expires-on et --without-end se contredisent.")
    last_day = expires_on.date() if expires_on else None
    scopes = [TokenScope[each.name] for each in scope]
    issued = run(_issue(name, scopes, siret, last_day=last_day, without_end=without_end))
    # Alone on its line and on that output, so that a script can keep it.
    typer.echo(issued.secret)
    typer.echo(french(_told(issued.token)), err=True)


async def _issue(
    name: str, scopes: list[TokenScope], siret: str | None, *, last_day: date | None, without_end: bool
) -> Issued:
    as_of = datetime.now(UTC)
    return await create_token(
        name=name,
        scopes=scopes,
        supplier=None if siret is None else await supplier_of(siret),
        expires_at=None if without_end else end_on(last_day, as_of),
        actor=OPERATOR,
        as_of=as_of,
    )


def _told(issued: ApiToken) -> str:
    """What was issued, for whoever reads the screen: until when, and that it must be kept now."""
    ends = f"jusqu’au {short_moment(issued.expires_at)}" if issued.expires_at else "sans fin"
    scopes = ", ".join(scope.lower() for scope in issued.scopes)
    return f"Jeton « {issued.name} » ({scopes}), {ends} : gardez-le maintenant, personne ne pourra le relire."


@token.command("list")
def list_tokens() -> None:
    """Liste les jetons, un par ligne, sans leur secret.

    Les colonnes sont séparées par une tabulation ; ceux qui sont échus ou révoqués y sont aussi.
    """
    run(_list_tokens())


async def _list_tokens() -> None:
    typer.echo("id\tnom\tdroits\tSIRET\tétat\témis\tdernier usage\tfin\tse termine par\témis par")
    as_of = datetime.now(UTC)
    async for each in all_tokens():
        typer.echo("\t".join(_columns(each, as_of)))


def _columns(issued: ApiToken, as_of: datetime) -> list[str]:
    return [
        str(issued.id),
        issued.name,
        " ".join(scope.lower() for scope in issued.scopes),
        issued.supplier.siret if issued.supplier else "",
        _STATES[state_of(issued, as_of)],
        instant(issued.created_at),
        instant(issued.used_at),
        instant(issued.expires_at),
        issued.hint,
        issued.issued_by.name if issued.issued_by else "",
    ]


@token.command("revoke")
def revoke(
    token_id: Annotated[UUID, typer.Argument(metavar="ID", help="L’identifiant que « solde token list » affiche.")],
) -> None:
    """Révoque un jeton : il n’ouvre plus rien."""
    logs.configure(logging.WARNING)
    revoked = run(end_token(OPERATOR, token_id, as_of=datetime.now(UTC)))
    typer.echo(french(f"Jeton « {revoked.name} » révoqué : dès la demande suivante, il n’ouvre plus rien."))
