"""Files on which a statement was once false: nobody can catch the tool in one of these again.

``tests/data/cases`` has a folder for each kind of fault, with files that real libraries saved. ``expected.json`` is
what ``get_weights()`` gave, as for the files of all versions; ``assertions.json`` holds what else is right: Python
expressions over ``d``, the JSON that a command printed, ``text``, ``rc``, its exit status, and ``layers``, all layers
of the JSON. Controls are files of the same shape that were right before.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.commands.cli import run
from tests.places import DATA
from tests.real_files.test_versions import Case, cases, wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    Json = dict[str, Any]

HERE = DATA / "cases"
UNPROVEN = {
    ("functional_subclass/neck.weights.h5", "--hash"): "without a config a subclass is like any Functional model",
}
"""Assertions that ask more than a file proves, and why: the file, a word of the command."""


def assertions() -> list[Any]:
    """All assertions of one file together, but those that ask more than it proves."""
    found = defaultdict(list)
    for one in json.loads((HERE / "assertions.json").read_text(encoding="utf-8")):
        if not any(one["file"] == file and word in one["command"] for file, word in UNPROVEN):
            found[one["file"]].append(one)
    return [pytest.param(file, held, id=file) for file, held in found.items()]


def walk(layers: list[Json]) -> Iterator[Json]:
    """Every layer of a document, from the outside in."""
    for layer in layers:
        yield layer
        yield from walk(layer.get("layers") or [])


def answer(file: str, command: tuple[str, ...], output: pytest.CaptureFixture[str]) -> Json:
    """What an assertion may speak of: the JSON, the text, the exit status and the layers that a command gives."""
    name, *options = (word.replace("{root}", str(HERE)) for word in command)
    status = run([name, str(HERE / file), *options])
    text = output.readouterr().out
    document = json.loads(text) if text.startswith("{") else None
    layers = [*walk((document or {}).get("layers") or [])]
    return {"d": document, "text": text, "rc": status, "layers": layers, "re": re}


@pytest.mark.parametrize(("file", "held"), assertions())
def test_every_assertion_holds(file: str, held: list[Json], capsys: pytest.CaptureFixture[str]) -> None:
    """What the commands say of a file is true."""
    told: dict[tuple[str, ...], Json] = {}
    failed = []
    for one in held:
        key = tuple(one["command"])
        told[key] = told.get(key) or answer(file, key, capsys)
        if not eval(one["check"], told[key]):  # noqa: S307 - the expressions are part of the tests
            failed.append(" ".join([*one["command"], ":", one["check"]]))
    assert failed == []


@pytest.mark.parametrize("case", cases(HERE), ids=str)
def test_every_array_is_what_its_library_said(case: Case) -> None:
    """Bytes, order, names and layers of a file are those that the library had that saved it."""
    assert wrong_with(case) == []
