"""What keeps the process busy has turns of the event loop, between which others are answered."""

import asyncio
import json

from starlette.requests import Request
from starlette.types import Message

from web.app import app
from web.operation import read_operation


def posted(number: int) -> Request:
    """A document that has arrived whole."""
    content_type = (b"content-type", b"application/json")
    scope = {"type": "http", "app": app, "method": "POST", "path": "/graphql", "headers": [content_type]}

    async def receive() -> Message:
        return {"type": "http.request", "body": json.dumps({"query": f"query Q{number} {{ a }}"}).encode()}

    return Request(scope, receive)


async def test_of_documents_that_arrive_together_each_is_read_in_a_turn_of_its_own() -> None:
    turns, read = 0, list[tuple[str, int]]()

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def one(number: int) -> None:
        operation = await read_operation(posted(number))
        read.append((operation.query, turns))

    async with asyncio.TaskGroup() as together:
        counting = together.create_task(count())
        await asyncio.gather(*map(one, range(5)))
        counting.cancel()
    assert [query for query, _ in read] == [f"query Q{number} {{ a }}" for number in range(5)], (
        "first come, first served"
    )
    assert len({turn for _, turn in read}) == 5
