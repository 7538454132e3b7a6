"""The network as webhooks see it: a name is looked up, every address checked, and one that was checked connected to.

Looked up once for each connection, so that a name that leads elsewhere a moment later leads nowhere new.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from models.webhook_addresses import is_allowed, is_public_port


class Refused(Exception):
    """The name leads where nothing may be sent."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to allowed addresses only: any of them that is not, and nothing is sent to that name at all."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore gives it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the name's addresses that takes it."""
        failure: Exception | None = None
        for address in await self._addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        public = self._secure and is_public_port(port)
        if not all(is_allowed(address, public=public) for address in addresses):
            raise Refused(host)
        return addresses
