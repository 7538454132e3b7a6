import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from httpx import AsyncClient
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from models import Upload, User
from models.actors import AccountRight, Actor, TokenScope
from models.content_disposition import disposition
from resolvers import storage
from resolvers.uploads import sweep_orphans
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_supplier, make_token, make_user
from tests.stored import date_all, put_there, stored, stored_keys, temporary_files
from tests.web.conftest import Enter
from web import bodies
from web.app import app
from web.bodies import decoded
from web.uploads import read_form

PDF = (Path(__file__).parents[1] / "examples/pieces/PJ_Demande.pdf").read_bytes()


def whole_files() -> list[bytes]:
    """What is kept, when nothing was left half-way."""
    assert temporary_files() == []
    return [stored(key) for key in stored_keys()]


async def test_a_raw_body_is_stored_whole_under_a_name_of_ours(program: AsyncClient, data_dir: Path) -> None:
    answer = await program.post("/uploads?name=rapport été.pdf", content=PDF)
    upload = await Upload.get()
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert answer.status_code == 201
    assert answer.json() == {
        "uploadId": str(upload.id),
        "fileName": "rapport été.pdf",
        "size": len(PDF),
        "sha256": sha256,
    }
    assert (upload.file_name, upload.content_type) == ("rapport été.pdf", "application/pdf")
    assert whole_files() == [PDF]
    assert stored_keys() == [upload.key]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-File-Name": "rapport%20%C3%A9t%C3%A9.pdf"},
        {"Content-Disposition": 'attachment; filename="rapport été.pdf"'},
        {"Content-Disposition": disposition("attachment", "rapport été.pdf")},
        {"Content-Disposition": "inline; FileName*=utf-8'fr'rapport%20%C3%A9t%C3%A9.pdf"},
    ],
)
async def test_the_name_may_come_in_a_header(program: AsyncClient, headers: dict[str, str]) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    assert (await program.post("/uploads", content=PDF, headers=encoded)).status_code == 201
    assert (await Upload.get()).file_name == "rapport été.pdf"


async def test_a_form_says_that_it_is_one_in_any_case(program: AsyncClient) -> None:
    form = program.build_request("POST", "/uploads", files={"file": ("rapport.pdf", PDF)})
    form.headers["Content-Type"] = form.headers["Content-Type"].replace("multipart/form-data", "Multipart/Form-Data")
    assert (await program.send(form)).status_code == 201


async def test_a_file_without_a_name_is_refused(program: AsyncClient) -> None:
    assert (await program.post("/uploads", content=PDF)).status_code == 422


async def test_a_name_comes_out_of_a_form_as_it_was_written(program: AsyncClient) -> None:
    form = program.build_request("POST", "/uploads", files={"file": ('le "vrai"\r\n 100 %.pdf', PDF)})
    assert b"le %22vrai%22%0D%0A 100 %.pdf" in form.read()
    assert (await program.send(form)).json()["fileName"] == 'le "vrai" 100 %.pdf'


async def test_names_lose_their_folders_and_what_nobody_sees(program: AsyncClient) -> None:
    await program.post("/uploads", content=PDF, params={"name": "../../etc/a\u202eb\0.pdf"})
    assert (await Upload.get()).file_name == "ab.pdf"


@pytest.mark.parametrize(
    ("name", "content", "status", "sentence"),
    [
        ("vide.pdf", b"", 422, "« vide.pdf » est vide."),
        ("programme.pdf", b"MZ\x90\0" + PDF, 422, "« programme.pdf » n’est pas un PDF lisible."),
        ("programme.exe", PDF, 422, "« programme.exe » n’est pas un fichier accepté. Formats acceptés : PDF, "),
        ("gros.pdf", PDF + b" " * 5000, 413, "« gros.pdf » pèse 6 Ko. La taille maximale est de 2 Ko."),
    ],
)
@pytest.mark.parametrize("as_form", [False, True])
async def test_a_bad_file_is_refused_with_its_sentence_and_leaves_nothing(
    program: AsyncClient,
    data_dir: Path,
    setting: Callable[[str, object], None],
    name: str,
    content: bytes,
    status: int,
    sentence: str,
    as_form: bool,
) -> None:
    setting("max_upload_bytes", 2048)
    with capture_logs(processors=[merge_contextvars]) as logs:
        if as_form:
            answer = await program.post("/uploads", files={"file": (name, content)})
        else:
            answer = await program.post("/uploads", content=content, params={"name": name})
    assert answer.status_code == status
    assert [line["incident"] for line in logs if line["event"] == "refused"] == [answer.headers["X-Request-Id"]]
    assert answer.json()["fileName"] == name
    assert answer.json()["message"].replace("\u00a0", " ").startswith(sentence)
    assert whole_files() == []
    assert not await Upload.exists()


