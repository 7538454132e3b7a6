"""The whole audit of the GraphQL over HTTP specification, as its authors wrote it, against a real web process."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.services.web_process import Launch, tokens

AUDIT = Path(__file__).with_name("graphql_audit.mjs")
AUDITS = 61


async def test_every_audit_of_the_specification_passes(db: str, launch_web: Launch) -> None:
    [token] = await tokens(1)
    web = launch_web()
    command = ["node", str(AUDIT), f"{web.url}/graphql", token]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    results = json.loads(told)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS
