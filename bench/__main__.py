"""Measure the reading of one request and of a list against the same rows read by hand-written SQL."""

import asyncio
import tempfile
from pathlib import Path

from bench.reading import measure


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="solde-bench-") as folder:
        results = asyncio.run(measure(f"sqlite://{Path(folder)}/bench.sqlite3?synchronous=OFF"))
    print(f"{'':32}{'API, ms':>10}{'SQL, ms':>10}{'ratio':>8}{'statements':>12}")
    for result in results:
        print(f"{result.name:32}{result.api:10.2f}{result.sql:10.2f}{result.ratio:8.1f}{result.statements:12}")


main()
