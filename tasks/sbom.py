"""`python -m tasks.sbom FILE`: the bill of materials, in CycloneDX, for who looks for packages with a known weakness.

Made of the locks alone: the same locks give the same file, on any machine.
"""

from __future__ import annotations

import json
import sys
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tasks.locks import BROWSER, PYTHON, Package, read_browser, read_python

ROOT = Path(__file__).parent.parent

Json = dict[str, Any]


def bill_of_materials(folder: Path = ROOT) -> Json:
    """The bill of the locks in that folder."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    own = {"name": project["name"], "version": project["version"]}
    ref = f"pkg:generic/{own['name']}@{own['version']}"
    python, asked = read_python(folder, own["name"])
    browser, asked_too = read_browser(folder)
    packages = sorted([*python, *browser], key=lambda package: package.purl)
    needs = {ref: asked | asked_too} | {package.purl: package.needs for package in packages}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, _stamp(folder))}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": ref, "purl": ref, **own}},
        "components": [_component(package) for package in packages],
        "dependencies": [{"ref": one, "dependsOn": sorted(others)} for one, others in needs.items()],
    }


def _stamp(folder: Path) -> str:
    return sha256(b"".join((folder / name).read_bytes() for name in (PYTHON, BROWSER))).hexdigest()


def _component(package: Package) -> Json:
    group, _, name = package.name.rpartition("/")
    hashes = [{"alg": kind.replace("sha", "SHA-"), "content": digest} for kind, digest in package.hashes]
    told: Json = {"type": "library", "bom-ref": package.purl, "purl": package.purl, "scope": package.scope}
    told |= {"group": group, "name": name} if group else {"name": name}
    told |= {"version": package.version, "hashes": hashes}
    if package.licence:
        told["licenses"] = [{"expression": package.licence}]
    if package.marker:
        told["properties"] = [{"name": "segur-solde:installed-when", "value": package.marker}]
    return told


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill_of_materials(), indent=2) + "\n")
    sys.stdout.write(f"{file}\n")
