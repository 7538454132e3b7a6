"""Documents coming in: `POST /uploads` for programs, and the forms of the pages, by one streaming path.

Nothing is stored before its body has arrived whole: a sender who leaves half-way leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, field

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.actors import Actor
from models.document_words import NO_FILE
from models.errors import NotFound
from resolvers.allowances import bounds_on
from resolvers.reception import Announced, Reception
from resolvers.repeats import sent_before
from resolvers.visibility import get_modification
from schema.nodes import uuid_of
from web.bodies import body, decoded
from web.digests import of_field, of_header, of_headers
from web.errors import answer
from web.multipart import Part, Piece, read_parts
from web.sent_files import RefusedFile, SentFile, store
from web.sent_names import given_name

log = structlog.get_logger(__name__)

MOST_FIELDS = 200
LONGEST_FIELD = 1024 * 1024


@dataclass
class Form:
    """What a form sent: its texts by name, and its documents in the order in which they came."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    files: list[SentFile] = field(default_factory=list)
    passed_over: bool = False
    """Did files come along that were not received?"""

    def get(self, name: str, default: str = "") -> str:
        """The text of a field, the first when it was sent twice."""
        return self.texts.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        """Every text of a field that can be sent several times."""
        return self.texts.get(name, [])


async def read_form(http: Request, as_text: Collection[str] = (), *, texts_only: bool = False) -> Form:
    """Read a form; its documents are stored on the way, and a refused one costs neither the texts nor the others.

    A file sent in a field named by `as_text` is read as that field's text instead; with `texts_only` none is received.
    """
    with ExitStack() as abandoned:
        reading = _Reading(http, as_text, abandoned, texts_only=texts_only)
        async with aclosing(read_parts(http)) as pieces:
            async for part in pieces:
                if isinstance(part, Part):
                    await reading.take(part, pieces)
        files = [await store(http, field, reception, rank) for rank, (field, reception) in enumerate(reading.received)]
        return Form(reading.texts, files, reading.passed_over)


class _Reading:
    """A form being read: its texts, and its documents received whole but not yet stored."""

    def __init__(
        self, http: Request, as_text: Collection[str], abandoned: ExitStack, *, texts_only: bool = False
    ) -> None:
        self.http = http
        self.actor: Actor | None = http.state.actor
        self.as_text = as_text
        self.abandoned = abandoned
        self.texts_only = texts_only
        self.passed_over = False
        self.fields = 0
        self.texts: dict[str, list[str]] = {}
        self.received: list[tuple[str, Reception]] = []
        # What the last fields, or the address, say of the documents that follow; a digest is that of the next one.
        self.told = {
            "type": http.query_params.get("documentType", ""),
            "sha256": http.query_params.get("sha256", ""),
            "modification": http.query_params.get("modification", ""),
        }

    async def take(self, part: Part, pieces: AsyncIterator[Piece]) -> None:
        """Read one field to its end."""
        self.fields += 1
        if self.fields > MOST_FIELDS:
            raise HTTPException(413)
        if part.file_name is None or part.name in self.as_text:
            text = await _text(pieces)
            self.texts.setdefault(part.name, []).append(text)
            self.told |= {part.name: text} if part.name in self.told else {}
        elif part.file_name and self.texts_only:
            self.passed_over = True
            async for _ in _content(pieces):
                pass
        elif part.file_name:
            await self._receive(part, pieces)
        else:
            await _text(pieces)  # A file field left empty.

    async def _receive(self, part: Part, pieces: AsyncIterator[Piece]) -> None:
        if self.actor is None:
            raise HTTPException(403)
        announced = Announced(
            part.file_name or "",
            document_type=self.told["type"],
            content_type=part.content_type,
            digests=of_header(part.content_digest) | of_field(self.told["sha256"]),
        )
        self.told["sha256"] = ""
        beside = sum(reception.size for _, reception in self.received)
        reception = await _begin(self.http, announced, self.told["modification"], beside)
        self.abandoned.callback(reception.abandon)
        self.received.append((part.name, reception))
        async for piece in _content(pieces):
            await reception.add(piece)


async def _begin(http: Request, announced: Announced, modification: str, beside: int = 0) -> Reception:
    """Make ready for a document: for that modification when it is told, beside so many bytes of the same post."""
    actor, as_of = http.state.actor, http.state.as_of
    told = None
    with suppress(NotFound):
        told = (await get_modification(actor, uuid_of("Modification", modification))) if modification else None
    bounds = [bound.after(beside) for bound in await bounds_on(actor, told, as_of)]
    return Reception(actor, announced, bounds, await sent_before(actor, announced.file_name, as_of))


async def _content(pieces: AsyncIterator[Piece]) -> AsyncIterator[bytes]:
    """The rest of the field begun last."""
    async for piece in pieces:
        if not isinstance(piece, bytes):
            return
        yield piece


async def _text(pieces: AsyncIterator[Piece]) -> str:
    text = bytearray()
    async for piece in _content(pieces):
        text += piece
        if len(text) > LONGEST_FIELD:
            raise HTTPException(413)
    return decoded(bytes(text))


async def receive(http: Request) -> Response:
    """POST /uploads: one document as the raw body with its name, or several as a multipart form."""
    if http.state.actor is None:
        return answer(http, 401, headers={"WWW-Authenticate": "Bearer"})
    is_form = http.headers.get("content-type", "").lower().startswith("multipart/form-data")
    files = (await read_form(http)).files if is_form else [await _raw(http)]
    if not files:
        return answer(http, 422, NO_FILE)
    refused = [file.fault.code for file in files if file.fault]
    if refused:
        log.info("refused", path="/uploads", codes=refused)
    answers = [file.as_json() for file in files]
    return JSONResponse(answers[0] if len(files) == 1 else answers, max(file.status for file in files))


async def _raw(http: Request) -> SentFile:
    """The whole body is one document; reading stops as soon as it is too large."""
    told = http.query_params
    announced = Announced(
        given_name(http),
        document_type=told.get("documentType", ""),
        content_type=http.headers.get("content-type", ""),
        digests=of_headers(http.headers) | of_field(told.get("sha256", "")),
    )
    reception = await _begin(http, announced, told.get("modification", ""))
    with ExitStack() as abandoned:
        abandoned.callback(reception.abandon)
        size = int(http.headers.get("content-length", 0))
        if reception.exceeds(size):
            return RefusedFile("file", reception.file_name, reception.overflow(size))
        async for data in body(http):
            await reception.add(data)
            if reception.is_too_large:  # How large it is will never be known.
                return RefusedFile("file", reception.file_name, reception.overflow())
        return await store(http, "file", reception)


routes = [Route("/uploads", receive, methods=["POST"])]
