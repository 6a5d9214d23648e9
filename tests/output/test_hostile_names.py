"""A hostile name takes the same page as a harmless one, and cannot act on what shows it."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pytest

from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.summarising import summarise
from kerasinspect.axes import Axis
from kerasinspect.model import Extra, Layer, Model
from kerasinspect.output.documents.show import show_document
from kerasinspect.output.documents.summary import summary_document
from kerasinspect.output.formats.json import write_json
from kerasinspect.output.formats.terminal import text_lines, write_text
from kerasinspect.output.pages.list import list_blocks
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.pages.summary import summary_blocks
from kerasinspect.output.show_options import GridOptions, ShowOptions
from kerasinspect.remarks import Remark
from kerasinspect.shown.escaping import columns_of
from tests.makers.handmade import MemoryArray, dense, model, weight

HOSTILE = {
    "escape": "a\x1b[2J\x1b]0;x\x07b",
    "C1": "a\x9b31mb",
    "text direction": "a\u202eb\u2066",
    "no width": "a\u200bb\ufeff",
    "markup": "[red]a[/red]",
    "closing markup": "a[/]",
    "emoji code": ":skull:",
    "newline": "a\n::error::b",
    "carriage return": "a\rb\x08",
    "GitHub command": "::error file=a::b",
    "old GitHub command": "##[error]a",
    "Azure command": "##vso[task.complete]",
    "TeamCity command": "##teamcity[x]",
    "lone surrogate": "a\ud800b",
    "NUL": "a\x00b",
    "format": "{0} %s %0A",
    "wide": "大" * 10,
    "long": "a" * 5000,
    "empty": "",
}


WIDE = {
    "long and wide": "大" * 5000,
    "marks": "e" + "\u0301" * 50,
    "long and blank": "\u3000" * 300 + "x",
    "facts": " · " * 200,
    "bracket": "(" * 500,
}


def poisoned(name: str) -> Model:
    """A model with the name in every place that a file can fill."""
    remark = Remark("repeated-key", name, (name,))
    own = weight(
        name, name, name, np.zeros((2, 2), "float32"), [Axis(name, 2, source=name), Axis(name, 2)], remark=remark
    )
    fields: dict[str, Any] = {
        "class_name": name,
        "activation": name,
        "remarks": (remark,),
        "inbound": (name,),
        "also_at": (name,),
    }
    layers = [
        dense("first", 2, 2, 0, source=name),
        Layer(name, path=name, weights=(own,), built=True, **fields),
        Layer(name, name, name, weightless=True),
        Layer(name, name, name, built=False),
    ]
    extra = Extra("optimizer", name, name, MemoryArray(np.zeros(2)), remark=remark)
    head: dict[str, Any] = {"name": name, "class_name": name, "keras_version": name, "backend": name, "saved_at": name}
    return model(layers, extras=(extra,), remarks=(remark,), location=f"{name}.keras", **head)


def pages(subject: Model) -> str:
    """Both pages, as a pipe gets them."""
    stream = io.StringIO()
    selection = select(subject)
    write_text(show_blocks(inspect(selection), ShowOptions(explain=True)), stream)
    write_text(summary_blocks(summarise(selection)), stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_takes_the_lines_of_a_harmless_one(name: str) -> None:
    """The page has as many lines, is printable and encodable, and no line is a command."""
    page, twin = pages(poisoned(name)), pages(poisoned("harmless"))
    lines = page.split("\n")
    assert len(lines) == len(twin.split("\n"))
    assert all(line.isprintable() for line in lines)
    assert page.encode()
    assert not any(line.lstrip().startswith("::") for line in lines)
    assert not re.search(r"##(\[|vso\[|teamcity\[)", page)


@pytest.mark.parametrize("width", [1, 20, 33, 60, 80, 130, 10_000])
@pytest.mark.parametrize("name", [*HOSTILE.values(), *WIDE.values()], ids=[*HOSTILE, *WIDE])
def test_a_hostile_name_makes_no_line_too_wide(name: str, width: int) -> None:
    """Names are cut, headings and sentences broken, whatever the name and the page."""
    inspected = inspect(select(poisoned(name)))
    options = ShowOptions(explain=True, statistics=True, grid=GridOptions(width=width))
    stream = io.StringIO()
    write_text(show_blocks(inspected, options), stream, width)
    write_text(list_blocks(inspected), stream, width)
    write_text(summary_blocks(summarise(inspected.selection)), stream, width)
    assert max(map(columns_of, stream.getvalue().split("\n"))) <= max(20, width)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_terminal_gets_only_our_own_escapes(name: str) -> None:
    """On a terminal the page says the same as in a pipe, once our own styles are taken off."""
    selection = select(poisoned(name))
    coloured = text_lines(show_blocks(inspect(selection), ShowOptions()), 100, colour=True)
    plain = text_lines(show_blocks(inspect(selection), ShowOptions()), 100, colour=False)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in coloured] == [line.rstrip() for line in plain]


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_json_keeps_the_name_and_is_ascii(name: str) -> None:
    """JSON says the very name, in ASCII, without anything that a CI runner takes for a command."""
    selection = select(poisoned(name))
    for document in (
        show_document(inspect(selection), ShowOptions(hashes=True, values=True)),
        summary_document(summarise(selection)),
    ):
        stream = io.StringIO()
        write_json(document, stream)
        text = stream.getvalue()
        assert text.isascii()
        assert not re.search(r"##(\[|vso\[|teamcity\[)|^\s*::", text, re.MULTILINE)
        assert json.loads(text)["layers"][1]["name"] == name
