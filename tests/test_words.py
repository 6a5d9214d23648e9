"""Pages, messages and documentation say engineers' words; those that nobody looked for do not come back."""

from __future__ import annotations

import ast
import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import kerasinspect
from kerasinspect import errors
from kerasinspect.commands.cli import run
from kerasinspect.commands.program.group import cli
from tests.places import ROOT
from tests.test_sentences import MODULES, tree, values_of_types

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD_WORDS = {
    r"\bstart(?:s|ed) from\b": "initializer: NAME (±LIMIT)",
    r"\bsure\b": "confidence: certain, likely",
    r'(?<!")\bcannot tell\b(?!")': "undetermined; the document keeps its value",
    r"\bnot asked\b": "skipped (REASON)",
    r"\btheir beginnings\b|\bbeginnings? of codes\b": "code prefix",
    r"\bas numpy\b": "NumPy slice syntax",
    r"\bgo(?:es)? by (?:no|none)\b": "use no policy",
    r"\bleast sever": "lowest severity that fails the run",
    r"\bnot what \w+ gives\b": "expected NAME; outside the range of NAME",
    r"quantis": "quantiz-, as Keras spells it",
}
"""What people did not understand, and what is said in its place."""

SAMPLES = ("small_cnn.keras", "question_network.h5", "custom_layer.keras", "recurrent.keras", "unbuilt.keras")
OPTIONS = {"show": ("--explain", "--stats"), "check": ("--no-config", "--statistics", "--fail-on", "note")}
TWO_MODELS = tuple(str(ROOT / "sample_models" / name) for name in ("small_cnn.keras", "recurrent.keras"))
WITHOUT_MODEL = {
    "rules": ((), ("KI",)),
    "tally": ((str(ROOT / "tests/data/logs/samples.jsonl"),),),
    "completion": (),
    "browse": (),
    "verify": (),
    "export": (),
    "diff": (TWO_MODELS,),
    "series": ((str(ROOT / "sample_models"), "--top", "20"),),
}
"""Commands that take no model or two, ask Keras, need a terminal or write no page, with what else they are asked."""

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
DOCUMENTS = ("README.md", "action.yml", ".pre-commit-hooks.yaml", "sample_models/README.md", *PAGES)
SCHEMAS = sorted((Path(kerasinspect.__file__).parent / "schemas").glob("*.json"))

ERRORS = frozenset(
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.InspectError)
)


def old_words(text: str) -> list[str]:
    """What a text says that should not be said, with what is around it."""
    found = (match for pattern in OLD_WORDS for match in re.finditer(pattern, text, re.IGNORECASE))
    return [text[max(0, match.start() - 30) : match.end() + 30] for match in found]


def requests(command: str) -> Iterator[list[str]]:
    """Arguments that show all pages of a command, its help among them."""
    yield [command, "--help"]
    if command in WITHOUT_MODEL:
        yield from ([command, *arguments] for arguments in WITHOUT_MODEL[command])
    else:
        models = (str(ROOT / "sample_models" / name) for name in SAMPLES)
        yield from ([command, model, *OPTIONS.get(command, ())] for model in models)


@pytest.mark.parametrize("command", list(cli.commands))
def test_a_page_has_no_old_words(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What a command writes to a terminal, on both streams."""
    if command == "report":
        pytest.importorskip("jinja2", reason="the extra [report] is not installed")
    for arguments in requests(command):
        run(arguments)
        written = capsys.readouterr()
        assert written.out
        assert not old_words(f"{written.out}\n{written.err}"), arguments


def test_help_has_no_old_words() -> None:
    """The list of commands."""
    assert not old_words(cli.get_help(click.Context(cli)))


def sentences(module: str) -> Iterator[str]:
    """Texts of a module that may get to a screen: none that is a value of a document, and no docstring."""
    documentation = {id(node.value) for node in ast.walk(tree(module)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


@pytest.mark.parametrize("module", MODULES)
def test_a_sentence_has_no_old_words(module: str) -> None:
    """What a module says, also where no sample makes it say so."""
    said = set(sentences(module)) - values_of_types()
    assert not [words for sentence in said for words in old_words(sentence)]


def wordless(module: str) -> Iterator[str]:
    """Errors that a module makes with words of its own and without saying what to do."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
            words = node.args[:1]
            if len(node.args) + len(node.keywords) == 1 and isinstance(words[0], ast.Constant | ast.JoinedStr):
                yield ast.unparse(words[0])


@pytest.mark.parametrize("module", MODULES)
def test_an_error_says_what_to_do_next(module: str) -> None:
    """A sentence about what is wrong is followed by one that helps."""
    assert not list(wordless(module))


@pytest.mark.parametrize("path", DOCUMENTS)
def test_documentation_has_no_old_words(path: str) -> None:
    """What is read before the first command."""
    assert not old_words((ROOT / path).read_text(encoding="utf-8"))


def test_the_picture_has_no_old_words() -> None:
    """The first page that anybody sees was drawn by this version."""
    drawn = (ROOT / "docs" / "show.svg").read_text(encoding="utf-8")
    shown = unescape(re.sub(r"<[^>]*>", " ", drawn)).replace("\N{NO-BREAK SPACE}", " ")
    assert "initializer: glorot_uniform" in shown
    assert not old_words(shown)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_describes_without_old_words(path: Path) -> None:
    """The descriptions that an editor shows."""
    described = re.findall(r'"description": ("(?:[^"\\]|\\.)*")', path.read_text(encoding="utf-8"))
    assert not [words for text in described for words in old_words(json.loads(text))]


@pytest.mark.parametrize(
    "text", ["started from zeros", "sure", "1 cannot tell", "not asked, since", "as numpy has it", "Go by no policy."]
)
def test_old_words_are_found(text: str) -> None:
    """The patterns find what they are for, and leave a document's value in quotes alone."""
    assert old_words(text)
    assert not old_words('"verdict": "cannot tell", "initializer": "zeros"')
