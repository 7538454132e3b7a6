"""The name of a document, said to browsers."""

from __future__ import annotations

from urllib.parse import quote


def disposition(kind: str, file_name: str) -> str:
    """Content-Disposition with the name in plain letters and, for those who read RFC 8187, as it is."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in file_name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
