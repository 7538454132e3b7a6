"""A partner's software, written from the contract alone: it uploads, asks and acts over HTTP with a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient

OUTCOME = """
  __typename
  ... on ValidationError { message fieldErrors { field code message } }
  ... on NotFoundError { message }
  ... on PermissionDeniedError { message }
  ... on ActionNotAllowedError { message status availableActions }
"""


@dataclass(frozen=True)
class Partner:
    """One software with its token."""

    http: AsyncClient
    token: str

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation without top-level errors."""
        answer = await self.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers={"Authorization": f"Bearer {self.token}"}
        )
        content = answer.json()
        assert answer.status_code == 200, content
        assert "errors" not in content, content
        data: dict[str, Any] = content["data"]
        return data

    async def act(self, mutation: str, success: str, **values: Any) -> dict[str, Any]:
        """The outcome of a mutation, with the fields of its success that are named."""
        name = mutation[0].upper() + mutation[1:]
        members = f"{OUTCOME} ... on {name}Success {{ {success} }}"
        if mutation in {"changeSupportContact", "confirmModification"}:
            members += " ... on StaleError { message current { draft { revision } } }"
        query = f"mutation Act($input: {name}Input!) {{ {mutation}(input: $input) {{ {members} }} }}"
        outcome: dict[str, Any] = (await self.ask(query, input=values))[mutation]
        return outcome

    async def upload(self, file_name: str, content: bytes) -> str:
        """The id of a file received."""
        answer = await self.http.post(
            "/uploads",
            params={"name": file_name},
            content=content,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/pdf"},
        )
        assert answer.status_code == 201, answer.text
        upload_id: str = answer.json()["uploadId"]
        return upload_id
