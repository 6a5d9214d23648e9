"""A name may be any text: what is written around it stays as it is, and nothing in it acts."""

from __future__ import annotations

import contextlib
import io
import json
import re
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect.commands.cli import run
from tests.makers.plain_models import archive_tree, config, dense, hdf5, keras_archive, legacy_tree

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "clear screen": "a\x1b[2J",
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;title\x07",
    "hyperlink": "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;aGk=\x07",
    "device control": "\x1bP1$r\x1b\\",
    "8-bit control": "\x9b2J",
    "bell and backspace": "abc\x07\x08\x08\x08",
    "carriage return": "real\rfake",
    "newline": "one\ntwo",
    "fake row": "a\n[9] kernel (1, 1)",
    "line separator": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "null": "a\0b",
    "delete": "a\x7fb",
    "override": "a\u202egnp.exe",
    "isolates": "a\u2066b\u2069",
    "zero width": "a\u200bb\u200dc\ufeffd",
    "tags": "a\U000e0041\U000e007f",
    "variation": "a\ufe0f\U000e0100",
    "blank letters": "\u3164\u2800\u115f",
    "no-break spaces": "a\u00a0b\u3000c",
    "zalgo": "a" + "\u0301\u0489" * 500,
    "wide": "\u4e00" * 3_000,
    "long": "n" * 60_000,
    "lone surrogate": "a\ud800b",
    "private use": "\ue000\U0010ffff\ufffe",
    "markup": "[red]a[/red]",
    "closing markup": "[/]",
    "markup link": "[link=http://x]a[/link]",
    "emoji code": ":skull:",
    "style markup": "[bold reverse on red]",
    "github command": "::error::x",
    "github command after spaces": "  ::set-output name=a::b",
    "old github command": "##[error]x",
    "azure command": "##vso[task.setvariable variable=a]b",
    "teamcity command": "##teamcity[buildStatus text='x']",
    "percent escapes": "%0A::error::x%0D",
    "heredoc": "EOF\nx=1",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "at": "@SUM(1)",
    "tab": "\t=1",
    "html": "<script>alert(1)</script>",
    "attribute": '" onmouseover="x',
    "entity": "&lt;&#27;[2J",
    "xml": "]]><x>",
    "pipe": "a|b|c",
    "backticks": "```\na\n```",
    "markdown image": "![x](http://x/y)",
    "quotes": "a'b\"c\\d",
    "json": '", "status": "ok',
    "dot": '"];x[label="',
    "mermaid": "a%%{init: {}}%%",
    "shell": "$(touch x); `touch x`",
    "format": "%s %n {0} {0.__class__}",
    "parent": "../../x",
    "absolute": "/etc/passwd",
    "windows": "con",
    "option": "--help",
    "empty": "",
    "spaces": "   ",
    "dots": ".",
    "looks like ours": "kerasinspect: fine",
}
TWIN, LEADING_OUT = "harmless", "../harmless"
LEADS_OUT = frozenset({NAMES["null"], NAMES["parent"], NAMES["absolute"]})
"""Names that are a finding, which is shown; their harmless twin is one, too."""
COMMANDS = (
    ("show", "--explain"),
    ("summary",),
    ("show", "--format", "json"),
    ("summary", "--format", "json"),
    ("show", "--heatmap", "--histogram"),
)
RUNNER_COMMAND = re.compile(r"^\s*::|##\[|##vso\[|##teamcity\[", re.MULTILINE | re.IGNORECASE)


def as_layer(name: str) -> bytes:
    """A Keras 3 layer of this name."""
    first = dense(0)
    layer = first | {"config": first["config"] | {"name": name}}
    return keras_archive(described=config(layer, dense(1), dense(2)), weights=hdf5(archive_tree, without_names))


def without_names(file: h5py.File) -> None:
    """Weights as Keras wrote them before 3.6, so that only the config has the layers' names."""
    for group in file["layers"].values():
        del group["vars"].attrs["name"]


def as_class(name: str) -> bytes:
    """A class of this name."""
    return keras_archive(described=config(dense(0) | {"class_name": name}, dense(1), dense(2)))


def as_activation(name: str) -> bytes:
    """An activation of this name."""
    first = dense(0)
    changed = first["config"] | {"activation": name, "kernel_initializer": name, "dtype": name}
    return keras_archive(described=config(first | {"config": changed}, dense(1), dense(2)))


def as_model(name: str) -> bytes:
    """A model of this name, made by a Keras of this version."""
    whole = config()
    return keras_archive(described=whole | {"config": whole["config"] | {"name": name}, "class_name": name})


def as_group(name: str) -> bytes:
    """A group that nothing claims, an attribute, and a soft link to a place of this name."""
    raw = name.encode("utf-8", "surrogatepass").replace(b"\0", b"?").replace(b"/", b"|")[:60_000]
    raw = b"dot" if raw in {b"", b"."} else raw

    def change(file: h5py.File) -> None:
        group = h5py.h5g.create(file.id, raw)
        h5py.Group(group)["inner"] = np.ones(2, "<f4")
        file.attrs["keras_version"] = np.bytes_(raw)
        file["elsewhere"] = h5py.SoftLink(b"/" + raw)

    return hdf5(legacy_tree, change)


PLACES = {
    "layer": ("keras", as_layer),
    "class": ("keras", as_class),
    "activation": ("keras", as_activation),
    "model": ("keras", as_model),
    "group": ("h5", as_group),
}


def output_of(folder: Path, ending: str, data: bytes) -> list[str]:
    """What each command writes."""
    path = folder / f"model.{ending}"
    path.write_bytes(data)
    texts = []
    for command in COMMANDS:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            # A link that is not followed makes the answer partial.
            assert run([command[0], str(path), *command[1:]]) in {0, 3}, err.getvalue()
        texts += [out.getvalue(), err.getvalue()]
    return texts


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    """What the commands write where the name is a harmless one."""
    folder = tmp_path_factory.mktemp("twins")
    return {
        (place, name): output_of(folder, ending, make(name))
        for place, (ending, make) in PLACES.items()
        for name in (TWIN, LEADING_OUT)
    }


@pytest.mark.parametrize("name", NAMES.values(), ids=list(NAMES))
@pytest.mark.parametrize("place", list(PLACES))
def test_a_name_changes_nothing_around_it(
    tmp_path: Path, twins: dict[tuple[str, str], list[str]], place: str, name: str
) -> None:
    """As many lines as with a harmless name, none of which holds anything that acts, and strict JSON."""
    ending, make = PLACES[place]
    texts = output_of(tmp_path, ending, make(name))
    twin_texts = twins[place, LEADING_OUT if name in LEADS_OUT else TWIN]
    for text, twin in zip(texts, twin_texts, strict=True):
        assert all(line.isprintable() for line in text.split("\n")), text
        assert not RUNNER_COMMAND.search(text), text
        if not twin.startswith("{"):
            assert text.count("\n") == twin.count("\n"), text
    for text, twin in ((texts[4], twin_texts[4]), (texts[6], twin_texts[6])):
        assert text.isascii()
        assert shape_of(json.loads(text, parse_constant=pytest.fail)) == shape_of(json.loads(twin))


def shape_of(document: object) -> object:
    """A JSON document's keys and lengths, without its values."""
    if isinstance(document, dict):
        return {key: shape_of(value) for key, value in document.items()}
    if isinstance(document, list):
        return [shape_of(value) for value in document]
    return None
