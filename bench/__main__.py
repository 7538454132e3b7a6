"""`make bench`: every measure of the bench, one after the other."""

from __future__ import annotations

import asyncio

from bench import growth, reading

asyncio.run(reading.compare())
asyncio.run(growth.compare())
