"""Which services the tests run on, and, said plainly at the end, which were left out.

Each is named by a variable. `.ci/run` starts them all and sets SOLDE_TEST_COMPLETE=1: then a missing one is an error.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
# What cannot run at all without its service; the rest runs on what is embedded.
NEEDS = {
    TESTS / "browser": "SOLDE_TEST_CHROMIUM",
    TESTS / "security/test_proxy.py": "SOLDE_TEST_NGINX",
    TESTS / "services/test_antivirus.py": "SOLDE_TEST_CLAMD",
    TESTS / "services/test_grants.py": "SOLDE_TEST_DATABASE_URL",
    TESTS / "services/test_documents_disk.py": "SOLDE_TEST_UNSHARE",
    TESTS / "services/test_receipt_pdf.py": "SOLDE_TEST_PDF_CHECKER",
    TESTS / "services/test_docs.py": "SOLDE_TEST_JQ",
    TESTS / "services/test_typed_client.py": "SOLDE_TEST_CODEGEN",
}
WITHOUT = {
    "SOLDE_TEST_DATABASE_URL": "PostgreSQL: everything ran on SQLite",
    "SOLDE_TEST_REDIS_URL": "Redis: the queue was the embedded Valkey",
    "SOLDE_TEST_STORAGE_URL": "a bucket: documents were in a folder, but for the tests of the storage itself",
    "SOLDE_TEST_CLAMD": "clamd: tests/services/test_antivirus.py did not run",
    "SOLDE_TEST_NGINX": "nginx: tests/security/test_proxy.py did not run",
    "SOLDE_TEST_UNSHARE": "unshare: tests/services/test_documents_disk.py, on a disk that is full, did not run",
    "SOLDE_TEST_PDF_CHECKER": "Poppler and outloud: tests/services/test_receipt_pdf.py did not run",
    "SOLDE_TEST_JQ": "jq and curl: the examples of docs/api did not run (tests/services/test_docs.py)",
    "SOLDE_TEST_CODEGEN": "GraphQL Code Generator: tests/services/test_typed_client.py did not run",
    "SOLDE_TEST_CHROMIUM": "Chromium: tests/browser did not run",
    "SOLDE_TEST_JAVA": "Java: no page was checked by vnu",
}
SMALLER = "some of tests/services do the same with fewer mails, deadlines and documents"


def full(size: int, otherwise: int) -> int:
    """As many of what makes a test long as must be shown in CI; elsewhere enough to show it, and the end says so."""
    return size if os.environ.get("SOLDE_TEST_COMPLETE") else otherwise


def missing() -> list[str]:
    """The variables that name no service."""
    return [name for name in WITHOUT if not os.environ.get(name)]


def pytest_configure() -> None:
    if os.environ.get("SOLDE_TEST_COMPLETE") and missing():
        raise pytest.UsageError(f"nothing may be left out, and these name no service: {', '.join(missing())}")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if NEEDS.get(collection_path) in missing() else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name in missing():
        terminalreporter.write_line(f"Left out: {WITHOUT[name]} (no {name}; .ci/run leaves nothing out).", yellow=True)
    if not os.environ.get("SOLDE_TEST_COMPLETE"):
        terminalreporter.write_line(
            f"Smaller: {SMALLER} (no SOLDE_TEST_COMPLETE; .ci/run does it in full).", yellow=True
        )
