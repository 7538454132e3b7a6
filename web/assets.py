"""What pages load beside themselves: files as they are, files that travel as one, and pictures of the documentation.

Every answer carries some 800 bytes of headers: what each page needs at once is one answer, not seven.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
PICTURES = Path(__file__).parent.parent / "docs/screenshots"

BUNDLES = {
    "pages.css": ("vendor/pico.min.css", "site.css"),
    "pages.js": ("site.js", "staying.js", "pending.js"),
    "files.js": ("transfer.js", "row.js", "sending.js"),
}


def asset(name: str) -> str:
    """The address of what pages load, changing with its content so that browsers may keep it for ever."""
    files = [_file(part) for part in BUNDLES.get(name, (name,))]
    return f"/static/{name}?v={_fingerprint(*((file, file.stat().st_mtime_ns) for file in files))}"


def _file(name: str) -> Path:
    folder, _, picture = name.partition("/")
    return PICTURES / picture if folder == "captures" else STATIC / name


@lru_cache(maxsize=256)
def _fingerprint(*files: tuple[Path, int]) -> str:
    """Of the contents; when each was last modified only tells whether to look again."""
    return hashlib.sha256(b"".join(file.read_bytes() for file, _ in files)).hexdigest()[:12]


class Assets(StaticFiles):
    """Serves them; those named with their fingerprint never change: browsers may keep them."""

    pictures = StaticFiles(directory=PICTURES, check_dir=False)

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        folder, _, picture = path.partition("/")
        return self.pictures.lookup_path(picture) if folder == "captures" else super().lookup_path(path)

    async def get_response(self, path: str, scope: Scope) -> Response:
        together = path in BUNDLES and scope["method"] in ("GET", "HEAD")
        response = _bundle(path) if together else await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _bundle(name: str) -> Response:
    content = b"\n".join(_file(part).read_bytes() for part in BUNDLES[name])
    return Response(content, media_type=guess_type(name)[0])
