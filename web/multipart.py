"""Forms read as they arrive: their fields and documents one after the other, never held whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, QuerystringParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from web.bodies import decoded, verified_body
from web.sent_names import unescaped

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks, QuerystringCallbacks


@dataclass(frozen=True)
class Part:
    """The beginning of one field; a document when it has a file name, with what its sender declares of it."""

    name: str
    file_name: str | None = None
    content_type: str = ""
    content_digest: str = ""


class PartEnd:
    """The end of the field begun last."""


Piece = Part | bytes | PartEnd


async def read_parts(http: Request) -> AsyncGenerator[Piece]:
    """Each field of a form: its beginning, its content in pieces, its end. HTTP 422 when the form makes no sense."""
    content_type, options = parse_options_header(http.headers.get("content-type"))
    try:
        if content_type == b"multipart/form-data":
            reader: _Multipart | _Urlencoded = _Multipart(options.get(b"boundary", b""))
        elif content_type in {b"application/x-www-form-urlencoded", b""}:
            reader = _Urlencoded()
        else:
            raise HTTPException(415)
        async for data in verified_body(http):
            reader.feed(data)
            for piece in reader.take():
                yield piece
        reader.finish()
    except FormParserError:
        raise HTTPException(422) from None
    for piece in reader.take():
        yield piece


class _Reader:
    """Pieces read and not yet taken."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []

    def take(self) -> list[Piece]:
        pieces, self._pieces = self._pieces, []
        return pieces

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _end(self) -> None:
        self._pieces.append(PartEnd())


class _Multipart(_Reader):
    """multipart/form-data: what forms with documents send."""

    def __init__(self, boundary: bytes) -> None:
        super().__init__()
        if not boundary:
            raise FormParserError("no boundary")
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._part_begins,
            "on_header_field": self._header_field,
            "on_header_value": self._header_data,
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def feed(self, data: bytes) -> None:
        self._parser.write(data)

    def finish(self) -> None:
        self._parser.finalize()
        if self._parser.state != MultipartState.END:
            raise FormParserError("cut short")

    def _part_begins(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_data(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        if b"name" not in options:
            raise FormParserError("a part has no name")
        file_name = options.get(b"filename")
        part = Part(
            decoded(options[b"name"]),
            None if file_name is None else decoded(unescaped(file_name)),
            decoded(self._headers.get(b"content-type", b"")),
            decoded(self._headers.get(b"content-digest", b"")),
        )
        self._pieces.append(part)


class _Urlencoded(_Reader):
    """application/x-www-form-urlencoded: what forms without documents send."""

    def __init__(self) -> None:
        super().__init__()
        self._name = b""
        self._value = b""
        callbacks: QuerystringCallbacks = {
            "on_field_name": self._name_data,
            "on_field_data": self._value_data,
            "on_field_end": self._field_ends,
        }
        self._parser = QuerystringParser(callbacks)

    def feed(self, data: bytes) -> None:
        self._parser.write(data)

    def finish(self) -> None:
        self._parser.finalize()

    def _name_data(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _value_data(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _field_ends(self) -> None:
        name, value = decoded(_unquoted(self._name)), _unquoted(self._value)
        self._pieces += [Part(name), value, PartEnd()]
        self._name = self._value = b""


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))
