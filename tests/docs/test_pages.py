"""The API's documentation is true without running it: what it names exists, what it generates is current."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, validate
from markdown_it import MarkdownIt
from starlette.routing import Match
from typer.main import get_command

from schema import build
from schema.reference import print_reference
from tasks.__main__ import app as commands
from tests.docs.blocks import EVERY, LANGUAGES, PAGES, Block
from web import manual
from web.app import app

OTHERS = [file for pattern in ("*.md", "docs/*.md", "docs/[!a]*/*.md") for file in sorted(Path().glob(pattern))]
SCHEMAS = {sandbox: build(sandbox=sandbox)._schema for sandbox in (False, True)}


def of(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", [each for each in EVERY if each.language == language], ids=str)


def test_the_first_page_leads_to_every_other_one() -> None:
    assert sorted(manual.names()) == PAGES


def test_the_reference_is_written_from_the_schema_as_it_is() -> None:
    assert (manual.FOLDER / "reference.md").read_text() == print_reference(), "make docs writes it anew"


def test_the_reference_tells_every_type_of_the_schema() -> None:
    written = print_reference()
    names = {name for name in SCHEMAS[False].type_map if not name.startswith("__")} - {"Query", "Mutation"}
    assert [name for name in sorted(names) if f"### {name}\n" not in written and f"`{name}`" not in written] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    tokens = MarkdownIt().parse((manual.FOLDER / f"{page}.md").read_text())
    links = (child for token in tokens for child in token.children or () if child.type == "link_open")
    assert [href for href in (str(link.attrs["href"]) for link in links) if not leads_somewhere(page, href)] == []


def leads_somewhere(page: str, href: str) -> bool:
    if href.startswith(("https://", "http://")):
        return True
    if href.startswith("/"):
        scope = {"type": "http", "method": "GET", "path": href}
        return any(route.matches(scope)[0] is Match.FULL for route in app.routes)
    name, _, anchor = href.partition("#")
    name = name.removesuffix(".md") or page
    return name in PAGES and (not anchor or anchor in {each.anchor for each in manual.page(name).sections})


@pytest.mark.parametrize("file", OTHERS, ids=str)
def test_every_link_of_the_other_documents_leads_to_a_file(file: Path) -> None:
    tokens = (child for token in MarkdownIt().parse(file.read_text()) for child in token.children or ())
    paths = [str(token.attrs.get("href") or token.attrs.get("src") or "").partition("#")[0] for token in tokens]
    inside = [path for path in paths if path and not path.startswith(("https:", "http:", "mailto:", "/"))]
    assert [path for path in inside if not (file.parent / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_title_and_no_raw_tags(page: str) -> None:
    assert [each.level for each in manual.page(page).sections].count(1) == 1
    tokens = MarkdownIt("commonmark").parse((manual.FOLDER / f"{page}.md").read_text())
    inside = [child for token in tokens for child in token.children or () if child.type == "html_inline"]
    assert [token.content for token in [*tokens, *inside] if token.type in {"html_block", "html_inline"}] == []


@pytest.mark.parametrize("block", EVERY, ids=str)
def test_a_block_says_what_it_is_for(block: Block) -> None:
    assert block.language in LANGUAGES
    typed = "".join(each.text for each in EVERY if each.page == block.page and each.language in {"bash", "console"})
    assert not block.file or block.file in typed + other_files(block), "nothing on the page uses this file"


def other_files(block: Block) -> str:
    return "".join(each.text for each in EVERY if each.page == block.page and each.file and each != block)


@of("graphql")
def test_an_operation_is_one_that_the_schema_answers(block: Block) -> None:
    document = parse(block.text)
    assert validate(SCHEMAS["sandbox" in block.info.split()], document) == []
    assert all(node.name for node in document.definitions if isinstance(node, OperationDefinitionNode))


def test_operations_of_the_other_documents_are_too() -> None:
    fences = [token for file in OTHERS for token in MarkdownIt().parse(file.read_text()) if token.info == "graphql"]
    assert fences
    assert [token.content for token in fences if validate(SCHEMAS[False], parse(token.content))] == []


@of("json")
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@of("python")
def test_python_is_python(block: Block) -> None:
    compile(block.text, str(block), "exec")


@of("console")
def test_a_command_exists_with_its_options(block: Block) -> None:
    lines = block.text.replace("\\\n", " ").splitlines()
    for words in (line.split() for line in lines if re.match(r"(?:\$ )?(?:\S+=\S+ )*solde ", line)):
        command = get_command(commands)
        known = {"--help"}
        for word in words[words.index("solde") + 1 :]:
            known |= {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
            command = getattr(command, "commands", {}).get(word, command)
            assert not word.startswith("--") or word.partition("=")[0] in known, f"{block}: {word}"
