"""How every address of the site is asked, and what the answer amounts to in the table of rights.

An address that is not told here fails the test: say below what stands in its path, and what is posted there.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from httpx import Response
from starlette.routing import Mount, Route

from models import FundingRequest, Modification, Throttle, User
from schema.nodes import node_id
from tests.factories import MANAGER, make_request, make_upload
from tests.resolvers.test_imports import example
from tests.security import belongings
from tests.security.portal import Portal
from tests.security.readers import READERS
from tests.stored import put_there
from tests.web.scene import PDF
from web.app import app

Cells = dict[str, str]
Sent = dict[str, Any]

_REQUEST = "/dossiers/{number}/{nature}"
ROUTES = [route for route in app.routes if isinstance(route, Route)]
PAGES = sorted(
    (route.path, method)
    for route in ROUTES
    for method in route.methods or ()
    if method != "HEAD"  # GET's own, without the body: tests/security/test_rights_matrix.py compares them.
)
MOUNTED = [route.path for route in app.routes if isinstance(route, Mount)]


async def page_cells(portal: Portal, path: str, method: str) -> Cells:
    """What each reader is answered at that address about what belongs to the supplier."""
    cells: Cells = {}
    place: str | None = None
    sent: Sent = {}
    for reader in READERS:
        if place is None:
            place, sent = await ready(portal, path, method)
        await Throttle.all().delete()
        answer = await portal.ask(reader, method, place, **sent)
        cells[reader] = amounts_to(answer)
        # What one reader was refused stands ready for the next; what was read, too.
        place = None if method == "POST" and cells[reader] == "yes" else place
    return cells


def amounts_to(answer: Response) -> str:
    """The answer in a word, or its status."""
    if answer.status_code in {302, 303}:
        return "sign in" if answer.headers["Location"].startswith("/connexion") else "yes"
    if answer.status_code == 401 and 'action="/connexion"' in answer.text:
        return "sign in"  # The answer to a form, which keeps what was typed.
    if answer.status_code == 404:
        return "none"
    return "yes" if answer.is_success else str(answer.status_code)


async def ready(portal: Portal, path: str, method: str) -> tuple[str, Sent]:
    """The address with something of the supplier in it, and what is sent there."""
    if method == "GET":
        return re.sub(r":\w+}", "}", path).format(**await _parameters(portal, path)), {}
    assert (method, path) in POSTS, f"tests/security/site.py does not tell what is sent by {method} {path}"
    return await POSTS[method, path](portal)


async def _parameters(portal: Portal, path: str) -> dict[str, str]:
    """What stands in the path; its names carry their type, as « id:uuid »."""
    if path.startswith("/documents/"):
        return {"id": str(await _announced_document())}
    if "{id:uuid}" in path:
        return {"id": str(await _kept_document(portal))}
    if "{news:uuid}" in path:
        return {"news": str((await belongings.announced()).id)}
    told = {"number": portal.own.number, "nature": "solde", "rank": "0", "name": "absent", "page": "quick-start"}
    told |= dict.fromkeys(("token", "seal"), "inconnu")
    if "{key:uuid}" in path:
        ended = await belongings.skipped(portal.readers.supplier)
        told |= {"number": await _number(ended), "key": str(ended.id)}
    return told


async def _kept_document(portal: Portal) -> UUID:
    request = await FundingRequest.filter(dossier__number=portal.own.number).get()
    document = await belongings.document(request, size=len(PDF))
    put_there(document.upload.key, PDF)
    return document.id


async def _announced_document() -> UUID:
    upload = await make_upload(MANAGER, size=len(PDF))
    put_there(upload.key, PDF)
    return (await belongings.announced(upload)).id


async def _number(modification: Modification) -> str:
    await modification.fetch_related("request__dossier")
    return modification.request.dossier.number


def _form(path: str, **fields: str) -> Callable[[Portal], Awaitable[tuple[str, Sent]]]:
    async def sent(_: Portal) -> tuple[str, Sent]:
        return path, {"data": fields}

    return sent


def _of_modification(page: str, **fields: str) -> Callable[[Portal], Awaitable[tuple[str, Sent]]]:
    async def sent(portal: Portal) -> tuple[str, Sent]:
        cycle = await belongings.sent_back(portal.readers.supplier)
        opaque = node_id("Modification", cycle.id)
        path = f"/dossiers/{await _number(cycle)}/solde{page}"
        return path, {"data": {"modification": opaque, "revision": str(cycle.revision)} | fields}

    return sent


async def _message(portal: Portal) -> tuple[str, Sent]:
    request = await make_request(portal.readers.supplier)
    return f"/dossiers/{request.dossier.number}/solde/assistance", {"data": {"message": "Un oubli"}}


async def _together(portal: Portal) -> tuple[str, Sent]:
    request = await make_request(portal.readers.supplier)
    sent = {"demande": node_id("FundingRequest", request.id), "comment": "À corriger", "action": "renvoyer"}
    return "/demandes/renvoi", {"data": sent}


async def _previewed(portal: Portal) -> tuple[str, Sent]:
    request = await make_request(portal.readers.supplier)
    return "/console/apercu", {"data": {"demande": request.dossier.number, "nature": "solde", "comment": "test modif"}}


async def _deposit(_: Portal) -> tuple[str, Sent]:
    number = f"FINSAS{800_000 + await FundingRequest.all().count()}"
    return "/depot", {"data": {"document": example(dossier=number, pieces=[])}}


async def _invitation(_: Portal) -> tuple[str, Sent]:
    address = f"collegue{await User.all().count()}@editeur.fr"
    return "/mon-compte/collegues", {"data": {"action": "inviter", "email": address, "right": "READ"}}


async def _revocation(portal: Portal) -> tuple[str, Sent]:
    token = await belongings.token_of(portal.readers.supplier)
    return "/mon-compte/jetons", {"data": {"revoquer": node_id("ApiToken", token.id)}}


async def _operation(_: Portal) -> tuple[str, Sent]:
    return "/graphql", {"json": {"query": "{ __typename }"}}


async def _file(_: Portal) -> tuple[str, Sent]:
    return "/uploads?name=rapport.pdf", {"content": PDF}


POSTS: dict[tuple[str, str], Callable[[Portal], Awaitable[tuple[str, Sent]]]] = {
    ("POST", "/connexion"): _form("/connexion", identifier="inconnu", password="mauvais mot de passe"),
    ("POST", "/deconnexion"): _form("/deconnexion"),
    ("POST", "/session"): _form("/session"),
    ("POST", "/console/apercu"): _previewed,
    ("POST", "/identifiant-oublie"): _form("/identifiant-oublie", email="inconnu@editeur.fr"),
    ("POST", "/mot-de-passe-oublie"): _form("/mot-de-passe-oublie", identifier="inconnu"),
    ("POST", "/reinitialisation/{token}"): _form("/reinitialisation/inconnu", password="un autre mot de passe"),
    ("POST", "/connexion/code"): _form("/connexion/code", code="000000"),
    ("POST", "/connexion/double-authentification"): _form("/connexion/double-authentification", code="000000"),
    ("POST", "/invitation/{seal}"): _form("/invitation/inconnu", identifier="nouveau", password="un autre mot"),
    ("POST", "/nouvelle-adresse/{seal}"): _form("/nouvelle-adresse/inconnu"),
    ("POST", "/depot"): _deposit,
    ("POST", "/demandes/renvoi"): _together,
    ("POST", "/mon-compte"): _form("/mon-compte", affichage="dark"),
    ("POST", "/mon-compte/sessions"): _form("/mon-compte/sessions", session="autres"),
    ("POST", "/mon-compte/mot-de-passe"): _form("/mon-compte/mot-de-passe", current="faux", password="un autre mot"),
    ("POST", "/mon-compte/adresse"): _form("/mon-compte/adresse", current="faux", email="ailleurs@editeur.fr"),
    ("POST", "/mon-compte/double-authentification"): _form(
        "/mon-compte/double-authentification", action="activer", current="faux", code="000000"
    ),
    ("POST", "/mon-compte/collegues"): _invitation,
    ("POST", "/mon-compte/jetons"): _revocation,
    ("POST", "/graphql"): _operation,
    ("POST", "/uploads"): _file,
    ("POST", f"{_REQUEST}/modification"): _of_modification("/modification", contact="support@editeur.fr"),
    ("POST", f"{_REQUEST}/modification/verification"): _of_modification("/modification/verification"),
    ("POST", f"{_REQUEST}/modification/abandon"): _of_modification("/modification/abandon", assistance="oui"),
    ("POST", f"{_REQUEST}/assistance"): _message,
}
