"""The JSON Schema of the import document, for those whose software writes it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.import_document import json_schema

# Public, and readable by a page of any site.
PUBLISHED = {
    "Cache-Control": "public, max-age=3600",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


async def import_schema(_http: Request) -> Response:
    """GET /schemas/demande.json."""
    return JSONResponse(json_schema(), headers=PUBLISHED, media_type="application/schema+json")


routes = [Route("/schemas/demande.json", import_schema)]
