"""What one may not see answers like what does not exist: word for word, by the same statements, on every way to it.

Time is not measured here: the same statements, in the same order, found nothing each time. `bench/unseen.py` does it.
"""

from __future__ import annotations

import re
import secrets
from uuid import uuid4

import pytest
from httpx import Response

from models.errors import NotFound
from schema.nodes import node_id, split_id
from tests.schema.asking import statements
from tests.security import api, site
from tests.security.portal import Portal, portal
from tests.security.readers import DEAD_TOKENS, OTHERS

pytestmark = pytest.mark.usefixtures("db")

NOWHERE = "FINSAS000000"
INCIDENT = re.compile(r"\b[0-9A-F]{4}-[0-9A-F]{4}\b")
# What each answer counts on from the one before.
COUNTED = {"content-length", "ratelimit", "x-request-id"}
LEFT = re.compile(r'"remaining":\d+')
SECRET = re.compile(r"\b[0-9a-f]{64}\b")
UUID = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b")


def unknown(opaque: str) -> str:
    """An id of the same type that nothing has."""
    try:
        kind, key = split_id(opaque)
    except NotFound:  # A session's, which has no type.
        return secrets.token_hex(16)
    return str(node_id(kind, int(key) + 1_000_000 if key.isdigit() else uuid4()))


class Asked:
    """One answer and how it came about, but for what must differ: the id, the request's number, what is left."""

    def __init__(self, answer: Response, ran: list[str], *names: str) -> None:
        self.status = answer.status_code
        self.headers = {name: value for name, value in answer.headers.items() if name not in COUNTED}
        self.body = self._plain(answer.text, names)
        # Who asks is found each time, whatever is asked.
        found = (each for each in ran if '"session"' not in each and '"api_token"' not in each)
        self.statements = [re.split(r": \[|: None", each)[0] for each in found]

    @staticmethod
    def _plain(text: str, names: tuple[str, ...]) -> str:
        for name in names:
            text = text.replace(name, "…")
        return LEFT.sub("…", INCIDENT.sub("…", UUID.sub("…", SECRET.sub("…", text))))


async def asked(opened: Portal, reader: str, query: str, given: str, **others: object) -> Asked:
    """What the API answers about that id."""
    with statements() as ran:
        answer = await opened.graphql(reader, query, {"id": given, **others})
    return Asked(answer, ran, given, *(key for key in [split_id(given)[1]] if not key.isdigit()))


@pytest.mark.parametrize("reader", OTHERS)
async def test_a_node_of_another_supplier_is_as_unknown_as_none(reader: str) -> None:
    query = "query N($id: ID!) { node(id: $id) { __typename id } }"
    async with portal() as opened:
        # An announcement is everybody's.
        for name in set(api.NODES) - {"News"}:
            theirs = await asked(opened, reader, query, opened.own.ids[name])
            nobodys = await asked(opened, reader, query, unknown(opened.own.ids[name]))
            assert vars(theirs) == vars(nobodys), name
            assert '"node":null' in theirs.body


@pytest.mark.parametrize("reader", OTHERS)
async def test_a_dossier_of_another_supplier_is_as_unknown_as_none(reader: str) -> None:
    query = "query D($number: String!) { dossier(number: $number) { id } requests(filter: {dossierNumber: $number}) "
    query += "{ nodes { id } } }"
    async with portal() as opened:
        answers = []
        for number in (opened.own.number, NOWHERE):
            with statements() as ran:
                answer = await opened.graphql(reader, query, {"number": number})
            answers.append(vars(Asked(answer, ran, number)))
        assert answers[0] == answers[1]


@pytest.mark.parametrize("reader", OTHERS)
async def test_nothing_of_another_supplier_can_be_changed_nor_known_by_trying(reader: str) -> None:
    async with portal() as opened:
        for name in api.MUTATIONS:
            given = await api.INPUTS[name](opened, await opened.readers.actor(reader))
            pointers = [each for each in given if each.endswith("Id") and each not in {"uploadId", "newsId"}]
            if not pointers:
                continue
            nobodys = given | {each: unknown(given[each]) for each in pointers}
            answers = []
            for sent in (given, nobodys):
                kind = f"{name[0].upper()}{name[1:]}Input"
                wanted = "__typename ... on Error { message }"
                query = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {wanted} }} }}"
                with statements() as ran:
                    answer = await opened.graphql(reader, query, {"input": sent})
                answers.append(vars(Asked(answer, ran, *(str(sent[each]) for each in pointers))))
            assert answers[0] == answers[1], name
            assert "Success" not in answers[0]["body"], name


async def test_a_page_about_another_supplier_is_as_unknown_as_none() -> None:
    async with portal() as opened:
        for path, method in site.PAGES:
            if not path.startswith(("/dossiers/", "/pieces/")):
                continue
            place, sent = await site.ready(opened, path, method)
            number = place.split("/")[2]
            nowhere = place.replace(number, NOWHERE if path.startswith("/dossiers/") else str(uuid4()))
            answers = []
            headers = await opened.readers.headers("other supplier")
            for asked_for in (place, nowhere):
                with statements() as ran:
                    answer = await opened.ask("other supplier", method, asked_for, headers=headers, **sent)
                answers.append(vars(Asked(answer, ran, asked_for.split("/")[2])))
            assert answers[0] == answers[1], path
            assert answers[0]["status"] == 404, path


async def test_only_the_whole_secret_of_a_token_that_has_ended_is_told_from_what_never_was() -> None:
    async with portal() as opened:
        readers = opened.readers
        whole = readers.tokens["revoked token"]
        readers.tokens |= {"all but one": whole[:-1] + ("b" if whole[-1] == "a" else "a"), "never was": f"{whole}x"}
        for path in ("/graphql", "/uploads", f"/pieces/{uuid4()}"):
            method = "GET" if path.startswith("/pieces/") else "POST"
            answers = {}
            for reader in (*DEAD_TOKENS, "all but one", "never was"):
                with statements() as ran:
                    answer = await opened.ask(reader, method, path)
                assert answer.status_code == 401, path
                answers[reader] = vars(Asked(answer, ran))
                answers[reader]["found"] = sum('"api_token"' in each for each in ran)
            assert answers["all but one"] == answers["never was"], path
            assert [answers[reader]["found"] for reader in answers] == [1, 1, 0, 0], path
            assert "Ce jeton a expiré" in answers["expired token"]["body"], path
            assert "Ce jeton a été révoqué" in answers["revoked token"]["body"], path
