"""The demo's announcements: the guide's own with its document, one too long for the home page, and a withdrawn one."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import News
from models.actors import Actor
from resolvers.demo.documents import DemoDocument
from resolvers.demo.requests import receive
from resolvers.news import publish_news, withdraw_news

NOTE = DemoDocument(
    "note-aux-fournisseurs.pdf",
    "AUTRE_S",
    "Note aux fournisseurs",
    "Comment répondre à une demande de modification : où la trouver, quoi joindre, jusqu’à quand.",
)
_TEST_SAS = "Le dépôt des demandes de solde SAS est ouvert. La pièce jointe rappelle les documents attendus."
_LONG = (
    "Les demandes de solde déposées depuis le début du mois sont instruites dans l’ordre de leur arrivée.\n\n"
    "Si un écart est relevé, votre demande passe au statut « A modifier » et un courriel vous en donne la raison. "
    "Vous avez alors vingt jours pour corriger les coordonnées de contact ou ajouter des pièces, puis confirmer.\n\n"
    "Sans action de votre part, la demande est instruite en l’état. En cas de doute, écrivez à l’assistance depuis la "
    "page de suivi."
)


async def announce(manager: Actor, as_of: datetime) -> None:
    """Publish them, unless visitors of the demo have begun to keep announcements of their own."""
    if await News.exists():
        return
    before = as_of - timedelta(days=40)
    mistaken = await publish_news(manager, title="Maintenance", text="Le portail sera fermé samedi.", as_of=before)
    await withdraw_news(manager, mistaken.id, as_of=before + timedelta(hours=1))
    await publish_news(manager, title="Instruction des demandes de solde", text=_LONG, as_of=as_of - timedelta(days=21))
    note = await receive(manager, NOTE, as_of=as_of - timedelta(days=3))
    await publish_news(manager, title="TEST SAS", text=_TEST_SAS, upload_id=note.id, as_of=as_of - timedelta(days=3))
