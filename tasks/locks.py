"""What the locks name: every package of Python and of the browser, with its hashes and what it needs."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

PYTHON, BROWSER = "requirements.txt", "package-lock.json"
_PACKAGE = re.compile(r"(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.*))?")
_ENTRY = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)
_WANTED_BY = re.compile(r"^    #(?: via)? {1,3}([a-z0-9._-]+)", re.MULTILINE)
_MODULES = "node_modules/"


@dataclass
class Package:
    """One locked package: its address among all packages (purl), its files' hashes, and the purls that it needs."""

    purl: str
    name: str
    version: str
    hashes: list[tuple[str, str]]
    scope: str = "required"
    licence: str = ""
    marker: str = ""
    needs: set[str] = field(default_factory=set)


def read_python(folder: Path, own: str) -> tuple[list[Package], set[str]]:
    """The packages of requirements.txt, and those that the project `own` itself names."""
    packages: dict[str, list[Package]] = defaultdict(list)  # a name has a version for each range of Pythons
    wanted: list[tuple[Package, set[str]]] = []
    for entry in _ENTRY.split((folder / PYTHON).read_text())[1:]:
        package = _python_package(entry)
        packages[package.name].append(package)
        wanted.append((package, set(_WANTED_BY.findall(entry))))
    for package, parents in wanted:
        for parent in chain.from_iterable(packages[name] for name in parents & packages.keys()):
            parent.needs.add(package.purl)
    return [package for package, _ in wanted], {package.purl for package, parents in wanted if own in parents}


def _python_package(entry: str) -> Package:
    found = _PACKAGE.match(entry.partition(" \\\n")[0])
    assert found, entry  # noqa: S101 - a lock of another tool must not make a bill that lacks something
    name, version, marker = found["name"], found["version"], found["marker"] or ""
    hashes = [("sha256", digest) for digest in re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)]
    return Package(f"pkg:pypi/{name}@{version}", name, version, hashes, marker=marker)


def read_browser(folder: Path) -> tuple[list[Package], set[str]]:
    """The packages of package-lock.json, and those that the project itself names."""
    entries: dict[str, dict[str, Any]] = json.loads((folder / BROWSER).read_text())["packages"]
    packages = {place: _browser_package(place, entry) for place, entry in entries.items() if place}
    for place, package in packages.items():
        package.needs = {packages[found].purl for found in _needed(place, entries)}
    return [*packages.values()], {packages[found].purl for found in _needed("", entries)}


def _browser_package(place: str, entry: dict[str, Any]) -> Package:
    name, version = place.rpartition(_MODULES)[2], entry["version"]
    kind, _, digest = entry["integrity"].partition("-")
    scope = "excluded" if entry.get("dev") else "optional" if entry.get("optional") else "required"
    hashes = [(kind, b64decode(digest).hex())]
    return Package(f"pkg:npm/{quote(name)}@{version}", name, version, hashes, scope, licence=entry["license"])


def _needed(place: str, entries: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Where what the package at that place needs is installed: beside it, or in a folder above."""
    kinds = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
    for name in {name for kind in kinds for name in entries[place].get(kind, {})}:
        for folder in _folders(place):
            if (found := f"{folder}{_MODULES}{name}") in entries:
                yield found
                break


def _folders(place: str) -> Iterator[str]:
    while place:
        yield f"{place}/"
        place = place.rpartition(f"/{_MODULES}")[0]
    yield ""
