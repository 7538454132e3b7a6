"""GET /metrics: gauges for Prometheus, all read from the database, so that any process answers for all of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from importlib.metadata import version

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.overdue import Standing, standing
from resolvers.webhook_failures import Receivers
from settings import settings
from web.peers import address_of

log = structlog.get_logger(__name__)

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


async def metrics(http: Request) -> Response:
    """The gauges, for who asks from this machine, without a proxy between."""
    if settings.metrics_port or not _is_of_this_machine(http):
        raise HTTPException(404)
    return await _gauges(http)


def _is_of_this_machine(http: Request) -> bool:
    # A proxy on this machine asks for anybody.
    address = address_of(http)
    return address is not None and address.is_loopback and not any(name in http.headers for name in _FORWARDED)


async def _gauges(http: Request) -> Response:
    as_of: datetime = http.app.state.clock()
    registry = _registry(await standing(as_of), as_of)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _registry(now: Standing, as_of: datetime) -> CollectorRegistry:
    """The gauges of one answer: no process keeps any."""
    registry = CollectorRegistry()
    _gauge(registry, "build_info", "The version that answers", "version").labels(version("segur-solde")).set(1)
    overdue = _gauge(registry, "oldest_overdue_seconds", "Age of the oldest that is due and not done, 0: none", "kind")
    for kind in now.due_since:
        overdue.labels(kind).set(now.seconds_overdue(kind, as_of))
    mails = _gauge(registry, "mails", "Mails in each state, of those sent the last day's", "state")
    for state, count in now.mails.items():
        mails.labels(state.value).set(count)
    _gauge(registry, "mails_stranded", "Mails that leave only if a manager sends them again").set(now.stranded)
    _gauge(registry, "documents_pending_scan", "Documents that wait for the antivirus").set(now.pending_scans)
    _gauge(registry, "documents_infected", "Infected documents put aside, not yet deleted").set(now.infected)
    damaged = _gauge(registry, "documents_damaged", "Documents that are no longer what was received", "integrity")
    for integrity, count in now.damaged.items():
        damaged.labels(integrity.value).set(count)
    unverified = _gauge(registry, "oldest_verification_seconds", "Since when one has not been compared with its hash")
    unverified.set(now.seconds_unverified(as_of))
    _tell_of_webhooks(registry, now.receivers, as_of)
    if last := now.last_pass:
        _gauge(registry, "last_sweep_timestamp_seconds", "When a worker last looked").set(last.began_at.timestamp())
        _gauge(registry, "last_sweep_duration_seconds", "How long that took").set(last.seconds)
        _gauge(registry, "last_sweep_failed_parts", "Parts of it that failed").set(len(last.failed))
    return registry


def _tell_of_webhooks(registry: CollectorRegistry, now: Receivers, as_of: datetime) -> None:
    webhooks = _gauge(registry, "webhooks", "Webhooks that are told, that take nothing, that are disabled", "state")
    told = {"ACTIVE": now.well, "FAILING": now.failing, "DISABLED": now.disabled}
    for name, number in told.items():
        webhooks.labels(name).set(number)
    failing = _gauge(registry, "oldest_failing_webhook_seconds", "Since when one has taken nothing, 0: none fails")
    failing.set(now.seconds_failing(as_of))


def _gauge(registry: CollectorRegistry, name: str, told: str, *labels: str) -> Gauge:
    return Gauge(f"solde_{name}", told, labels, registry=registry)


class _Server(uvicorn.Server):
    """A server inside another, which alone hears the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def own_port(site: Starlette) -> AsyncIterator[None]:
    """The gauges on the port of the settings, for as long as the block runs; nothing when there is none."""
    own = _bound(settings.metrics_port) if settings.metrics_port else None
    if own is None:
        yield
        return
    app = Starlette(routes=[Route("/metrics", _gauges)])
    app.state = site.state
    config = uvicorn.Config(
        app, lifespan="off", access_log=False, server_header=False, log_level="warning", log_config=None
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([own]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _bound(port: int) -> socket.socket | None:
    """The port, unless another web process of this machine has it: its answers are the same."""
    try:
        return socket.create_server(
            (settings.host, port), family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        )
    except OSError as error:
        log.warning("metrics_port_unavailable", port=port, error=str(error))
        return None


routes = [Route("/metrics", metrics)]