async def test_what_is_too_large_is_not_read_to_its_end(
    program: AsyncClient, data_dir: Path, setting: Callable[[str, object], None]
) -> None:
    setting("max_upload_bytes", 1024 * 1024)
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 65536

    answer = await program.post("/uploads?name=gros.pdf", content=endless())
    assert answer.status_code == 413
    assert "pèse plus de 1 Mo" in answer.json()["message"].replace("\u00a0", " ")
    assert len(read) < 30
    assert whole_files() == []


async def test_several_files_each_get_their_own_answer(program: AsyncClient, data_dir: Path) -> None:
    files = [("file", ("a.pdf", PDF)), ("file", ("vide.pdf", b"")), ("file", ("b.pdf", PDF))]
    answer = await program.post("/uploads", files=files)
    assert answer.status_code == 422
    assert [set(each) for each in answer.json()] == [
        {"uploadId", "fileName", "size", "sha256"},
        {"fileName", "code", "message"},
        {"uploadId", "fileName", "size", "sha256"},
    ]
    assert [each["fileName"] for each in answer.json()] == ["a.pdf", "vide.pdf", "b.pdf"]
    assert len(whole_files()) == await Upload.all().count() == 2


async def test_a_form_without_a_file_says_to_choose_one(program: AsyncClient) -> None:
    answer = await program.post("/uploads", files={"file": ("", b"")})
    assert (answer.status_code, answer.json()["message"]) == (422, "Choisissez un fichier à ajouter.")


