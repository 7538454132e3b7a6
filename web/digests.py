"""What a sender says that the bytes are: `Content-Digest` (RFC 9530) and `sha256`."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error

from starlette.datastructures import Headers

from models.typography import french
from web.errors import Explained
from web.problems import PROBLEMS

_ANNOUNCED = re.compile(r"(?:^|,)\s*sha-(256|512)\s*=\s*([^,;]*)", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")
_UNREADABLE = "L’empreinte annoncée n’est pas lisible. Attendu : une empreinte SHA-{bits}, {form}."
_HEADER = "comme « Content-Digest : sha-{bits}=:…: » en base64"


def of_headers(headers: Headers) -> frozenset[str]:
    """The digests of the Content-Digest of a whole body, in however many lines it comes."""
    return of_header(", ".join(headers.getlist("content-digest")))


def of_header(header: str) -> frozenset[str]:
    """The SHA-256 and SHA-512 of a Content-Digest, in hexadecimal; others are left aside, as the RFC allows."""
    return frozenset(_from_base64(value, int(bits)) for bits, value in _ANNOUNCED.findall(header))


def _from_base64(value: str, bits: int) -> str:
    value = value.strip()
    try:
        digest = b64decode(value[1:-1], validate=True)
    except (Error, ValueError):
        digest = b""
    if len(digest) != bits // 8 or not value.startswith(":") or not value.endswith(":"):
        raise Explained(400, french(_UNREADABLE.format(bits=bits, form=_HEADER.format(bits=bits))))
    return digest.hex()


def of_field(value: str) -> frozenset[str]:
    """The SHA-256 given as a field or a parameter; nothing given, nothing to compare."""
    value = value.strip().lower()
    if value and not _HEXADECIMAL.fullmatch(value):
        raise Explained(400, french(_UNREADABLE.format(bits=256, form="64 chiffres hexadécimaux")))
    return frozenset({value}) if value else frozenset()


class DigestMismatch(Explained):
    """The body as a whole is not what its Content-Digest announces."""

    def __init__(self) -> None:
        message = french("L’envoi n’est pas arrivé tel qu’il est parti : renvoyez-le.")
        super().__init__(422, PROBLEMS[422]._replace(code="DIGEST_MISMATCH", message=message))
