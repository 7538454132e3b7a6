"""`make bench`: every measure of the bench, one after the other; or with numbers of requests the sweep alone."""

from __future__ import annotations

import asyncio
import sys

from bench import documents, growth, hostile, reading, sweep, unseen

if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:]]
    if not sizes:
        asyncio.run(reading.compare())
        asyncio.run(growth.compare())
        asyncio.run(documents.compare())
        asyncio.run(hostile.compare())
        asyncio.run(unseen.compare())
    sweep.compare(*sizes)
