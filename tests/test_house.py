"""The house itself: rooms stay small, imports never go in a circle, and functions stay short."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, TypeAlias

import pytest

import kerasinspect
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

PACKAGE = Path(kerasinspect.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
MOST_MODULES = 16
MEDIAN, LONG, LONGEST = 7, 21, 54
"""Lines of a function: of half of them, of 95 in 100, and of all."""


@cache
def parsed(name: str) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports_of(name: str) -> set[str]:
    """The modules of the package that a module imports anywhere in it, those for types alone included."""
    found: set[str] = set()
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports from a place that is told in dots"
            whole = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {path if path in MODULES else str(node.module) for path in whole.values()}
    return (found & MODULES.keys()) - {name}


def length(function: Function) -> int:
    """Lines from ``def`` to the last one, without decorators and without the docstring."""
    first, last = function.body[0], function.end_lineno or function.lineno
    documented = ast.get_docstring(function) is not None
    return last - function.lineno + 1 - documented * ((first.end_lineno or first.lineno) - first.lineno + 1)


def functions() -> Iterator[tuple[str, int]]:
    """Every function and method, nested ones too, with its length."""
    for name in MODULES:
        for node in ast.walk(parsed(name)):
            if isinstance(node, Function):
                yield f"{name}.{node.name}", length(node)


def test_no_room_has_more_than_sixteen_modules() -> None:
    """A folder of more is two rooms."""
    modules = Counter(path.parent for path in MODULES.values())
    assert not {folder.name: count for folder, count in modules.items() if count > MOST_MODULES}


def test_no_module_is_on_an_import_circle() -> None:
    """Each can be read, and tested, with nothing but what stands below it."""
    try:
        TopologicalSorter({name: imports_of(name) for name in MODULES}).prepare()
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))


def test_functions_are_short() -> None:
    """Half of them have at most 7 lines, 95 in 100 at most 21, and none more than 54."""
    found = [*functions()]
    assert not [(name, lines) for name, lines in found if lines > LONGEST]
    lengths = [lines for _, lines in found]
    assert quantiles(lengths, n=100)[94] <= LONG
    assert median(lengths) <= MEDIAN


def module_level_names(name: str) -> set[str]:
    """The functions, classes and values that a module defines, those behind conditions included."""
    body = [*parsed(name).body]
    body += [inner for node in body if isinstance(node, ast.If) for inner in node.body]
    found = {node.name for node in body if isinstance(node, Function | ast.ClassDef)}
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def words_of(tree: ast.AST) -> Iterator[str]:
    """Every name that a module imports, looks up in something else, or replaces there for a test."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr":
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            yield from (word for text in texts for word in text.split("."))


TABLES = "kerasinspect.analysis.stored_code.loader_names."
USED_FROM_OUTSIDE = {
    "kerasinspect": "the public names",
    "kerasinspect.__main__": "an installed command",
    "kerasinspect.verify.worker": "a program of its own",
    f"{TABLES}keras_table": "written by a program, which reads its stamp again",
    f"{TABLES}operation_table": "as above",
    f"{TABLES}tensorflow_table": "as above",
}
"""Modules whose names are there for someone else, and for whom."""


def test_names_that_no_other_module_uses_begin_with_an_underscore() -> None:
    """What a module is for is what it does not hide: commands and fixtures apart, which their decorators hand out."""
    tests = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("tests/**/*.py"))]
    scripts = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("docs/*.py"))]
    words = {name: Counter(words_of(parsed(name))) for name in MODULES}
    outside = Counter(word for tree in [*tests, *scripts] for word in words_of(tree))
    total = sum(words.values(), outside)
    handed_out = {
        node.name
        for name in MODULES
        for node in parsed(name).body
        if isinstance(node, Function) and node.decorator_list
    }
    needless = {
        f"{name}.{word}"
        for name in MODULES.keys() - USED_FROM_OUTSIDE.keys()
        for word in module_level_names(name) - handed_out
        if not word.startswith("_") and total[word] == words[name][word]
    }
    assert not needless
