"""The hostile corpus, sent over HTTP as browsers and programs send it: each file gets the answer that it must get."""

from __future__ import annotations

import pytest
from httpx import AsyncClient, Response

from models import Upload, User
from models.document_formats import content_type_of
from tests.corpus import CORPUS, images, names, office, pdfs, pretenders
from tests.corpus.cases import Case
from tests.stored import stored, stored_keys, temporary_files
from tests.web.conftest import Enter

FAMILIES = {"pdfs": pdfs, "images": images, "office": office, "pretenders": pretenders}
STATUSES = {None: 201, "TOO_LARGE": 413}


@pytest.fixture
async def sender(site: AsyncClient, enter: Enter, supplier_user: User) -> AsyncClient:
    """The browser of somebody who may send documents."""
    await enter(supplier_user)
    return site


def expected(case: Case) -> tuple[int, str | None, str]:
    return STATUSES.get(case.code, 422), case.code, case.kept_name


def given(answer: Response) -> tuple[int, str | None, str]:
    said = answer.json()
    return answer.status_code, said.get("code"), said["fileName"]


async def check(answers: list[tuple[Case, Response]]) -> None:
    """Each has its answer; what is accepted is kept byte for byte, and nothing stays of the others."""
    assert {case.title: given(answer) for case, answer in answers} == {
        case.title: expected(case) for case, _ in answers
    }
    accepted = [(case, answer.json()["uploadId"]) for case, answer in answers if case.code is None]
    for case, upload_id in accepted:
        upload = await Upload.get(id=upload_id)
        assert (upload.file_name, upload.content_type) == (case.kept_name, content_type_of(case.kept_name))
        assert stored(upload.key) == case.content, case.title
    assert len(stored_keys()) == len(accepted)
    assert temporary_files() == []


def test_the_corpus_is_large_and_tells_its_files_apart() -> None:
    assert len(CORPUS) >= 60
    assert len({case.title for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("family", FAMILIES)
async def test_every_file_gets_its_answer(sender: AsyncClient, family: str) -> None:
    def sent(case: Case) -> dict[str, tuple[str, bytes, str]]:
        return {"file": (case.file_name, case.content, case.declared)}

    await check([(case, await sender.post("/uploads", files=sent(case))) for case in FAMILIES[family].CASES])


async def test_every_name_is_kept_as_it_is_or_made_harmless(sender: AsyncClient) -> None:
    def sent(case: Case) -> dict[str, str]:
        return {"name": case.file_name}

    await check(
        [(case, await sender.post("/uploads", params=sent(case), content=case.content)) for case in names.CASES]
    )


async def test_every_refusal_is_a_sentence_that_names_the_file(sender: AsyncClient) -> None:
    for case in (pretenders.CASES[0], images.CASES[-1], pdfs.CASES[-1], office.CASES[-4]):
        answer = await sender.post("/uploads", files={"file": (case.file_name, case.content)})
        assert answer.json()["message"].replace("\u00a0", " ").startswith(f"« {case.file_name} » ")
