"""`solde up` runs everything in one terminal, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from tests.services.portal import PATIENCE, Portal, wait_until

Launch = Callable[..., Portal]


def test_it_says_its_address_once_the_portal_answers_and_stops_cleanly(launch: Launch, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)  # too long a path for the queue's socket, which then goes elsewhere
    deep.mkdir()
    portal = launch(folder=deep)
    portal.wait_until_ready()
    assert portal.status("/readyz") == 200
    assert portal.url in portal.output
    assert portal.end(signal.SIGTERM) == 0
    assert not portal.processes()
    assert "Tout est arrêté." in portal.output


def test_ctrl_c_stops_it_even_before_it_is_ready(launch: Launch) -> None:
    portal = launch()
    wait_until(lambda: portal.process_of("valkey-server"))
    assert portal.end(signal.SIGINT) == 0
    assert not portal.processes()


def test_no_process_is_left_when_it_is_killed(launch: Launch) -> None:
    portal = launch()
    portal.wait_until_ready()
    assert all(portal.process_of(name) for name in ("valkey-server", "web", "worker"))
    portal.end(signal.SIGKILL)
    wait_until(lambda: not portal.processes())


def test_it_outlives_its_worker_its_queue_and_a_second_one_on_the_same_folder_but_not_its_web_process(
    launch: Launch,
) -> None:
    portal = launch()
    portal.wait_until_ready()
    _dies_and_comes_back(portal, "worker")
    _dies_and_comes_back(portal, "valkey-server")
    assert "La file d’attente s’est arrêtée (signal SIGKILL)" in portal.output
    second = launch()
    assert second.process.wait(PATIENCE) == 1
    assert "tourne déjà" in second.output
    assert portal.status("/readyz") == 200
    web = portal.process_of("web")
    assert web
    os.kill(web, signal.SIGKILL)
    assert portal.process.wait(PATIENCE) == 1
    assert "Le serveur web s’est arrêté (signal SIGKILL)." in portal.output
    assert not portal.processes()


def test_a_taken_port_is_refused_with_the_way_out_and_nothing_is_started(launch: Launch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        portal = launch(port=taken.getsockname()[1])
        assert portal.process.wait(PATIENCE) == 1
    assert "Choisissez un autre port" in portal.output
    assert not (portal.folder / "queue").exists()


def test_a_folder_where_nothing_can_be_written_is_named(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    portal = launch(SOLDE_DATA_DIR=str(tmp_path / "file" / "var"))
    assert portal.process.wait(PATIENCE) == 1
    assert "SOLDE_DATA_DIR" in portal.output
    assert "Traceback" not in portal.output


async def test_named_servers_are_used_and_the_named_address_is_said(
    launch: Launch, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    folder = tmp_path / "portal"
    folder.mkdir()
    servers = {"SOLDE_DATABASE_URL": database_url, "SOLDE_REDIS_URL": redis_url}
    portal = launch(folder=folder, SOLDE_BASE_URL="https://solde.example.fr", **servers)
    portal.wait_until_ready()
    assert "https://solde.example.fr" in portal.output
    assert portal.process_of("valkey-server") is None
    assert not (folder / "queue").exists()
    assert not (folder / "solde.sqlite3").exists()
    assert portal.end() == 0


def _dies_and_comes_back(portal: Portal, program: str) -> None:
    wait_until(lambda: portal.process_of(program))
    first = portal.process_of(program)
    assert first
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: portal.process_of(program) not in {None, first})
