"""Every example of the API's documentation, run as a reader would: typed into a shell, against a sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, script
from tests.services.examples import Reader


@pytest.mark.parametrize("page", [page for page in PAGES if script(page)])
def test_a_reader_who_types_the_examples_gets_what_they_promise(reader: Reader, tmp_path: Path, page: str) -> None:
    reader.begin(page, tmp_path)
    reader.type(script(page), tmp_path)
