"""An S3-compatible bucket for the tests: moto's server in this process, unless a real one is named.

With SOLDE_TEST_STORAGE_URL, `s3://bucket`, every test keeps its documents in it, each under a prefix of its own.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from uuid import uuid4

import obstore
import pytest
from obstore.store import HTTPStore
from pydantic import SecretStr

URL = os.environ.get("SOLDE_TEST_STORAGE_URL", "")
BUCKET = URL or "s3://solde-tests"


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    """The address of an S3-compatible server that holds an empty bucket."""
    from moto.server import ThreadedMotoServer  # Takes a second.

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    obstore.put(HTTPStore(address, client_options={"allow_http": True}), BUCKET[5:], b"")
    yield address
    server.stop()


@pytest.fixture
def bucket(bucket_server: str, setting: Callable[[str, object], None]) -> str:
    """This test's documents are kept in a bucket; its URL."""
    for name, value in bucket_settings(bucket_server).items():
        setting(name, value)
    return BUCKET


def bucket_settings(address: str) -> dict[str, object]:
    """What a deployment is told to keep its documents there, in a part of the bucket of its own."""
    return {
        "storage_url": f"{BUCKET}/{uuid4()}",
        "storage_endpoint": address,
        "storage_region": "eu-west-3",
        "storage_access_key": "tests",
        "storage_secret_key": SecretStr("tests"),
    }


@pytest.fixture(autouse=True)
def _kept_where_the_run_says(request: pytest.FixtureRequest) -> None:
    if URL:
        request.getfixturevalue("bucket")


@pytest.fixture(params=["folder", "bucket"])
def each_storage(request: pytest.FixtureRequest, data_dir: object, setting: Callable[[str, object], None]) -> str:
    """The test runs twice: its documents in a folder, and in a bucket."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    else:
        setting("storage_url", "")
    return str(request.param)
