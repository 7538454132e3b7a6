"""The protections stand on every answer there is: each address and method, each status, each kind of content."""

from __future__ import annotations

import re

import pytest
from httpx import AsyncClient, Response
from starlette.routing import WebSocketRoute

from models import Attachment
from tests.security import site as addresses
from tests.security.portal import portal
from tests.stored import put_there
from tests.web.scene import PDF, Scene
from web.app import app
from web.documents import READ_IN_PLACE
from web.graphiql import POLICY as GRAPHIQL
from web.protection import HEADERS, MEBIBYTE

NONCE = re.compile(r"'nonce-[\w-]{22}'")
# For other sites to read too.
PUBLISHED = {
    path: {
        "Cache_Control": "public, max-age=3600",
        "Cross_Origin_Resource_Policy": "cross-origin",
        "other_sites": "*",
    }
    for path in ("/schemas/demande.json", "/docs/api/schema.graphql", "/docs/api/import.schema.json")
}


def check(answer: Response, asked: str, other_sites: str = "none", **otherwise: str) -> None:
    """All of the headers, the usual ones but for those named, and a content that says what it is."""
    found = {name: answer.headers.get(name) for name in HEADERS}
    assert found == HEADERS | {name.replace("_", "-"): value for name, value in otherwise.items()}, asked
    assert answer.headers.get("Access-Control-Allow-Origin", "none") == other_sites, asked
    assert "Server" not in answer.headers, asked
    kind, _, parameters = answer.headers.get("Content-Type", "").partition(";")
    if answer.content:
        assert kind, asked
    if kind.startswith("text/"):
        assert "charset=utf-8" in parameters, asked


@pytest.mark.usefixtures("db")
async def test_every_address_and_method_answers_with_them_to_whoever_asks() -> None:
    async with portal() as opened:
        for route in addresses.ROUTES:
            place = re.sub(r"{(\w+)(:\w+)?}", "1", route.path)
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
                for reader in ("nobody", "CONFIRM", "manager"):
                    answer = await opened.ask(reader, method, place, headers={"Accept": "*/*"})
                    policy = answer.headers.get("Content-Security-Policy", "")
                    graphiql = NONCE.sub("'nonce-{nonce}'", policy) == GRAPHIQL
                    assert not graphiql or route.path == "/graphql"
                    otherwise = {"Content_Security_Policy": policy} if graphiql else {}
                    if route.path in PUBLISHED and answer.status_code == 200:
                        otherwise = PUBLISHED[route.path]
                    check(answer, f"{method} {place} {reader}", **otherwise)


async def test_each_status_has_them(site: AsyncClient) -> None:
    sent = {"Content-Type": "application/json", "Accept": "*/*"}
    asked = {
        400: await site.get("/connexion", headers={"Host": "evil.example"}),
        401: await site.post("/graphql", headers=sent | {"Authorization": "Bearer x"}),
        403: await site.post("/connexion", headers={"Sec-Fetch-Site": "cross-site"}),
        404: await site.get("/nulle-part"),
        405: await site.get("/deconnexion"),
        406: await site.post("/graphql", content=b"{}", headers=sent | {"Accept": "image/png"}),
        413: await site.post("/graphql", content=b"x" * (MEBIBYTE + 1), headers=sent),
        415: await site.post("/graphql", content=b"x", headers={"Accept": "*/*", "Content-Type": "text/plain"}),
        422: await site.post("/connexion", data={"identifier": "x", "password": "y"}),
    }
    for status, answer in asked.items():
        assert answer.status_code == status
        check(answer, str(status))


async def test_files_that_never_change_have_them_changed_or_not(site: AsyncClient) -> None:
    for query, kept in {"": "no-store", "?v=1": "public, max-age=31536000, immutable"}.items():
        answer = await site.get(f"/static/site.css{query}")
        check(answer, query, Cache_Control=kept)
        again = await site.get(f"/static/site.css{query}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        check(again, query, Cache_Control=kept)


async def test_documents_have_them_and_a_sandbox_whole_in_part_unchanged_or_not_at_all(
    scene: Scene, site: AsyncClient
) -> None:
    [document] = await Attachment.filter(request_id=scene.request.id).prefetch_related("upload")
    document.upload.size = len(PDF)
    await document.upload.save()
    put_there(document.upload.key, PDF)
    sandboxed = {"Content_Security_Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
    place = f"/pieces/{document.id}"
    whole = await site.get(place)
    statuses = {200: {}, 206: {"Range": "bytes=0-9"}, 304: {"If-None-Match": whole.headers["ETag"]}}
    for status, headers in statuses.items():
        for query in ("", "?inline"):
            answer = await site.get(place + query, headers=headers)
            assert answer.status_code == status
            check(answer, f"{status} {query}", **sandboxed)
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert document.upload.content_type in READ_IN_PLACE
    beyond = await site.get(place, headers={"Range": "bytes=999999999-"})
    assert beyond.status_code == 416
    check(beyond, "416")


def test_nothing_but_the_static_files_is_served_from_a_folder() -> None:
    assert addresses.MOUNTED == ["/static"]
    assert [each for each in app.routes if isinstance(each, WebSocketRoute)] == []
