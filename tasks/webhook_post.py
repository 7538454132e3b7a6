"""One post to a webhook: what it was answered, or in French why it was not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

import httpcore

from resolvers.webhook_outbox import LONGEST_PAUSE, Outcome
from tasks.webhook_network import CheckedNetwork, Refused

PATIENCE = 10.0  # seconds for all of it: the name, the connection, the answer
LISTENS = 1.0  # second more, once the status is known
LARGEST_ANSWER = 64 * 1024
"""What a receiver says beyond is not read, and nothing of it is kept."""

Headers = Mapping[bytes | str, bytes | str]
_GONE = HTTPStatus.GONE
_TOO_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_NOT_AT_ALL = timedelta(0)


async def post(url: str, headers: Headers, body: bytes) -> Outcome:
    """Post once; no redirection is followed, and no answer waited for beyond the patience."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    status: int | None = None
    retry_after = _NOT_AT_ALL
    try:
        async with asyncio.timeout(PATIENCE):
            status, retry_after = await _post(url, headers, body)
        error = _refusal(status)
    except TimeoutError:
        error = f"Pas de réponse en {PATIENCE:.0f} secondes."
    except Refused:
        error = "Ce nom mène à une adresse qui n’est pas joignable depuis Internet : rien n’est envoyé."
    except (ssl.SSLError, httpcore.ConnectError) as failure:
        error = f"La connexion a échoué ({_reason(failure)})."
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as failure:
        error = f"La connexion a été coupée avant la réponse ({_reason(failure)})."
    return Outcome(status, error, round((loop.time() - began) * 1000), retry_after)


def is_gone(outcome: Outcome) -> bool:
    """Does the receiver say that it wants nothing any more?"""
    return outcome.status == _GONE


async def _post(url: str, headers: Headers, body: bytes) -> tuple[int, timedelta]:
    """The status answered, and for how long the receiver asks to be left alone."""
    secure = urlsplit(url).scheme == "https"
    network = CheckedNetwork(secure=secure)
    pool = httpcore.AsyncConnectionPool(ssl_context=_trust() if secure else None, network_backend=network)
    async with pool, pool.stream("POST", url, headers=headers, content=body) as answer:
        # Its status says everything; what follows is heard out only for the receiver's sake.
        with suppress(httpcore.NetworkError, httpcore.ProtocolError, TimeoutError):
            async with asyncio.timeout(LISTENS):
                await _hear_out(answer)
        return answer.status, _retry_after(answer)


async def _hear_out(answer: httpcore.Response) -> None:
    heard = 0
    async for piece in answer.aiter_stream():
        heard += len(piece)
        if heard > LARGEST_ANSWER:
            return


def _retry_after(answer: httpcore.Response) -> timedelta:
    """For how long a receiver that is too busy asks to be left alone, in seconds or until a date; else not at all."""
    headers = {name.lower(): value for name, value in answer.headers}
    asked = headers.get(b"retry-after", b"").decode("ascii", "replace").strip()
    if answer.status not in _TOO_BUSY:
        return _NOT_AT_ALL
    if asked.isdecimal():
        return min(timedelta(seconds=int(asked[:9])), LONGEST_PAUSE)
    with suppress(ValueError, TypeError):
        return min(max(parsedate_to_datetime(asked) - datetime.now(UTC), _NOT_AT_ALL), LONGEST_PAUSE)
    return _NOT_AT_ALL


@cache
def _trust() -> ssl.SSLContext:
    """The authorities that the machine trusts."""
    return ssl.create_default_context()


def _refusal(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"Réponse {status} : les redirections ne sont pas suivies."
    return f"Réponse {status}."


def _reason(failure: Exception) -> str:
    return (str(failure) or type(failure).__name__)[:300]
