"""The command line `solde`."""

from __future__ import annotations

import os

import typer

from tasks import logs
from tasks.commands import (
    accounts,
    audit,
    demo,
    doctor,
    exporting,
    grants,
    importing,
    keys,
    processes,
    schema,
    sweeping,
    tokens,
)
from tasks.up import up

app = typer.Typer(
    name="solde",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(short_help="Lance tout dans ce terminal.")(up)
app.command()(processes.web)
app.command(short_help="Lance les tâches de fond.")(processes.worker)
app.command()(processes.migrate)
app.command(short_help="Ajoute les données de démonstration.")(demo.demo)
app.command("import", short_help="Importe une demande avec ses pièces.")(importing.import_file)
app.command(short_help="Exporte tout ce qui concerne un fournisseur.")(exporting.export)
app.add_typer(accounts.user, name="user")
app.add_typer(tokens.token, name="token")
app.add_typer(keys.keys, name="keys")
app.add_typer(audit.audit, name="audit")
app.command(short_help="Donne ses droits au rôle PostgreSQL de l’application.")(grants.grants)
app.command(short_help="Fait un passage des tâches de fond.")(sweeping.sweep)
app.command(short_help="Dit ce qui a besoin de quelqu’un.")(doctor.doctor)
app.command(short_help="Affiche le schéma GraphQL ou du dépôt.")(schema.schema)


@app.callback()
def solde() -> None:
    """Ségur Solde : le portail de modification des demandes de solde, en ligne de commande."""
    # Documents, mails and the embedded database are for the account that runs the portal, and for no other.
    os.umask(0o077)
    logs.configure()


if __name__ == "__main__":
    app()
