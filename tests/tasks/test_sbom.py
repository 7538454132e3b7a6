"""The bill of materials names every locked package, and nothing that the locks do not say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from tasks.sbom import ROOT, bill_of_materials

BILL = bill_of_materials()
PACKAGES = {each["purl"]: each for each in BILL["components"]}
NEEDS = {each["ref"]: set(each["dependsOn"]) for each in BILL["dependencies"]}


def test_every_locked_package_is_on_the_bill() -> None:
    python = re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    browser = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    names = {f"pkg:pypi/{name}@{version}" for name, version in python}
    places = ((place.rpartition("node_modules/")[2], entry["version"]) for place, entry in browser.items() if place)
    names |= {f"pkg:npm/{name.replace('@', '%40')}@{version}" for name, version in places}
    assert PACKAGES.keys() == names
    assert len(BILL["components"]) == len(names)


def test_every_package_carries_the_hashes_of_its_lock() -> None:
    text = (ROOT / "requirements.txt").read_text()
    hashes = {(each["alg"], each["content"]) for package in PACKAGES.values() for each in package["hashes"]}
    assert all(package["hashes"] for package in PACKAGES.values())
    assert {digest for kind, digest in hashes if kind == "SHA-256"} == set(re.findall(r"sha256:([0-9a-f]{64})", text))
    assert {len(digest) for kind, digest in hashes if kind == "SHA-512"} == {128}


def test_every_package_is_there_because_of_the_portal() -> None:
    own = BILL["metadata"]["component"]["bom-ref"]
    reached: set[str] = set()
    waiting = [own]
    while waiting:
        found = NEEDS[waiting.pop()] - reached
        reached |= found
        waiting += found
    assert reached == PACKAGES.keys()
    assert NEEDS.keys() == PACKAGES.keys() | {own}


def test_what_only_the_tests_use_is_told_apart() -> None:
    excluded = {name for name, each in PACKAGES.items() if each["scope"] == "excluded"}
    named = [name.removeprefix("pkg:npm/").rpartition("@")[0] for name in excluded]
    assert {"axe-core", "html-validate", "vnu-jar"} <= set(named)
    served = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert not {quote(name, safe="/") for name in served} & set(named)
    assert all(name.startswith("pkg:npm/") for name in excluded)


def test_what_a_package_needs_is_the_version_nearest_to_it() -> None:
    (needed,) = [each for each in NEEDS if each.startswith("pkg:npm/codemirror-graphql@")]
    (codemirror,) = [each for each in NEEDS[needed] if each.startswith("pkg:npm/%40types/codemirror@")]
    assert PACKAGES[codemirror]["version"].startswith("0.")


def test_the_same_locks_give_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "folder/sbom.cdx.json"
    subprocess.run([sys.executable, "-m", "tasks.sbom", str(file)], cwd=ROOT, check=True, capture_output=True)
    assert json.loads(file.read_text()) == BILL
