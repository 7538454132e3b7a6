"""One operation as a caller of the API sends it: read from the body or from the address, or refused with its reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.requests import Request

from schema.coded_errors import CodedError
from web.bodies import body
from web.media_types import is_json
from web.turns import turn

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PARAMETERS = ("query", "variables", "operationName", "extensions")


@dataclass(frozen=True)
class Operation:
    """What a caller asks to execute."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


async def read_operation(http: Request) -> Operation:
    """The operation of a POST's body, or of a GET's address. CodedError when there is none that can be told."""
    given = await _posted(http) if http.method == "POST" else _in_address(http)
    if not isinstance(given, dict):
        _refuse("La requête doit être un objet JSON, une opération à la fois.")
    query, variables, name, extensions = (given.get(parameter) for parameter in _PARAMETERS)
    if not (
        isinstance(query, str)
        and isinstance(variables, dict | None)
        and isinstance(name, str | None)
        and isinstance(extensions, dict | None)  # Nothing here reads it.
    ):
        _refuse(
            "La requête doit donner query (texte) et peut donner variables (objet), operationName (texte) et "
            "extensions (objet)."
        )
    return Operation(query, variables, name or None)


async def _posted(http: Request) -> Any:
    if not is_json(http.headers.get("content-type", "")):
        raise CodedError(
            "UNSUPPORTED_MEDIA_TYPE",
            "La requête doit être envoyée en application/json, en UTF-8.",
            {"Accept-Post": "application/json"},
        )
    received = b"".join([data async for data in body(http)])
    await turn()
    return _from_json(received.removeprefix(_BYTE_ORDER_MARK))


def _in_address(http: Request) -> dict[str, Any]:
    """The same from an address, where objects stand as JSON and what is empty is not given."""
    given: dict[str, Any] = {}
    for name, value in http.query_params.multi_items():
        if name in _PARAMETERS and name in given:
            _refuse(f"{name} ne peut être donné qu’une fois.")
        given[name] = value
    for name in ("variables", "extensions"):
        given[name] = _from_json(given[name].encode()) if given.get(name) else None
    return given


def _from_json(text: bytes) -> Any:
    """What the text says, if there is one way to read it."""
    try:
        read = json.loads(text.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant)
        # Half of an escaped pair is no text: nothing could keep it, and no answer could repeat it.
        json.dumps(read, ensure_ascii=False).encode()
        return read
    except (ValueError, RecursionError):
        _refuse("La requête n’est pas du JSON lisible, en UTF-8.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """One object: a name given twice would be read in one way here and perhaps in another elsewhere."""
    read = dict(pairs)
    if len(read) < len(pairs):
        _refuse("Un même nom est donné deux fois dans un objet de la requête.")
    return read


def _refuse_constant(name: str) -> NoReturn:
    """NaN and the infinities, which Python reads, are no JSON."""
    raise ValueError(name)


def _refuse(why: str) -> NoReturn:
    raise CodedError("BAD_REQUEST", why)