async def test_files_past_the_number_allowed_are_refused(
    program: AsyncClient, setting: Callable[[str, object], None]
) -> None:
    setting("max_files_at_once", 1)
    answer = await program.post("/uploads", files=[("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))])
    assert answer.json()[1]["message"] == "Vous pouvez importer 1 fichiers au plus à la fois."
    assert await Upload.all().count() == 1


async def test_nobody_sends_without_a_right_to(stranger: AsyncClient, data_dir: Path) -> None:
    reader = await make_token(name="Lecture", scopes=[TokenScope.READ], as_of=NOW)
    statuses = [
        (await stranger.post("/uploads?name=a.pdf", content=PDF, headers=headers)).status_code
        for headers in ({}, {"Authorization": "Bearer faux"}, {"Authorization": f"Bearer {reader}"})
    ]
    assert statuses == [401, 401, 403]
    assert whole_files() == []


@pytest.mark.parametrize(("right", "status"), [(AccountRight.READ, 403), (AccountRight.EDIT, 201)])
async def test_a_signed_in_browser_sends_as_far_as_its_account_may_edit(
    site: AsyncClient, enter: Enter, right: AccountRight, status: int
) -> None:
    await enter(await make_user(await make_supplier(), right=right))
    assert (await site.post("/uploads?name=a.pdf", content=PDF)).status_code == status


async def test_another_site_cannot_send_with_our_cookie(site: AsyncClient, enter: Enter, supplier_user: User) -> None:
    await enter(supplier_user)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert (await site.post("/uploads?name=a.pdf", content=PDF, headers=headers)).status_code == 403
    del site.headers["Sec-Fetch-Site"]
    assert (await site.post("/uploads?name=a.pdf", content=PDF)).status_code == 403


def arriving(actor: Actor | None, content_type: str, *messages: Message) -> Request:
    """A request whose body arrives in these messages, and then is waited for."""
    waiting = list(messages)

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        await asyncio.sleep(3600)
        raise AssertionError

    headers = [(b"content-type", content_type.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers, "app": app}
    http = Request(scope, receive)
    http.state.actor, http.state.as_of = actor, NOW
    return http


def more(body: bytes) -> Message:
    return {"type": "http.request", "body": body, "more_body": True}


FORM = "multipart/form-data; boundary=B"
TWO_FILES = (
    b'--B\r\nContent-Disposition: form-data; name="contact"\r\n\r\na@b.fr\r\n'
    b'--B\r\nContent-Disposition: form-data; name="fichier"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n"
    b'--B\r\nContent-Disposition: form-data; name="fichier"; filename="b.pdf"\r\n\r\n' + PDF + b"\r\n--B--\r\n"
)


async def test_a_sender_who_leaves_half_way_leaves_nothing(db: str, data_dir: Path, supplier_user: User) -> None:
    http = arriving(supplier_user.actor, FORM, more(TWO_FILES[:-60]), {"type": "http.disconnect"})
    with pytest.raises(ClientDisconnect):
        await read_form(http)
    assert whole_files() == []
    assert not await Upload.exists()


async def test_a_form_cut_short_is_refused_and_leaves_nothing(db: str, data_dir: Path, supplier_user: User) -> None:
    http = arriving(supplier_user.actor, FORM, {"type": "http.request", "body": TWO_FILES[:-60]})
    with pytest.raises(Exception, match="422"):
        await read_form(http)
    assert whole_files() == []


async def test_a_sender_who_falls_silent_is_given_up(
    db: str, data_dir: Path, supplier_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LONGEST_SILENCE", 0.05)
    with pytest.raises(Exception, match="408"):
        await read_form(arriving(supplier_user.actor, FORM, more(TWO_FILES[:300])))
    assert whole_files() == []


@pytest.mark.parametrize("step", [1, 7, 64, 10_000])
async def test_a_form_reads_the_same_however_it_arrives(
    db: str, data_dir: Path, supplier_user: User, step: int
) -> None:
    pieces = [more(TWO_FILES[start : start + step]) for start in range(0, len(TWO_FILES), step)]
    form = await read_form(arriving(supplier_user.actor, FORM, *pieces, {"type": "http.request", "body": b""}))
    assert form.get("contact") == "a@b.fr"
    assert [(file.field, file.file_name, file.fault) for file in form.files] == [
        ("fichier", "a.pdf", None),
        ("fichier", "b.pdf", None),
    ]
    assert whole_files() == [PDF, PDF]


async def test_texts_come_through_beside_a_refused_file(db: str, data_dir: Path, supplier_user: User) -> None:
    body = TWO_FILES.replace(b"a.pdf", b"a.exe")
    form = await read_form(arriving(supplier_user.actor, FORM, {"type": "http.request", "body": body}))
    assert form.get("contact") == "a@b.fr"
    assert [file.fault and file.fault.code for file in form.files] == ["WRONG_FORMAT", None]


async def test_a_file_may_be_asked_for_as_text(db: str, data_dir: Path, supplier_user: User) -> None:
    body = TWO_FILES.replace(PDF, '{"clé": 1}'.encode())
    http = arriving(supplier_user.actor, FORM, {"type": "http.request", "body": body})
    form = await read_form(http, as_text=("fichier",))
    assert form.all("fichier") == ['{"clé": 1}'] * 2
    assert whole_files() == []


async def test_a_plain_form_is_read_as_browsers_write_it(supplier_user: User) -> None:
    body = b"action=enregistrer&note=une+note%0D%0Asur+deux+lignes&vide=&x=1&x=2&seul&%C3%A9=%C3%A9%00"
    http = arriving(None, "application/x-www-form-urlencoded", {"type": "http.request", "body": body})
    form = await read_form(http)
    assert form.texts == {
        "action": ["enregistrer"],
        "note": ["une note\nsur deux lignes"],
        "vide": [""],
        "x": ["1", "2"],
        "seul": [""],
        "é": ["é\ufffd"],
    }
    assert (form.get("x"), form.get("absent"), form.all("absent")) == ("1", "", [])


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", b"", 422),
        ("multipart/form-data; boundary=B", b"n'importe quoi", 422),
        ("multipart/form-data; boundary=B", b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n", 422),
        ("application/xml", b"<a/>", 415),
        ("application/x-www-form-urlencoded", b"a=1&" * 201, 413),
    ],
)
async def test_a_body_that_is_no_form_is_refused(content_type: str, body: bytes, status: int) -> None:
    with pytest.raises(Exception, match=str(status)):
        await read_form(arriving(None, content_type, {"type": "http.request", "body": body}))


async def test_a_field_without_measure_is_refused(supplier_user: User) -> None:
    body = b'--B\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + b"x" * (1024 * 1024 + 1) + b"\r\n--B--\r\n"
    with pytest.raises(Exception, match="413"):
        await read_form(arriving(None, FORM, {"type": "http.request", "body": body}))


async def test_nobody_signed_in_sends_no_file_to_a_page(site: AsyncClient, data_dir: Path) -> None:
    answer: httpx.Response = await site.post("/connexion", files={"identifier": ("a.pdf", PDF)})
    assert answer.status_code == 403
    assert whole_files() == []


def test_text_that_is_no_utf8_is_still_text() -> None:
    assert decoded(b"\xff\r\nb") == "\ufffd\nb"


async def test_a_file_that_goes_while_the_sweep_looks_at_it_is_passed_over(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = data_dir / "files/tmp/arriving"
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(Path, "glob", lambda *_: iter([file]))
    assert await storage.remove_temporary(NOW) == 0


async def test_what_nothing_holds_is_swept_after_a_day(program: AsyncClient, each_storage: str, data_dir: Path) -> None:
    held, dropped = [(await program.post(f"/uploads?name={name}.pdf", content=PDF)).json() for name in "ab"]
    await make_attachment(await make_request(), upload=await Upload.get(id=held["uploadId"]))
    await Upload.filter(account=MANAGER.account).delete()  # The one that the factory made.
    (data_dir / "files/tmp/abandoned").write_bytes(b"x")
    put_there("00/11/without-a-row", b"x")
    date_all(NOW)
    assert await sweep_orphans(NOW + timedelta(hours=23)) == 0
    assert await sweep_orphans(NOW + timedelta(hours=25)) == 3
    assert stored_keys() == [(await Upload.get(id=held["uploadId"])).key]
    assert temporary_files() == []
    assert not await Upload.exists(id=dropped["uploadId"])


TROUBLES = {"full": (storage.Full, 507, "STORAGE_FULL"), "away": (storage.Unavailable, 503, "UNAVAILABLE")}


@pytest.fixture(params=TROUBLES)
def trouble(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """The storage takes nothing; the status and the code that say so."""
    kind, status, code = TROUBLES[request.param]

    async def fails(*_: object, **__: object) -> str:
        raise kind("no")

    monkeypatch.setattr(storage, "keep", fails)
    return status, code


async def test_a_storage_in_trouble_is_told_to_programs_and_leaves_nothing(
    program: AsyncClient, data_dir: Path, trouble: tuple[int, str]
) -> None:
    for sent in ({"content": PDF}, {"files": {"file": ("a.pdf", PDF)}}):
        answer = await program.post("/uploads?name=a.pdf", **sent)
        assert (answer.status_code, answer.json()["code"]) == trouble
        assert answer.headers["Retry-After"] == "30"
    assert whole_files() == []
    assert not await Upload.exists()


async def test_a_storage_in_trouble_is_a_page_in_french(
    site: AsyncClient, enter: Enter, supplier_user: User, data_dir: Path, trouble: tuple[int, str]
) -> None:
    await enter(supplier_user)
    answer = await site.post("/depot", files={"pieces": ("a.pdf", PDF)})
    assert answer.status_code == trouble[0]
    assert ("plus de place" in answer.text) == (trouble[0] == 507)
    assert whole_files() == []
