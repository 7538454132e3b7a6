"""`python -m tests.security.rights`: write down in docs/security/rights.md who may do what, as the portal answers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from models.database import database
from models.lifecycle import RequestAction, RequestStatus, allows
from models.migrating import migrate
from models.permissions import permitted_actions
from tests.security import api, fields, site
from tests.security.portal import Portal, portal
from tests.security.readers import READERS

TABLE = Path(__file__).parents[2] / "docs/security/rights.md"
Section = Callable[[Portal], Awaitable[str]]

HEAD = """# Rights: who is answered what

Written by `python -m tests.security.rights` from the answers of the portal itself: every query, type, field and
mutation of its API, every address and method of its site, asked by everybody who may stand in front of it.
`tests/security/test_rights_matrix.py` asks again: what is answered otherwise, and what is new and not in the table,
fails. What is asked always belongs to the same supplier, but for announcements (`News`), which are everybody's.

| Who asks | That is |
|---|---|
{readers}

| Answer | That is |
|---|---|
| yes | what was asked for: it is shown, or done |
| own, all | a list of what belongs to the reader's own supplier, to any supplier |
| none | word for word what is answered about what does not exist (`tests/security/test_unseen.py`) |
| denied | it may be seen; this may never be done by this account (`PermissionDeniedError`) |
| refused | the values are refused, whoever gives them (`ValidationError`) |
| sign in | led to the sign-in page; in the API the error `UNAUTHENTICATED` |
| 401, 403, 409, 410, 422 | that HTTP status; 403: a token, which opens no page |

Two things that are taken cannot be hidden from who wants them: the number of a dossier, when a request is filed under
one that another supplier has (`NOT_AVAILABLE`, which is all that is said), and an identifier, when an invited person
chooses one.
"""


async def queries(portal: Portal) -> str:
    """The queries of the API."""
    rows = {name: await api.query_cells(portal, name) for name in api.QUERIES}
    rows |= {f"node: {name}": await api.node_cells(portal, name) for name in api.NODES}
    return _section("Queries", "`node` is asked for each type that has an identity.", "Query", rows)


async def mutations(portal: Portal) -> str:
    """The mutations of the API."""
    rows = {name: await api.mutation_cells(portal, name) for name in api.MUTATIONS}
    return _section("Mutations", "In a status that allows the action.", "Mutation", rows)


async def pages(portal: Portal) -> str:
    """The addresses of the site."""
    rows = {f"{method} {path}": await site.page_cells(portal, path, method) for path, method in site.PAGES}
    said = (
        "HEAD answers as GET does, without the body; any other method is 405. `/static/` is for everybody. "
        "`/courriels` exists in development only, `/metrics` for who asks from the machine itself, "
        "`/.well-known/security.txt` once its contact is set. Tokens open what "
        "programs use: `/graphql`, `/uploads`, `/pieces/` and `/documents/`; elsewhere they say nothing."
    )
    return _section("Addresses", said, "Address", rows)


async def told(portal: Portal) -> str:
    """The fields of what can be read."""
    lines = [
        "## Fields",
        "",
        "Of each type with what it is made of: who may see the thing is told every field, and all are told the same "
        "but for the last column.",
        "",
        "| Type | Fields | Not told as to a manager |",
        "|---|---|---|",
    ]
    for name in fields.roots():
        differ = await fields.differing(portal, name)
        less = "; ".join(f"`{field}`: {_but_managers(readers)}" for field, readers in sorted(differ.items()))
        every = " ".join(f"`{field}`" for field in fields.fields_of(name))
        lines.append(f"| {name} | {every} | {less or 'none'} |")
    return "\n".join(lines) + "\n"


def _but_managers(readers: list[str]) -> str:
    everybody = [reader for reader in fields.COMPARED if reader != "manager's token"]
    return "everybody else" if readers == everybody else ", ".join(readers)


async def actions(portal: Portal) -> str:
    """The lifecycle: what may be done in which status."""
    may = [reader for reader in READERS if reader in (*fields.COMPARED, "manager")]
    lines = [
        "## Actions by status",
        "",
        f"| Action | {' | '.join(status.value for status in RequestStatus)} | Who |",
        f"|---|{'---|' * len(RequestStatus)}---|",
    ]
    permitted = {reader: permitted_actions(await portal.readers.actor(reader)) for reader in may}
    for action in RequestAction:
        possible = " | ".join("yes" if allows(status, action) else "" for status in RequestStatus)
        who = ", ".join(reader for reader in may if action in permitted[reader]) or "the portal itself"
        lines.append(f"| {action.value} | {possible} | {who} |")
    return "\n".join(lines) + "\n"


def _section(title: str, said: str, what: str, rows: dict[str, api.Cells]) -> str:
    lines = [f"## {title}", "", said, "", f"| {what} | {' | '.join(READERS)} |", f"|---|{'---|' * len(READERS)}"]
    lines += [f"| `{name}` | {' | '.join(cells[reader] for reader in READERS)} |" for name, cells in rows.items()]
    return "\n".join(lines) + "\n"


def head() -> str:
    """What the table begins with."""
    return HEAD.format(readers="\n".join(f"| {reader} | {meaning} |" for reader, meaning in READERS.items()))


SECTIONS: dict[str, Section] = {
    "Queries": queries,
    "Fields": told,
    "Mutations": mutations,
    "Actions by status": actions,
    "Addresses": pages,
}


async def _write(folder: Path) -> None:
    """Each section is asked on a database of its own."""
    template = folder / "template.sqlite3"
    await migrate(f"sqlite://{template}")
    parts = [head()]
    for number, section in enumerate(SECTIONS.values()):
        copy = shutil.copyfile(template, folder / f"{number}.sqlite3")
        async with database(f"sqlite://{copy}?synchronous=OFF"), portal() as opened:
            parts.append(await section(opened))
    TABLE.write_text("\n".join(parts))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with TemporaryDirectory(prefix="solde-rights-") as name:
        asyncio.run(_write(Path(name)))
