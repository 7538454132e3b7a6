"""French as it is printed, over every sentence that somebody reads: templates, mails, scripts and messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from models.emails import SENDER
from models.typography import NBSP, french

ROOT = Path(__file__).parent.parent
TEMPLATES = [*(ROOT / "web/templates").rglob("*.html"), *(ROOT / "resolvers/mail/templates").rglob("*.*")]
SCRIPTS = sorted((ROOT / "web/static").glob("*.js"))
# Pages of the documentation of the API, which is in English.
ENGLISH = {ROOT / "schema/error_pages.py", ROOT / "schema/limits_page.py"}
MODULES = {file for part in ("models", "resolvers", "schema", "web", "tasks") for file in (ROOT / part).rglob("*.py")}

FAULTS = {
    "three dots instead of an ellipsis": r"\.\.\.",
    "oe instead of œ": r"(?i)\b(?:c|s|n|v|man)?oe(?:u|il)",
    "a capital without its accent": r"\b(?:Etat|Etape|Ecrit|Ecran|Echec|Ech[ée]ance|Editeur|Etes|Egal|Ca|Etant)\b",
    "nothing within the guillemets' spaces": rf"«(?![ {NBSP}]|$)|(?<![ {NBSP}])(?<!^)»",
    "no space before a high mark": r"[a-zà-ÿœ0-9)](?:[?!](?=[\s»]|$)|[;:](?=\s|$))",
    "a space before a low mark": rf"[a-zà-ÿœ][ {NBSP}](?:,|\.(?!\w))",
    # A value stands as the letter x.
    "a unit that may leave its number": r"(?:\d|\bx) (?:Ko|Mo|Go|%|€|h [\dx]|s\b)",
}
# In templates the source is completed when it is loaded; in scripts nobody does it.
BREAKABLE = r"« | [;?!»]| :(?![\d/])"


def said_by_template(source: str) -> str:
    """The text of a page or mail, with the attributes that are read aloud, values standing as a letter."""
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|<style>.*?</style>|<!--.*?-->", "", source, flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}", "x", source, flags=re.DOTALL)
    aloud = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', source)
    return unescape("\n".join([re.sub(r"</?(?:span|strong|a|code|abbr|q|em)\b[^>]*>", "", source), *aloud]))


VALUE = re.compile(r"""\$\{[^{}"`]*\}""")
LITERAL = re.compile(r"""\"((?:[^"`\\]|\\.)*)\"|`((?:[^`"\\$]|\\.|\$(?!\{))*)`""")


def said_by_script(source: str) -> Iterator[str]:
    """The strings of a script from the innermost on, values standing as a letter."""
    for line in source.splitlines():
        code = VALUE.sub("x", re.sub(r"^\s*//.*|\s// .*", "", line))
        while found := LITERAL.search(code):
            yield (found[1] or found[2] or "").replace(r"\u00a0", NBSP)
            code = VALUE.sub("x", f"{code[: found.start()]}x{code[found.end() :]}")


CODE = re.compile(r"`[^`\n]+`")


def said_by_module(source: str) -> Iterator[str]:
    """The strings in which French is recognised by a letter or a mark that English has not; code stands as a letter."""
    tree = ast.parse(source)
    explained = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in explained and re.search("[à-ÿœ«]", str(node.value)):
            yield CODE.sub("x", str(node.value))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_template_is_in_french_typography(file: Path) -> None:
    text = re.sub(r"<[^>]*>", "\n", said_by_template(file.read_text()))
    assert faults_of(french(text)) == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_is_in_french_typography(file: Path) -> None:
    sentences = list(said_by_script(file.read_text()))
    assert [fault for sentence in sentences for fault in faults_of(sentence)] == []
    assert [sentence for sentence in sentences if re.search(BREAKABLE, sentence) and " " in sentence.strip()] == []


def test_messages_are_in_french_typography() -> None:
    sentences = (sentence for file in MODULES - ENGLISH for sentence in said_by_module(file.read_text()))
    assert [fault for sentence in sentences for fault in faults_of(sentence)] == []


def faults_of(text: str) -> list[str]:
    """Each fault with the words around it."""
    return [
        f"{fault}: {text[max(0, found.start() - 30) : found.end() + 10]!r}"
        for fault, pattern in FAULTS.items()
        for found in re.finditer(pattern, text, re.MULTILINE)
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Une coeur", "oe instead of œ"),
        ("Attendez...", "three dots instead of an ellipsis"),
        ("«Bonjour »", "nothing within the guillemets' spaces"),
        ("Pourquoi?", "no space before a high mark"),
        ("20 Mo au plus", "a unit that may leave its number"),
        ("Nouvel essai dans x s.", "a unit that may leave its number"),
        ("Etape 1", "a capital without its accent"),
        ("voici , enfin", "a space before a low mark"),
    ],
)
def test_each_fault_is_seen(text: str, fault: str) -> None:
    assert [found.partition(":")[0] for found in faults_of(text)] == [fault]


def test_the_portals_name_is_written_in_one_place() -> None:
    assert [file.name for file in TEMPLATES if SENDER in file.read_text()] == []
