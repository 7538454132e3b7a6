"""What is typed stays where it was typed: in no header of a mail, no other field, no other operation."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

import web
from models import Email, FundingRequest, User
from models.actors import AccountRight
from models.errors import Invalid
from models.lifecycle import RequestStatus
from resolvers.colleagues import invite_account
from tasks.transports import Refused, message_of
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_supplier, make_user, send_back
from tests.resolvers.test_outbox import make_email
from tests.security.hostile_text import SCRIPTS
from tests.web.conftest import Enter
from tests.web.scene import Scene

MORE_HEADERS = "x\r\nBcc: evil@evil.example\r\n\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n"
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
}
LINE_ENDS = ["\r\n", "\n", "\r", "\u2028", "\u0085", "\v", "\f", "%0d%0a", "=?utf-8?q?=0D=0A?="]


@pytest.mark.usefixtures("db")
async def test_a_text_adds_no_header_to_a_mail() -> None:
    supplier = await make_supplier(legal_name=MORE_HEADERS)
    await make_user(supplier, name=MORE_HEADERS, right=AccountRight.CONFIRM)
    await send_back(await make_request(supplier), comment="\n".join([MORE_HEADERS, *SCRIPTS]))
    emails = await Email.all()
    assert emails
    for email in emails:
        message = BytesParser(policy=policy.default).parsebytes(message_of(email).as_bytes())
        assert set(message.keys()) == HEADERS
        assert [part.get_content_type() for part in message.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
        assert (message["To"], message["Bcc"]) == (email.recipient, None)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("end", LINE_ENDS)
async def test_neither_a_subject_nor_a_recipient_holds_a_second_line(end: str) -> None:
    for field in ("subject", "recipient"):
        email = await make_email(**{field: f"support@editeur.fr{end}Bcc: evil@evil.example"})
        try:
            sent = message_of(email).as_bytes()
        except (ValueError, Refused):
            continue
        message = BytesParser(policy=policy.default).parsebytes(sent)
        assert set(message.keys()) == HEADERS, field
        assert b"\nBcc:" not in sent


@pytest.mark.usefixtures("db")
async def test_no_account_has_an_address_of_several() -> None:
    supplier = await make_supplier()
    facts: dict[str, Any] = {"right": AccountRight.READ, "supplier_id": supplier.id, "as_of": NOW}
    for end in LINE_ENDS:
        for address in (f"a@editeur.fr{end}Bcc: evil@evil.example", f"b@editeur.fr,{end}evil@evil.example"):
            with pytest.raises(Invalid):
                await invite_account(MANAGER, email=address, **facts)
    with pytest.raises(Invalid):
        await invite_account(MANAGER, email="=?utf-8?q?a=0D=0ABcc:_evil=40evil.example?=@editeur.fr", **facts)
    await invite_account(MANAGER, email="c@editeur.fr\r\n", **facts)
    assert [user.email for user in await User.all()] == ["c@editeur.fr"]


MORE_FIELDS = {
    "status": "VALIDATED",
    "role": "MANAGER",
    "right": "CONFIRM",
    "supplier_id": "1",
    "user": "1",
    "rank": "0",
    "balance_decided": "999999",
    "__proto__": "x",
    "id": "1",
}


async def test_a_form_changes_what_it_is_about_and_nothing_else(scene: Scene, site: AsyncClient) -> None:
    before = [await FundingRequest.all().values(), await User.all().order_by("id").values()]
    await scene.visit.open(scene.page)
    form = next(form for form in scene.visit.page.forms if "contact" in form.fields)
    answer = await site.post(scene.page, data=form.fields | MORE_FIELDS | {"contact": "neuf@editeur.fr"})
    assert answer.status_code < 400
    assert (await scene.draft())[0] == "neuf@editeur.fr"
    await site.post("/mon-compte", data={"affichage": "dark"} | MORE_FIELDS)
    assert (await FundingRequest.get()).status is RequestStatus.TO_MODIFY
    after = [await FundingRequest.all().values(), await User.all().order_by("id").values()]
    for kind in (0, 1):
        for old, new in zip(before[kind], after[kind], strict=True):
            assert {name for name in old if old[name] != new[name]} <= {"updated_at", "revision", "theme"}


async def test_an_input_takes_its_own_fields_alone(program: AsyncClient) -> None:
    mutation = "mutation M($input: ChangeSupportContactInput!) { changeSupportContact(input: $input) { __typename } }"
    given = {"modificationId": "x", "supportContact": "a@b.fr"}
    for more in MORE_FIELDS:
        sent = {"query": mutation, "variables": {"input": given | {more: "1"}}}
        answer = (await program.post("/graphql", json=sent)).json()
        assert "data" not in answer, more
        assert more in answer["errors"][0]["message"]


async def test_what_is_said_twice_is_read_once_and_always_the_same(scene: Scene, site: AsyncClient) -> None:
    await scene.visit.open(scene.page)
    form = next(form for form in scene.visit.page.forms if "contact" in form.fields)
    sent = [*(form.fields | {"contact": "un@editeur.fr"}).items(), ("contact", "deux@editeur.fr")]
    await site.post(scene.page, files=[(name, (None, value)) for name, value in sent])
    assert (await scene.draft())[0] == "un@editeur.fr"
    twice = await site.get("/graphql?query={viewer{role}}&query={viewer{name}}", headers={"Accept": "*/*"})
    assert (twice.status_code, twice.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_two_cookies_or_two_tokens_make_nobody_else(
    site: AsyncClient, enter: Enter, supplier_user: User, manager_user: User
) -> None:
    secrets = [await enter(user) for user in (supplier_user, manager_user)]
    site.cookies.clear()
    query = {"query": "{ viewer { role } }"}
    for given in (f"session={secrets[0]}; session=x", f"session=x; session={secrets[0]}"):
        answer = await site.post("/graphql", json=query, headers={"Cookie": given, "Accept": "*/*"})
        assert (answer.json()["data"] or {}).get("viewer") in (None, {"role": "SUPPLIER"})
    several = [("Authorization", "Bearer x"), ("Authorization", "Bearer y"), ("Cookie", f"session={secrets[1]}")]
    answer = await site.post("/graphql", json=query, headers=several)
    assert answer.status_code == 401


def test_no_spreadsheet_leaves_the_portal_whose_cells_could_be_formulas() -> None:
    """The only writer leaves each cell to what neutralises = + - @, a tabulation or a line end at its beginning."""
    root = Path(web.__file__).parents[1]
    code = [file for folder in ("web", "schema", "resolvers", "tasks") for file in (root / folder).rglob("*.py")]
    assert len(code) > 100
    writers = [file for file in code if re.search(r"text/csv|\bimport csv\b|openpyxl|xlsxwriter", file.read_text())]
    assert [file.name for file in writers] == ["exports.py"]
    assert "from models.csv_lines import " in writers[0].read_text()  # tests/models/test_csv_lines.py
