"""What the portal's documents are measured against: the least that a Starlette endpoint can do, on the same disk."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

FOLDER = Path(os.environ.get("SOLDE_BENCH_FOLDER", "."))


async def receive(http: Request) -> Response:
    """Write the body to a file as it arrives: no hash, no check, no row, and no waiting for the disk."""
    with (FOLDER / "received").open("wb") as file:
        async for data in http.stream():
            file.write(data)
    return JSONResponse({}, 201)


async def read(http: Request) -> Response:
    """A file of the folder, to whoever asks."""
    return FileResponse(FOLDER / http.path_params["name"], media_type="application/pdf")


app = Starlette(routes=[Route("/uploads", receive, methods=["POST"]), Route("/{name:path}", read)])
