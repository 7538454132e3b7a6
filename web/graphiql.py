"""GraphiQL for whoever is signed in, from files of this site alone; and the managers' landing page that opens it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.client import run
from web.protection import POLICY as PAGES_POLICY
from web.rendering import render
from web.session import managers_only, to_sign_in

FOLDER = Path(__file__).parent / "console"

# The pages' own policy, and the fonts that GraphiQL's style sheet carries inside. No inline style: the only one that
# it tries, which stops the page from scrolling behind a dialog, is not missed.
POLICY = PAGES_POLICY.replace("font-src 'self'", "font-src 'self' data:")


@dataclass(frozen=True)
class ReadyMade:
    """An operation that managers open in GraphiQL: its file's first line is its title."""

    name: str
    title: str
    text: str

    @property
    def writes(self) -> bool:
        return "\nmutation " in self.text


def _read(file: Path) -> ReadyMade:
    text = file.read_text("utf-8")
    return ReadyMade(file.stem.partition("-")[2], text.partition("\n")[0].removeprefix("# "), text)


READY_MADE = [_read(file) for file in sorted(FOLDER.glob("*.graphql"))]


def graphiql(http: Request) -> Response:
    """GET /graphql in a browser: the editor, on the operation that `?modele=` names."""
    if http.state.viewer is None:
        return to_sign_in(http)
    wanted = http.query_params.get("modele")
    text = next((each.text for each in READY_MADE if each.name == wanted), "")
    return render(http, "graphiql.html", headers={"Content-Security-Policy": POLICY}, operation=text)


@managers_only
async def console(http: Request) -> Response:
    """GET /console: what waits, and the operations to treat it with."""
    return render(http, "console.html", operations=READY_MADE, data=await run(http, "ConsolePage"))


routes = [Route("/console", console)]
