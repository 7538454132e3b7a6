"""Is this valid HTML? What vnu, the checker of the WHATWG and W3C, and html-validate say of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGES = Path(__file__).parents[2] / "node_modules"
# A short run: compiling well costs more than it brings.
JAVA = os.environ.get("SOLDE_TEST_JAVA")
VNU = [
    str(JAVA),
    "-Xss4m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-jar",
    str(PACKAGES / "vnu-jar/build/dist/vnu.jar"),
]
HTML_VALIDATE = [str(PACKAGES / ".bin/html-validate"), "--config", str(Path(__file__).with_name("htmlvalidate.json"))]


def invalid(pages: Mapping[str, str]) -> list[str]:
    """What is wrong with these pages, each fault once, with the name of a page that has it."""
    with TemporaryDirectory(prefix="solde-html-") as folder:
        files = {str(Path(folder) / f"{number}.html"): name for number, name in enumerate(pages)}
        for file, name in files.items():
            Path(file).write_text(pages[name])
        found = [*_of_vnu(files), *_of_html_validate(files, folder)]
        first = {words: file for file, words in reversed(found)}
        return [f"{files[file]}: {words}" for words, file in first.items()]


def _of_vnu(files: Iterable[str]) -> Iterator[tuple[str, str]]:
    if not JAVA:
        return
    for fault in json.loads(_run(*VNU, "--format", "json", "--stdout", "--exit-zero-always", *files))["messages"]:
        yield fault["url"].removeprefix("file:"), f"{fault['message']} (vnu, {fault.get('extract', '')!r})"


def _of_html_validate(files: Iterable[str], folder: str) -> Iterator[tuple[str, str]]:
    report = Path(folder) / "report.json"  # into a pipe, it would write no more than the pipe holds
    said = _run(*HTML_VALIDATE, "--formatter", f"json={report}", *files)
    assert report.exists(), said
    for page in json.loads(report.read_text()):
        lines = page["source"].splitlines()
        for fault in page["messages"]:
            extract = lines[fault["line"] - 1].strip()[:200]
            yield page["filePath"], f"{fault['message']} ({fault['ruleId']}, {extract!r})"


def _run(*command: str) -> str:
    """What a checker says; html-validate's status tells that it found something."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.stdout or ended.stderr
