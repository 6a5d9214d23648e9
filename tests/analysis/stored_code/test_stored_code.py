"""Stored code is measured once, however deep it lies and however large it is."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.analysis.stored_code import payloads
from kerasinspect.analysis.stored_code.code_in_config import code_in_config
from kerasinspect.analysis.stored_code.config_places import ConfigPlace
from kerasinspect.analysis.stored_code.payloads import PIECE, code_at, pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = ConfigPlace(None, "config")
NESTINGS: dict[str, Callable[[object], object]] = {
    "lambda": lambda inner: {"class_name": "__lambda__", "config": {"code": inner}},
    "typed value": lambda inner: {"mode_type": "lambda", "mode": inner},
    "layer": lambda inner: {"class_name": "Lambda", "config": {"function": [inner], "function_type": "lambda"}},
}


def steps(document: object, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many values are looked at for code in a document."""
    count = 0

    def counted(value: Any) -> bool:  # noqa: ANN401 - any JSON
        nonlocal count
        count += 1
        return asked(value)

    asked = payloads._holds_code  # noqa: SLF001 - the step that is counted
    with monkeypatch.context() as patched:
        patched.setattr(payloads, "_holds_code", counted)
        assert list(code_in_config(document, "config"))
    return count


@pytest.mark.parametrize("nesting", NESTINGS)
def test_nested_code_costs_what_its_size_explains(nesting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as deep around many texts is not twice the work on each text."""

    def nested(depth: int) -> object:
        document: object = ["4wAAYWJj"] * 2_000
        for _ in range(depth):
            document = NESTINGS[nesting](document)
        return document

    shallow, deep = steps(nested(20), monkeypatch), steps(nested(40), monkeypatch)
    assert shallow < 2 * 2_000 + 20 * 20
    assert deep - shallow < 20 * 20


def test_large_code_is_measured_in_pieces() -> None:
    """Size and hash are those of the whole, of base64 with line ends as of plain characters."""
    data = bytes(range(256)) * (3 * PIECE // 256)
    lines = base64.encodebytes(data).decode()
    found = code_at([lines, None, None], HERE)
    assert (found.size, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert max(map(len, pieces_of(lines, is_source=False))) <= PIECE


@pytest.mark.parametrize("text", ["é" * 3, "\u20ac" * 3, "\ud800", "abc", "ab==cd==", ""])
def test_what_is_no_base64_is_taken_as_it_is(text: str) -> None:
    """Keras 1 wrote bytecode as characters of one byte."""
    encoding = "latin-1" if max(text, default="") < "\u0100" else "utf-8"
    assert b"".join(pieces_of(text, is_source=False)) == text.encode(encoding, "surrogatepass")
