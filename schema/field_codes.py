"""The codes of broken rules with the sentences that come with them, as the portal's own code has them.

A code stands before its sentence, in a call, a pair or a mapping; the sentence may stand under a name.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_DEMO = _ROOT / "resolvers/demo"
_CODE = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
# What is called with a code even where its sentence is not there to be read.
_FAULTS = frozenset({"Fault", "PydanticCustomError", "Rule", "_fault", "_unreadable"})
_FILLED = frozenset({"format", "replace"})
_PLACES = re.compile(r"\{\w+\}")

Names = Mapping[str, ast.expr]


@cache
def field_codes() -> Mapping[str, list[str]]:
    """Each code with its sentences, … standing for what is put in."""
    files = (file for folder in ("models", "resolvers") for file in (_ROOT / folder).rglob("*.py"))
    trees = [ast.parse(file.read_text("utf-8")) for file in files if _DEMO not in file.parents]
    constants = _constants(trees)
    found: dict[str, set[str]] = {}
    for code, said in (pair for tree in trees for pair in _pairs(tree, constants)):
        found.setdefault(code, set()).update({said} - {""})
    return {code: sorted(found[code]) for code in sorted(found)}


def _constants(trees: Iterable[ast.Module]) -> Names:
    """What is imported by the name that it alone has."""
    every = [couple for tree in trees for couple in _assigned(tree.body)]
    times = Counter(name for name, _ in every)
    return {name: value for name, value in every if times[name] == 1}


def _pairs(inside: ast.AST, names: Names) -> Iterator[tuple[str, str]]:
    """Code and sentence, each under the names that its function knows at that line."""
    for node in ast.iter_child_nodes(inside):
        if isinstance(node, ast.Assign):
            names = {**names, **dict(_assigned([node]))}
        yield from _told(node, names)
        yield from _pairs(node, names)


def _told(node: ast.AST, names: Names) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Dict(keys, values):
            couples = [(key, value) for key, value in zip(keys, values, strict=True) if key]
        case ast.Call(args=elements) | ast.Tuple(elements):
            couples = list(pairwise(elements))
        case _:
            return
    known = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FAULTS
    for code, said in couples:
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and _CODE.fullmatch(code.value):
            sentence = _sentence(said, names)
            if sentence or known:
                yield code.value, sentence


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))


def _sentence(said: ast.expr, names: Names) -> str:
    """What people read; nothing for what is no sentence, or is worked out elsewhere."""
    words = _PLACES.sub("…", _words(said, names)).replace("|", "\\|")
    if " " not in words or words.startswith("…"):
        return ""
    return f"Attendu\N{NO-BREAK SPACE}: {words}." if words[0].islower() else words


def _words(said: ast.expr, names: Names) -> str:
    match said:
        case ast.Constant(str() | int() as told):
            return str(told)
        case ast.JoinedStr(parts):
            return "".join(_words(part, names) for part in parts)
        case ast.FormattedValue(told):
            return _words(told, names) or "…"
        case ast.Name(name) if name in names:
            return _words(names[name], {each: value for each, value in names.items() if each != name})
        case ast.Call(ast.Attribute(told, method)) if method in _FILLED:
            return _words(told, names)
        case ast.Call(ast.Name("french") | ast.Attribute(attr="french"), [told, *_]):
            return _words(told, names)
    return ""
