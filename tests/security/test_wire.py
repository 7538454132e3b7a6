"""`solde web` itself, spoken to byte by byte: requests in two readings, Host and path tricks, forged proxy headers."""

from __future__ import annotations

import re

from tests.security.wire import AMBIGUOUS, CLIMBING, HOST, headers, request, say, statuses
from tests.services.web_process import Launch, WebProcess
from web.protection import HEADERS

EVIL = "evil.example"
FORGED = [
    f"X-Forwarded-Host: {EVIL}",
    f"X-Forwarded-Server: {EVIL}",
    f"X-Forwarded-Prefix: //{EVIL}",
    f"Forwarded: for=192.0.2.9;host={EVIL};proto=https",
    "X-Original-URL: /console",
    "X-Rewrite-URL: /console",
    "X-HTTP-Method-Override: DELETE",
    "X-Forwarded-For: 192.0.2.9",
    "X-Forwarded-Proto: https",
    "X-Real-IP: 192.0.2.9",
]


def port_of(web: WebProcess) -> int:
    return int(web.url.rpartition(":")[2])


def log_of(web: WebProcess) -> str:
    return (web.data / f"web-{port_of(web)}.txt").read_text()


def protections(answered: bytes) -> dict[str, str]:
    found = headers(answered)
    return {name: found.get(name.lower(), "") for name in HEADERS}


def test_what_could_be_taken_for_two_requests_or_another_protocol_is_not(launch_web: Launch) -> None:
    web = launch_web()
    for name, sent in AMBIGUOUS.items():
        answered = say(port_of(web), sent)
        assert statuses(answered) == [400], name
        assert protections(answered) == HEADERS, name
        assert headers(answered)["connection"] == "close", name
    assert "/smuggled" not in log_of(web)
    assert "Traceback" not in log_of(web)
    assert statuses(say(port_of(web), request("/livez"))) == [200]
    _nothing_that_a_client_says_of_a_proxy_counts(port_of(web))
    _no_connection_becomes_anything_else(port_of(web))


def test_it_answers_to_its_own_name_said_once_and_to_its_own_files(launch_web: Launch) -> None:
    web = launch_web()
    port = port_of(web)
    for host in (
        EVIL,
        f"{EVIL}@127.0.0.1",
        f"127.0.0.1@{EVIL}",
        f"127.0.0.1/{EVIL}",
        f"127.0.0.1#{EVIL}",
        "127.0.0.1:x",
    ):
        assert statuses(say(port, request("/connexion", host=host))) == [400], host
    assert statuses(say(port, request("/connexion", f"Host: {EVIL}"))) == [400]
    assert statuses(say(port, request("/connexion", host=EVIL).replace(f"Host: {EVIL}\r\n".encode(), b""))) == [400]
    assert statuses(say(port, request(f"http://{HOST}/connexion", host=EVIL))) == [400]
    for path in CLIMBING:
        answered = say(port, request(path))
        assert statuses(answered)[0] in {303, 400, 404}, path
        assert protections(answered) == HEADERS, path
        assert (
            headers(answered).get("location", "/").startswith("/connexion?retour=/") or statuses(answered)[0] != 303
        ), path
    for path in (
        f"http://{EVIL}/connexion",
        f"//{EVIL}/",
        f"/{EVIL}/..//{EVIL}",
        "/demandes%0d%0aX-Set:1?a=%0d%0aX-Set:1",
    ):
        answered = say(port, request(path))
        # Only as the path of this very site to come back to, after signing in.
        said = answered.replace(path.encode(), b"").replace(f"retour=/{EVIL}".encode(), b"")
        assert EVIL.encode() not in said, path
        assert "x-set" not in headers(answered), path


def _nothing_that_a_client_says_of_a_proxy_counts(port: int) -> None:
    honest = say(port, request("/connexion"))
    forged = say(port, request("/connexion", *FORGED))
    assert [plain(forged), statuses(forged)] == [plain(honest), [200]]
    assert statuses(say(port, request("/metrics"))) == [200]
    assert statuses(say(port, request("/metrics", "X-Forwarded-For: 127.0.0.1"))) == [404]


def plain(answered: bytes) -> str:
    """The page, but for the token of its forms and what tells one answer from the next."""
    return re.sub(r"[0-9a-f]{64}|visitor=[\w-]+|date: .*", "…", answered.decode())


def _no_connection_becomes_anything_else(port: int) -> None:
    asked = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "HTTP2-Settings: AAMAAABk"]
    for upgrade in ("websocket", "h2c"):
        sent = request("/graphql?query={__typename}", f"Upgrade: {upgrade}", *asked)
        answered = say(port, sent.replace(b"Connection: close", b"Connection: close, Upgrade"))
        assert statuses(answered) == [200], upgrade
        assert "upgrade" not in headers(answered), upgrade
