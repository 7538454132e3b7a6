"""The names under which documents are sent, as their senders wrote them; models/file_names.py makes them safe."""

from __future__ import annotations

import re
from urllib.parse import unquote

from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from web.bodies import decoded
from web.errors import Explained

_EXTENDED_NAME = re.compile(r";\s*filename\*\s*=\s*utf-8'[^']*'([^\s;]+)", re.IGNORECASE)


def given_name(http: Request) -> str:
    """The name of a raw document: ?name=, else X-File-Name, else that of Content-Disposition."""
    name = http.query_params.get("name") or unquote(http.headers.get("x-file-name", ""))
    name = name or _disposed(http.headers.get("content-disposition", ""))
    if not name:
        raise Explained(422, "Donnez le nom du fichier : /uploads?name=rapport.pdf")
    return name


def _disposed(header: str) -> str:
    """The name that a Content-Disposition tells: whole in `filename*` (RFC 8187), else in `filename`."""
    if extended := _EXTENDED_NAME.search(header):
        return unquote(extended[1])
    _, options = parse_options_header(header)
    return decoded(options.get(b"filename", b""))


def unescaped(file_name: bytes) -> bytes:
    """The name as the user wrote it: HTML has browsers escape these three characters of it, and no other."""
    return file_name.replace(b"%22", b'"').replace(b"%0D", b"\r").replace(b"%0A", b"\n")
