"""nginx in front of a web process, with the configuration of docs/security/proxy.md."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.services.portal import free_port, wait_until
from tests.services.web_process import Launch, WebProcess

DOCUMENTED = Path(__file__).parents[2] / "docs/security/proxy.md"
NAME = "solde.example.fr"


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its two ports, and who vouches for its certificate."""

    http: int
    https: int
    trust: ssl.SSLContext


def _configuration(folder: Path, web: WebProcess, http: int, https: int) -> str:
    """What the documentation says, on the ports and with the files of this test."""
    documented = re.search(r"```nginx\n(.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    assert documented
    portal = documented[1]
    for told, here in {
        "127.0.0.1:8000": web.url.removeprefix("http://"),
        "listen 80 ": f"listen 127.0.0.1:{http} ",
        "listen 443 ": f"listen 127.0.0.1:{https} ",
        f"/etc/ssl/{NAME}.pem": f"{folder}/certificate.pem",
        f"/etc/ssl/{NAME}.key": f"{folder}/key.pem",
    }.items():
        assert told in portal, told
        portal = portal.replace(told, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    around = f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
    return f"{around}http {{ access_log off; {temporary}\n{portal} }}\n"


@pytest.fixture
def proxied(launch_web: Launch, tmp_path: Path) -> Iterator[tuple[Proxy, WebProcess]]:
    """The portal behind nginx, on the name of its certificate."""
    web = launch_web(base_url=f"https://{NAME}", trusted_proxies='["127.0.0.1"]')
    folder = tmp_path / "nginx"
    folder.mkdir()
    authority = trustme.CA()
    certificate, trust = authority.issue_cert(NAME), ssl.create_default_context()
    authority.configure_trust(trust)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / "certificate.pem", append=True)
    http, https = free_port(), free_port()
    (folder / "nginx.conf").write_text(_configuration(folder, web, http, https))
    command = [os.environ["SOLDE_TEST_NGINX"], "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    wait_until(lambda: _listens(https) or process.poll() is not None)
    assert process.poll() is None, (folder / "output.txt").read_text()
    yield Proxy(http, https, trust), web
    process.kill()
    process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
