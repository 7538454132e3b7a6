"""No package with a weakness that we know of: versions stand above those that mended it.

The advisories are told here, so that a package held back, or a lock written by hand, is refused without asking
any server.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tasks.locks import read_python

ROOT = Path(__file__).parents[2]
FLOORS = {
    # A cross-site form that runs a mutation (pull request 3645, 0.243.0); `node` of another type (3749, 0.257.0);
    # CVE-2026-35523 and CVE-2026-35526, WebSockets (0.312.3); CVE-2026-47706 and CVE-2026-47707, limits (0.315.7).
    "strawberry-graphql": "0.315.7",
    # GHSA-v5gw-mw7f-84px (0.27.0), CVE-2024-47874 (0.40.0), CVE-2025-54121 (0.47.2), CVE-2025-62727 (0.49.1),
    # CVE-2026-48710 (1.0.1), CVE-2026-54282 (1.3.0), CVE-2026-54283 (1.3.1).
    "starlette": "1.3.1",
    # CVE-2024-24762 (0.0.7), CVE-2024-53981 (0.0.18), CVE-2026-24486 (0.0.22), CVE-2026-40347 (0.0.26),
    # CVE-2026-42561 (0.0.27), and what followed.
    "python-multipart": "0.0.32",
    # CVE-2025-43859, a body taken for the next request.
    "h11": "0.16.0",
    # CVE-2020-11010, LIKE.
    "tortoise-orm": "0.16.6",
    # What a sandboxed template reaches (CVE-2025-27516).
    "jinja2": "3.1.6",
}


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_what_is_installed_stands_above_every_known_advisory(package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor)


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_what_a_deployment_installs_does_too(package: str, floor: str) -> None:
    (locked,) = [each.version for each in read_python(ROOT, "segur-solde")[0] if each.name == package]
    assert Version(locked) >= Version(floor)


# h11 comes with uvicorn: the locks alone hold it.
@pytest.mark.parametrize(("package", "floor"), [(name, floor) for name, floor in FLOORS.items() if name != "h11"])
def test_no_lock_written_anew_could_fall_below(package: str, floor: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ours = {each.name: each.specifier for each in map(Requirement, project["dependencies"])}
    below = Version(f"{floor}.dev0")  # Less than the floor, and more than whatever was released before it.
    assert not ours[package].contains(below, prereleases=True)


def test_what_is_locked_is_what_is_installed() -> None:
    """Else the two tests above would look at packages that nobody runs."""
    locked = {each.name: each.version for each in read_python(ROOT, "segur-solde")[0] if each.name in FLOORS}
    assert locked == {name: version(name) for name in FLOORS}
