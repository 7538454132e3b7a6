"""What the servers that misbehave on command have in common: a port of this machine, kept while they are down."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from tests.services.portal import free_port


class Listener(ABC):
    """Listens on one port for as long as it is up."""

    def __init__(self) -> None:
        self.port = free_port()  # kept, also while it is down
        self._server: asyncio.Server | None = None
        self._connected: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Down: nothing listens, and whoever was connected is cut off."""
        if self._server:
            self._server.close()
            for writer in self._connected:
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connected.add(writer)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self._connected.discard(writer)
            writer.close()

    @abstractmethod
    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation; a ConnectionError ends it without a word."""
