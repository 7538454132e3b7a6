"""The command line `solde`."""

from __future__ import annotations

import typer

from tasks import logs
from tasks.commands import accounts, demo, importing, processes, schema, sweeping
from tasks.up import up

app = typer.Typer(
    name="solde",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(up)
app.command()(processes.web)
app.command()(processes.worker)
app.command()(processes.migrate)
app.command()(demo.demo)
app.command("import")(importing.import_file)
app.add_typer(accounts.user, name="user")
app.add_typer(accounts.token, name="token")
app.command()(sweeping.sweep)
app.command()(schema.schema)


@app.callback()
def solde() -> None:
    """Ségur Solde : le portail de modification des demandes de solde, en ligne de commande."""
    logs.configure()


if __name__ == "__main__":
    app()
