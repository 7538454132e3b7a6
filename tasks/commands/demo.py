"""The demo's data, and who may sign in to it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Annotated

import typer

from models.actors import RIGHT_LABELS
from resolvers.demo.accounts import ACCOUNTS, PASSWORD, TOKEN_NAME, Account
from resolvers.demo.dossiers import Demo, load
from resolvers.demo.requests import GUIDE_NUMBER
from settings import settings
from tasks import logs
from tasks.commands.running import refuse, run
from tasks.sweep import sweep


def demo(
    force: Annotated[bool, typer.Option("--force", hidden=True, help="Même en production.")] = False,
) -> None:
    """Ajoute les données de démonstration qui manquent et affiche leurs comptes."""
    if not settings.is_development and not force:
        refuse("Les mots de passe de la démonstration sont connus de tous : elle est refusée en production.")
    # What the demo lives through in a few seconds is no news to its operator.
    logs.configure(logging.WARNING)
    typer.echo("\n".join(_told(run(load(datetime.now(UTC), sweep)))))


def _told(demo: Demo) -> list[str]:
    accounts = [f"  {account.identifier:<14}{PASSWORD}   {account.name}, {_sort(account)}" for account in ACCOUNTS]
    done = f"Démonstration : {len(demo.created)} dossiers ajoutés." if demo.created else "Démonstration déjà en place."
    token = demo.token or "(déjà émis : `solde token issue` en émet un autre)"
    return [
        done,
        f"Le dossier du guide est {GUIDE_NUMBER} ; comptes (identifiant, mot de passe, personne) :",
        *accounts,
        f"Jeton de l’API « {TOKEN_NAME} » : {token}",
    ]


def _sort(account: Account) -> str:
    return f"fournisseur ({RIGHT_LABELS[account.right]})" if account.siret else "gestionnaire"
