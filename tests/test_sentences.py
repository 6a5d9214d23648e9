"""Sentences are for people: no code of the package decides by one, or takes one apart."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kerasinspect

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(kerasinspect.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))

TAKING_APART = frozenset(
    {"startswith", "endswith", "removeprefix", "removesuffix", "split", "rsplit", "partition", "rpartition"}
    | {"replace", "find", "rfind", "index", "rindex", "count", "strip", "lstrip", "rstrip"}
)
"""Methods that look for a text in another one."""
MATCHING = frozenset({"compile", "match", "search", "fullmatch", "sub", "split", "findall", "finditer"})
"""Functions of ``re`` that do."""

EXCEPTIONS = {
    "__main__.py": "what Python calls its own machinery of imports",
    "formats/existing_files.py": "what other programs write, Git among them, and the last line of our own page",
    "formats/foreign_files.py": "how a config in YAML begins",
    "verify/reasons.py": "what Keras and TensorFlow say of a class that they do not know, or of an exception inside",
    "verify/worker.py": "what TensorFlow says where memory is short: the worker has nothing else to go by",
}
"""Modules that read texts of others, and which."""
AXES = frozenset({"recurrent ", "recurrent filter", "recurrent unit"})
"""Names of axes in the layer table: values, of which the code knows what runs along them."""


@cache
def tree(module: str) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


@cache
def values_of_types() -> frozenset[str]:
    """Texts that are values of a ``Literal`` type somewhere in the package: these are no sentences."""
    subscripts = (node for module in MODULES for node in ast.walk(tree(module)) if isinstance(node, ast.Subscript))
    literals = (node.slice for node in subscripts if isinstance(node.value, ast.Name) and node.value.id == "Literal")
    return frozenset(text for node in literals for text in texts(node))


@cache
def constants(module: str) -> dict[str, tuple[str, ...]]:
    """The texts that are held against another by the name of a constant, be it imported: of a mapping its keys."""
    found: dict[str, tuple[str, ...]] = {}
    for node in tree(module).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE.name):
            whole = f"{(node.module or '').replace('.', '/').partition('/')[2]}.py"
            known = constants(whole) if whole in MODULES else {}
            found |= {alias.asname or alias.name: known.get(alias.name, ()) for alias in node.names}
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Dict):
            found[target.id] = tuple(text for key in value.keys if key for text in texts(key))
        elif isinstance(target, ast.Name) and isinstance(value, ast.Constant | ast.Tuple | ast.Set | ast.Call):
            found[target.id] = tuple(text for text in texts(value) if "\n" not in text)  # no list of names, to be split
    return found


def texts(node: ast.AST) -> Iterator[str]:
    """All texts in an expression."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def looked_for(node: ast.AST) -> Iterator[ast.expr]:
    """What an expression looks for in a text, or holds against one."""
    if isinstance(node, ast.Compare):
        yield from (node.left, *node.comparators)
    elif isinstance(node, ast.MatchValue):
        yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        is_pattern = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if node.func.attr in (MATCHING if is_pattern else TAKING_APART):
            yield from node.args


def english(expression: ast.expr, module: str) -> Iterator[str]:
    """The texts of an expression, or of the constant that it names, that read as words of a sentence."""
    named = constants(module).get(expression.id, ()) if isinstance(expression, ast.Name) else ()
    for text in (*texts(expression), *named):
        if re.search(r"[A-Za-z]{2,}[,:;.]? [A-Za-z]|^[,;:.]? ?[a-z]{2,} |[A-Za-z]{2,}: ?$", text):
            yield text


def found_in(module: str) -> set[str]:
    """The sentences, or pieces of some, that a module decides by."""
    asked = (expression for node in ast.walk(tree(module)) for expression in looked_for(node))
    return {text for expression in asked for text in english(expression, module)} - values_of_types() - AXES


@pytest.mark.parametrize("module", [module for module in MODULES if module not in EXCEPTIONS])
def test_no_sentence_is_used_as_data(module: str) -> None:
    """A kind, a field or a type says what a sentence says; words may change at any time."""
    assert not found_in(module)


@pytest.mark.parametrize("module", EXCEPTIONS)
def test_exceptions_are_needed(module: str) -> None:
    """A module that reads no sentence any more is no exception."""
    assert found_in(module)
