"""Hostile requests to a web process, many at once: what refusing each costs it, and how long `/livez` waits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import httpx

from models.actors import TokenScope
from models.database import database
from models.migrating import migrate
from tests.factories import make_token
from tests.services.hostile_requests import NUMBER, Spent, bodies, post
from tests.services.web_process import start_web, wait_for

TIMES = 20


@dataclass
class Watch:
    """Asks `/livez` again and again, as whatever watches over the process does."""

    url: str
    waits: list[float] = field(default_factory=list)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """For as long as the block runs."""
        ended = Event()
        asking = Thread(target=self._ask, args=(ended,))
        asking.start()
        try:
            yield
        finally:
            ended.set()
            asking.join()

    def _ask(self, ended: Event) -> None:
        with httpx.Client(base_url=self.url) as client:
            while not ended.wait(0.002):
                start = perf_counter()
                client.get("/livez")
                self.waits.append(perf_counter() - start)


async def compare() -> None:
    """Print, for each hostile request, its code, CPU and memory, and the longest wait of `/livez`."""
    with tempfile.TemporaryDirectory(prefix="solde-bench-") as name:
        url = f"sqlite://{name}/solde.sqlite3"
        await migrate(url)
        async with database(url):
            token = await make_token(name="Mesure", scopes=[TokenScope.READ], as_of=datetime.now(UTC))
        web = start_web(Path(name), database_url=url, data_dir=name, requests_per_address=0)
        try:
            wait_for(web)
            _tell(web.url, web.process.pid, token)
        finally:
            web.kill()


def _tell(url: str, process: int, token: str) -> None:
    print(f"{'':32}{'code':>28}{'CPU, ms':>10}{'memory, kB':>12}{'longest /livez, ms':>20}")
    for name, (body, _) in bodies().items():
        before, watch = Spent.by(process), Watch(url)
        sent = [body.replace(NUMBER, b"#%04d#" % number) for number in range(TIMES)]
        with watch.watching(), ThreadPoolExecutor(TIMES) as together:
            answers = list(together.map(partial(post, url, token), sent))
        after = Spent.by(process)
        cpu = (after.seconds - before.seconds) / TIMES * 1000
        memory = (after.most_memory - before.most_memory) / 1000
        print(f"{name:32}{answers[-1][1]:>28}{cpu:10.1f}{memory:12.0f}{max(watch.waits, default=0) * 1000:20.0f}")
