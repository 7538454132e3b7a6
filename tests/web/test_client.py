import re
from pathlib import Path

import pytest
from starlette.requests import Request

from models.actors import Origin
from tests.conftest import NOW
from tests.factories import MANAGER
from web.client import OperationFailed, read_operations, run


def test_an_operation_is_sent_with_its_fragments_alone(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text(
        "query One { x { ...Outer } } fragment Outer on X { ...Inner } query Two { y } fragment Other on X { z }"
    )
    (tmp_path / "b.graphql").write_text("fragment Inner on X { x }")
    sent = read_operations(tmp_path)
    assert re.findall(r"(?:query|fragment) (\w+)", sent["One"]) == ["One", "Outer", "Inner"]
    assert re.findall(r"(?:query|fragment) (\w+)", sent["Two"]) == ["Two"]


def test_an_operation_without_a_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text("{ viewer { role } }")
    with pytest.raises(ValueError, match="no name"):
        read_operations(tmp_path)


def asked_by(actor: object) -> Request:
    http = Request({"type": "http"})
    http.state.actor, http.state.as_of, http.state.session, http.state.origin = actor, NOW, None, Origin()
    return http


async def test_an_operation_runs_as_whoever_is_signed_in(db: str) -> None:
    data = await run(asked_by(MANAGER), "AccountPage")
    assert (data["viewer"]["role"], data["viewer"]["name"]) == ("MANAGER", "Camille Martin")


async def test_top_level_errors_are_raised_with_their_codes(db: str) -> None:
    with pytest.raises(OperationFailed) as failure:
        await run(asked_by(None), "AccountPage")
    assert failure.value.codes == {"UNAUTHENTICATED"}
