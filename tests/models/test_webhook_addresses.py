"""Webhooks go to the public internet by https, and nowhere else unless the operator says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.errors import Invalid
from models.webhook_addresses import check_url, is_allowed

Setting = Callable[[str, object], None]


@pytest.mark.parametrize(
    "url",
    [
        "https://editeur.fr/webhooks",
        "https://editeur.fr:8443/webhooks?cle=a%20b",
        "https://EDITEUR.fr:443",
        "https://xn--diteur-9ua.fr/",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]:4443/",
    ],
)
def test_a_public_address_is_taken_as_it_is(url: str) -> None:
    assert check_url(f" {url} ") == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "REQUIRED"),
        ("https://editeur.fr/" + "a" * 500, "TOO_LONG"),
        ("editeur.fr/webhooks", "NOT_A_URL"),
        ("https:///webhooks", "NOT_A_URL"),
        ("https://éditeur.fr/", "NOT_A_URL"),
        ("https://editeur.fr/a b", "NOT_A_URL"),
        ("https://editeur.fr\\@127.0.0.1/", "NOT_A_URL"),
        ("https://editeur.fr/\r\nHost: x", "NOT_A_URL"),
        ("https://editeur.fr/#a", "NOT_A_URL"),
        ("https://editeur.fr:0/", "NOT_A_URL"),
        ("https://editeur.fr:99999/", "NOT_A_URL"),
        ("https://[::1/", "NOT_A_URL"),
        ("https://editeur..fr/", "NOT_A_URL"),
        ("http://editeur.fr/", "HTTPS_REQUIRED"),
        ("file:///etc/passwd", "NOT_A_URL"),
        ("ftp://editeur.fr/", "HTTPS_REQUIRED"),
        ("https://admin:secret@editeur.fr/", "CREDENTIALS"),
        ("https://editeur.fr@127.0.0.1/", "CREDENTIALS"),
        ("https://editeur.fr:25/", "PORT"),
        ("https://localhost/", "PRIVATE_ADDRESS"),
        ("https://base.internal/", "PRIVATE_ADDRESS"),
        ("https://serveur/", "PRIVATE_ADDRESS"),
        ("https://127.0.0.1/", "PRIVATE_ADDRESS"),
        ("https://127.1/", "PRIVATE_ADDRESS"),
        ("https://2130706433/", "PRIVATE_ADDRESS"),
        ("https://0x7f.0.0.0x1/", "PRIVATE_ADDRESS"),
        ("https://169.254.169.254/latest/meta-data", "PRIVATE_ADDRESS"),
        ("https://[::1]/", "PRIVATE_ADDRESS"),
        ("https://[::ffff:10.0.0.1]/", "PRIVATE_ADDRESS"),
    ],
)
def test_any_other_is_refused_with_the_reason(url: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_url(url)
    assert [(fault.field, fault.code) for fault in refusal.value.faults] == [("url", code)]


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_may_be_reached_by_https_alone(address: str) -> None:
    assert is_allowed(address)
    assert not is_allowed(address, public=False)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1"),  # noqa: S104 - nothing listens
        *("192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::127.0.0.1", "fe80::1", "fe80::1%1", "fc00::1", "ff02::1"),
        # An IPv4 address in disguise: mapped, by NAT64, 6to4 and Teredo.
        *("::ffff:127.0.0.1", "::ffff:93.184.216.34", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"),
        *("2001::1", "2001:db8::1", "3fff::1", "fec0::1", "not an address"),
    ],
)
def test_no_other_address_may_be_reached(address: str) -> None:
    assert not is_allowed(address)


def test_a_network_that_the_operator_allows_may_be_reached_by_http_and_on_any_port(setting: Setting) -> None:
    setting("webhook_networks", ["10.1.0.0/16", "::1/128"])
    assert check_url("http://receveur:80/") == "http://receveur:80/"
    assert check_url("http://10.1.2.3:25/") == "http://10.1.2.3:25/"
    assert is_allowed("10.1.2.3", public=False)
    assert is_allowed("::1", public=False)
    assert not is_allowed("10.2.0.1")
    assert not is_allowed("93.184.216.34", public=False)
    assert is_allowed("93.184.216.34")
