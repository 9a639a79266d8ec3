"""Repositories for the tests of similarity: the samples, and copies in disguise."""

import ast
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from apps.checks.snapshot import SourceFile, read_snapshot
from tests.checks.samples import SAMPLES, lay_out

PROJECT = "house-price-prediction"


def reference(into: Path) -> tuple[SourceFile, ...]:
    return read_snapshot(lay_out(PROJECT, "reference", into))


def independent(name: str) -> tuple[SourceFile, ...]:
    """Another answer to the same brief, written on its own: ``script`` or ``pipeline``."""
    return read_snapshot(SAMPLES / PROJECT / f"independent-{name}")


def with_token(files: Sequence[SourceFile], token: str) -> tuple[SourceFile, ...]:
    return tuple(
        replace(one, text=re.sub(r'token = ".*"', f'token = "{token}"', one.text or ""))
        if one.path == "milepost.toml"
        else one
        for one in files
    )


def disguised(files: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """As somebody would hide a copy: other names, texts and layout, functions in another order."""
    python = [one for one in files if one.path.endswith(".py")]
    names = sorted({name for one in python for name in _own_names(ast.parse(one.text or ""))})
    other = {name: f"thing_{number}" for number, name in enumerate(names)}
    return tuple(
        SourceFile(path=f"work/{one.path.replace('housing', 'homes')}", size=one.size, text=text)
        for one in python
        for text in [_disguise(one.text or "", other)]
    )


def _own_names(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
    return {name for name in found if not name.startswith("__")}


def _disguise(text: str, names: dict[str, str]) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            _shuffle_functions(node.body)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = f"{node.value} and more"
    code = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), ast.unparse(tree))
    return "# Mine.\n" + code.replace("\n\n", "\n\n# And now for the next one.\n\n")


def _shuffle_functions(body: list[ast.stmt]) -> None:
    places = [place for place, node in enumerate(body) if isinstance(node, ast.FunctionDef)]
    functions = [body[place] for place in places]
    random.Random(7).shuffle(functions)
    for place, function in zip(places, functions, strict=True):
        body[place] = function
