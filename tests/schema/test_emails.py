"""Mails in the API: what left, what did not, what a manager sends again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models import Email, FundingRequest
from models.actors import Actor
from models.emails import EmailStatus
from resolvers.modifications import skip_modification
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, send_back, supplier_of
from tests.resolvers.test_outbox import make_email
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

MAILS = """query Mails($status: EmailStatus, $late: Boolean, $first: Int, $after: String) {
  emails(status: $status, late: $late, first: $first, after: $after) {
    nodes {
      id status late error failedAt nextAttemptAt
      resentAs { id } resentBy { name } request { dossier { number } }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""

RESEND = """mutation Resend($input: ResendEmailInput!) {
  resendEmail(input: $input) {
    __typename
    ... on ResendEmailSuccess { email { id status resendOf { id } resentBy { name } } }
    ... on Error { message }
    ... on ValidationError { fieldErrors { field code message } }
  }
}"""


async def resend(email_id: str) -> Any:
    return (await data(MANAGER, RESEND, input={"emailId": email_id}))["resendEmail"]


async def mails(actor: Actor, **wanted: Any) -> list[Any]:
    nodes: list[Any] = (await data(actor, MAILS, **wanted))["emails"]["nodes"]
    return nodes


async def make_mails() -> None:
    """One mail of each request: refused, in doubt, late, sent, just written."""
    for status in (EmailStatus.FAILED, EmailStatus.UNKNOWN, EmailStatus.QUEUED, EmailStatus.SENT):
        modification = await send_back(await make_request(number=f"DOSSIER{status}"), as_of=NOW - timedelta(hours=1))
        await Email.filter(request_id=modification.request_id).update(
            status=status, error="550 No such user", failed_at=NOW if status is EmailStatus.FAILED else None
        )
    await send_back(await make_request(number="DOSSIERNEW"))
    await make_email(status=EmailStatus.FAILED)


async def test_a_mail_tells_what_it_carries_and_where_that_is_found() -> None:
    modification = await send_back(await make_request(number="FINSAS008539"), as_of=NOW)
    actor = await supplier_of(modification.request)
    asked = "query { emails { nodes { attachment { fileName url } } } }"
    [before] = (await data(actor, asked, as_of=NOW))["emails"]["nodes"]
    place = "http://127.0.0.1:8000/dossiers/FINSAS008539/solde"
    assert before["attachment"] == {"fileName": "rappel-FINSAS008539.ics", "url": f"{place}/echeances.ics"}
    later = NOW + timedelta(days=1)
    await skip_modification(actor, modification.id, assistance_contacted=True, as_of=later)
    receipt, deadline = (await data(actor, asked, as_of=later))["emails"]["nodes"]
    name = "accuse-AR-FINSAS008539-S-M1.pdf"
    assert receipt["attachment"] == {"fileName": name, "url": f"{place}/accuses/{modification.id}.pdf"}
    assert deadline["attachment"]["url"] is None


async def test_managers_find_the_mails_that_failed_or_are_late() -> None:
    await make_mails()
    [failed] = await mails(MANAGER, status="FAILED")
    assert failed["request"]["dossier"]["number"] == "DOSSIERFAILED"
    assert (failed["error"], failed["nextAttemptAt"]) == ("550 No such user", None)
    assert failed["failedAt"]
    late = {mail["request"]["dossier"]["number"] for mail in await mails(MANAGER, late=True)}
    assert late == {"DOSSIERUNKNOWN", "DOSSIERQUEUED"}
    others = {mail["request"]["dossier"]["number"] for mail in await mails(MANAGER, late=False)}
    assert others == {"DOSSIERFAILED", "DOSSIERSENT", "DOSSIERNEW"}
    assert {mail["late"] for mail in await mails(MANAGER, late=True)} == {True}


async def test_mails_are_read_page_by_page_newest_first() -> None:
    await make_mails()
    first = (await data(MANAGER, MAILS, first=3))["emails"]
    assert first["nodes"][0]["request"]["dossier"]["number"] == "DOSSIERNEW"
    rest = (await data(MANAGER, MAILS, first=3, after=first["pageInfo"]["endCursor"]))["emails"]
    assert len({mail["id"] for mail in first["nodes"] + rest["nodes"]}) == 5
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_supplier_reads_its_own_mails_without_the_words_of_the_server() -> None:
    await make_mails()
    mail = await Email.filter(status=EmailStatus.FAILED, request_id__not_isnull=True).first()
    assert mail
    request = await FundingRequest.get(id=mail.request_id)
    [own] = await mails(await supplier_of(request))
    assert (own["status"], own["error"]) == ("FAILED", None)


async def test_many_mails_cost_as_many_statements_as_one() -> None:
    await send_back(await make_request())
    with statements() as for_one:
        await mails(MANAGER)
    await make_mails()
    with statements() as for_six:
        assert len(await mails(MANAGER)) == 6
    assert len(for_six) == len(for_one)


REACH = """{ requests(first: 50) { nodes {
  dossier { number } supplierUnreachable unreachable { name email since error }
} } }"""


async def test_managers_alone_read_which_accounts_refuse_mails() -> None:
    await make_mails()
    requests = {node["dossier"]["number"]: node for node in (await data(MANAGER, REACH))["requests"]["nodes"]}
    gone = requests.pop("DOSSIERFAILED")
    [account] = gone["unreachable"]
    assert (gone["supplierUnreachable"], account["error"]) == (True, "550 No such user")
    assert account["name"] == "Pascal Breton"
    assert account["email"].endswith("@editeur.fr")
    assert datetime.fromisoformat(account["since"]) == NOW
    assert [node for node in requests.values() if node["unreachable"] or node["supplierUnreachable"]] == []
    mail = await Email.filter(status=EmailStatus.FAILED, request_id__not_isnull=True).first()
    assert mail
    supplier = await supplier_of(await FundingRequest.get(id=mail.request_id))
    [own] = (await data(supplier, REACH))["requests"]["nodes"]
    assert (own["unreachable"], own["supplierUnreachable"]) == ([], False)


async def test_reach_of_many_suppliers_costs_as_many_statements_as_of_one() -> None:
    await make_mails()
    with statements() as for_five:
        await data(MANAGER, REACH)
    await make_more_refused()
    with statements() as for_eight:
        assert len((await data(MANAGER, REACH))["requests"]["nodes"]) == 8
    assert len(for_eight) == len(for_five)


async def make_more_refused() -> None:
    for _ in range(3):
        modification = await send_back(await make_request())
        await Email.filter(request_id=modification.request_id).update(status=EmailStatus.FAILED, failed_at=NOW)


async def test_manager_sends_a_mail_again() -> None:
    await make_mails()
    [failed] = await mails(MANAGER, status="FAILED")
    outcome = await resend(failed["id"])
    assert outcome["email"]["resendOf"]["id"] == failed["id"]
    assert (outcome["email"]["status"], outcome["email"]["resentBy"]["name"]) == ("QUEUED", MANAGER.name)
    again = await resend(failed["id"])
    assert again == outcome
    [failed] = await mails(MANAGER, status="FAILED")
    assert failed["resentAs"]["id"] == outcome["email"]["id"]


async def test_refusals_to_send_again_are_members_of_the_result() -> None:
    await make_mails()
    [queued] = await mails(MANAGER, status="QUEUED", late=True)
    outcome = await resend(queued["id"])
    assert (outcome["__typename"], outcome["fieldErrors"][0]["code"]) == ("ValidationError", "STILL_WAITING")
    outcome = await resend("inconnu")
    assert outcome["__typename"] == "NotFoundError"
