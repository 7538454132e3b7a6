"""One key, sent at the same instant to several web processes: one of them acts, and all callers read what it did."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from models import FundingRequest
from models.actors import TokenScope
from tests.conftest import NOW
from tests.factories import make_supplier, make_token
from tests.resolvers.test_imports import SIRET, example
from tests.services.web_process import Launch

FILE = """
mutation File($input: ImportRequestInput!) {
  importRequest(input: $input) {
    __typename
    ... on ImportRequestSuccess { alreadyImported request { id dossier { number } } }
    ... on ValidationError { fieldErrors { field code } }
  }
}
"""
AT_ONCE = 8


async def test_of_many_sent_at_once_to_two_processes_one_is_made(db: str, launch_web: Launch, tmp_path: Path) -> None:
    scopes = [TokenScope.READ, TokenScope.WRITE]
    token = await make_token(scopes=scopes, supplier=await make_supplier(siret=SIRET), as_of=NOW)
    # The portal gives the number: without the key, each sending could be another dossier.
    given = {"document": example(dossier=None, pieces=[]), "uploadIds": []}
    operation = {"query": FILE, "variables": {"input": given}}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    processes = [launch_web(), launch_web()]
    async with httpx.AsyncClient(timeout=60, headers=headers) as client:

        async def file(number: int) -> dict[str, Any]:
            """Send it until it is answered, as the answer says."""
            while True:
                answer = await client.post(f"{processes[number % 2].url}/graphql", json=operation)
                if answer.status_code != 409:
                    content: dict[str, Any] = answer.json()
                    return content
                await asyncio.sleep(int(answer.headers["Retry-After"]))

        answers = await asyncio.gather(*map(file, range(AT_ONCE)))
    wrong = [answer for answer in answers if "errors" in answer]
    assert not wrong, [log.read_text() for log in tmp_path.glob("web-*.txt")]
    outcomes = [answer["data"]["importRequest"] for answer in answers]
    assert outcomes[0]["__typename"] == "ImportRequestSuccess", outcomes[0]
    assert outcomes[0]["alreadyImported"] is False
    assert outcomes == [outcomes[0]] * AT_ONCE
    assert await FundingRequest.all().count() == 1
