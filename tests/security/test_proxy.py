"""The portal behind the proxy that its documentation configures: nothing of a client's passes for the proxy's own."""

from __future__ import annotations

import ssl

import pytest

from models import Event
from resolvers.accounts import hash_password
from tests.factories import make_supplier, make_user
from tests.security.test_wire import EVIL, FORGED, log_of, protections
from tests.security.wire import AMBIGUOUS, CLIMBING, headers, request, say, statuses
from tests.services.nginx import NAME, Proxy
from tests.services.web_process import WebProcess
from web.protection import HEADERS

HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


async def test_the_portal_never_reads_another_request_than_nginx_does(
    db: str, proxied: tuple[Proxy, WebProcess]
) -> None:
    proxy, web = proxied
    for name, sent in AMBIGUOUS.items():
        before = log_of(web).count("/smuggled")
        answered = say(proxy.https, sent, host=NAME, tls=proxy.trust)
        # What follows on the connection that nginx keeps with the portal is answered for itself.
        after = say(proxy.https, request("/livez", host=NAME), host=NAME, tls=proxy.trust)
        assert after.endswith(b"ok\n"), name
        # Where nginx reads two requests, so does the portal, and who sent them has both answers. Only now is it all in
        # the log, whose lines come after the answers.
        read_twice = log_of(web).count("/smuggled") - before
        assert read_twice == max(0, len(statuses(answered)) - 1), name
    for path in CLIMBING:
        answered = say(proxy.https, request(path, host=NAME), host=NAME, tls=proxy.trust)
        assert statuses(answered)[0] in {303, 400, 404}, path
        assert protections(answered).get("X-Content-Type-Options") == "nosniff", path


async def test_it_is_reached_by_its_name_over_tls_alone_and_keeps_the_address_that_nginx_saw(
    db: str, proxied: tuple[Proxy, WebProcess]
) -> None:
    proxy, _ = proxied
    _is_reached_by_its_name_over_tls_alone(proxy)
    user = await make_user(await make_supplier(), password_hash=await hash_password("une phrase facile"))
    form = f"identifier={user.identifier}&password=une+autre+phrase".encode()
    given = ["Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded", *FORGED]
    sent = request("/connexion", *given, f"Content-Length: {len(form)}", method="POST", host=NAME) + form
    answered = say(proxy.https, sent, host=NAME, tls=proxy.trust)
    assert statuses(answered) == [422]
    origins = [event.origin for event in await Event.all() if event.origin]
    assert [origin["address"] for origin in origins] == ["127.0.0.1"]
    assert EVIL.encode() not in answered


def _is_reached_by_its_name_over_tls_alone(proxy: Proxy) -> None:
    plain = say(proxy.http, request("/demandes?a=b", host=EVIL))
    assert (statuses(plain), headers(plain)["location"]) == ([301], f"https://{NAME}/demandes?a=b")
    stranger = ssl.create_default_context()
    stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLError):
        say(proxy.https, request("/connexion", host=EVIL), host=EVIL, tls=stranger)
    page = say(proxy.https, request("/connexion", host=NAME), host=NAME, tls=proxy.trust)
    assert (statuses(page), protections(page)) == ([200], HEADERS)
    assert HSTS.items() <= headers_as_sent(page).items()
    assert "__Host-visitor=" in headers(page)["set-cookie"]
    assert "secure" in headers(page)["set-cookie"].lower()
    for path, status in {"/metrics": 404, "/livez": 200, "/static/site.css?v=1": 200, "/nulle-part": 404}.items():
        answered = say(proxy.https, request(path, host=NAME), host=NAME, tls=proxy.trust)
        assert statuses(answered) == [status], path
        assert HSTS.items() <= headers_as_sent(answered).items(), path


def headers_as_sent(answered: bytes) -> dict[str, str]:
    """Those that stand for https, by their usual names."""
    return {name: headers(answered).get(name.lower(), "") for name in HSTS}
