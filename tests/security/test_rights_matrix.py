"""Who may do what, asked anew and compared with docs/security/rights.md; and the rules that no table may break."""

from __future__ import annotations

import pytest
from starlette.routing import Mount

from tests.schema.asking import statements
from tests.security import fields, site
from tests.security.api import MUTATIONS, NODES, QUERIES, arguments, query_cells
from tests.security.portal import portal
from tests.security.readers import DEAD_TOKENS, OTHERS, READERS, STRANGERS
from tests.security.rights import SECTIONS, TABLE, head
from web.app import app

PUBLIC = {
    *("/", "/accessibilite", "/aide", "/connexion", "/courriels", "/deconnexion", "/donnees-personnelles"),
    *("/identifiant-oublie", "/livez", "/mentions-legales", "/metrics", "/mot-de-passe-oublie", "/plan-du-site"),
    *("/readyz", "/schemas/demande.json"),
    *("/docs/api", "/docs/api/{page}", "/docs/api/schema.graphql", "/docs/api/import.schema.json"),
}
"""What anybody is answered: nothing of it depends on who asks, but for what signing in shows of oneself."""

# Every account gets its own answer.
OF_ONES_OWN = {"viewer", "documentTypes", "importFaults", "revokeSessions"}
# Another supplier is told that it names one that is not its own; software, that it never invites anybody.
OWN_VALUES = {"importRequest": "refused", "inviteAccount": "denied", "issueToken": "denied"}
# What managers alone ever do, whatever it names.
OWN_VALUES |= {"requestModifications": "denied", "saveCommentTemplate": "denied"}
# Announcements are everybody's to read.
OWN_VALUES |= {"news": "all", "node: News": "yes"} | dict.fromkeys(
    ("publishNews", "changeNews", "withdrawNews"), "denied"
)
METHODS = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "GET", "OPTIONS"]


def written(title: str) -> str:
    """That section of the table."""
    beginning, after = f"## {title}\n", TABLE.read_text().partition(f"## {title}\n")[2]
    return beginning + after.partition("\n## ")[0]


def rows(title: str) -> dict[str, dict[str, str]]:
    """The cells of that section, by what is asked and who asks."""
    lines = [line for line in written(title).splitlines() if line.startswith("| `")]
    cells = [[cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in lines]
    return {name: dict(zip(READERS, answers, strict=True)) for name, *answers in cells}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("title", SECTIONS)
async def test_everybody_is_answered_as_the_table_says(title: str) -> None:
    async with portal() as opened:
        observed = await SECTIONS[title](opened)
    told = f"python -m tests.security.rights writes {TABLE.name} anew: read what changes before you keep it"
    assert observed.strip().splitlines() == written(title).strip().splitlines(), told


def test_the_table_begins_by_saying_who_asks() -> None:
    assert TABLE.read_text().startswith(head())


def test_every_query_type_and_mutation_has_its_row() -> None:
    assert set(rows("Queries")) == {*QUERIES, *(f"node: {name}" for name in NODES)}
    assert set(rows("Mutations")) == set(MUTATIONS)


def test_every_address_has_its_row() -> None:
    assert set(rows("Addresses")) == {f"{method} {path}" for path, method in site.PAGES}
    assert [route.path for route in app.routes if isinstance(route, Mount)] == ["/static"]


def test_every_field_that_can_be_read_is_in_the_table() -> None:
    text = written("Fields")
    assert [field for name in fields.roots() for field in fields.fields_of(name) if f"`{field}`" not in text] == []


@pytest.mark.parametrize("title", ["Queries", "Mutations"])
def test_the_api_says_nothing_to_strangers_nor_to_tokens_that_have_ended(title: str) -> None:
    for name, cells in rows(title).items():
        assert {cells[reader] for reader in STRANGERS} == {"sign in"}, name
        assert {cells[reader] for reader in DEAD_TOKENS} == {"401"}, name


@pytest.mark.parametrize("title", ["Queries", "Mutations"])
def test_what_belongs_to_a_supplier_does_not_exist_for_another(title: str) -> None:
    for name, cells in rows(title).items():
        allowed = {"none", "own", "yes" if name in OF_ONES_OWN else OWN_VALUES.get(name, "none")}
        assert {cells[reader] for reader in OTHERS} <= allowed, name


def test_who_may_only_read_notes_that_it_has_and_ends_its_own_sessions_and_changes_nothing_else() -> None:
    for name, cells in rows("Mutations").items():
        assert {cells["read token"], cells["token for all"]} <= {"denied", "none"}, name
        assert (cells["READ"] == "yes") == (name in {"markCommentSeen", "revokeSessions"}), name


def test_each_right_includes_the_one_before() -> None:
    for name, cells in rows("Mutations").items():
        done = [cells[reader] == "yes" for reader in ("READ", "EDIT", "CONFIRM")]
        assert done == sorted(done), name


def test_pages_about_a_supplier_are_for_who_is_signed_in_and_nobody_elses() -> None:
    for name, cells in rows("Addresses").items():
        path = name.partition(" ")[2]
        if path in PUBLIC:
            continue
        strangers, others = {cells[reader] for reader in STRANGERS}, {cells[reader] for reader in OTHERS}
        if path.startswith(("/dossiers/", "/pieces/")):
            assert strangers == {"sign in"}, name
            assert others <= {"none", "403", "sign in"}, name
        assert "yes" not in strangers or path == "/graphql", name


@pytest.mark.usefixtures("db")
async def test_reading_writes_nothing_but_when_one_was_last_seen() -> None:
    async with portal() as opened:
        for path, method in site.PAGES:
            if method != "GET":
                continue
            place, _ = await site.ready(opened, path, method)
            with statements() as ran:
                answer = await opened.ask("CONFIRM", method, place)
                head = await opened.ask("CONFIRM", "HEAD", place)
            assert changes(ran) == [], place
            assert (head.status_code, head.content) == (answer.status_code, b""), place


@pytest.mark.usefixtures("db")
async def test_queries_write_nothing_either() -> None:
    async with portal() as opened:
        for name in QUERIES:
            given = await arguments(opened, name)
            with statements() as ran:
                await query_cells(opened, name, given)
            assert changes(ran) == [], name


def changes(ran: list[str]) -> list[str]:
    """The statements that write, but for the session that each `ask` begins and when a token was last seen."""
    written = [each for each in ran if each.split(None, 1)[0].upper() not in {"SELECT", "BEGIN", "COMMIT"}]
    return [each for each in written if '"session"' not in each and '"api_token"' not in each]


@pytest.mark.usefixtures("db")
async def test_an_address_answers_to_its_own_methods_alone() -> None:
    async with portal() as opened:
        for route in site.ROUTES:
            place, _ = await site.ready(opened, route.path, "GET")
            for method in set(METHODS) - (route.methods or set()):
                answer = await opened.ask("CONFIRM", method, place)
                assert (answer.status_code, method) == (405, method), place
                assert set(answer.headers["Allow"].split(", ")) == route.methods, place
