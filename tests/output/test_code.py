"""Code in a config is shown as a fact."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest

from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.code import MOST_LINES, code_blocks
from tests.makers.handmade import model

CODE = b"\xe3\x00\x00system\x00\x01echo \x1b[31mhello\x00"
LAMBDA = {
    "class_name": "Lambda",
    "config": {"function": {"class_name": "__lambda__", "config": {"code": base64.b64encode(CODE).decode()}}},
}


def page(config: dict[str, object], *, texts: bool) -> str:
    """The part of a page about code."""
    stream = io.StringIO()
    write_text(code_blocks(inspect(select(model([], config=config))).code, texts=texts), stream)
    return stream.getvalue()


@pytest.mark.parametrize("texts", [False, True])
def test_code_is_measured_and_hashed(texts: bool) -> None:  # noqa: FBT001 - a table's column
    """Size, hash and place are said; what is in it only when asked for, and never as it is."""
    shown = page({"layers": [LAMBDA]}, texts=texts)
    assert f"{len(CODE)} bytes of Python bytecode" in shown
    assert hashlib.sha256(CODE).hexdigest() in shown
    assert "config.layers[0].config.function" in shown
    assert ("| system" in shown) == texts
    assert "\x1b" not in shown


def test_a_config_without_code_says_nothing() -> None:
    """Most models have none, and a custom class is none."""
    assert page({"class_name": "Dense", "config": {"units": 3}}, texts=True) == ""
    assert page({"class_name": "Mine", "module": "my_layers", "config": {}}, texts=True) == ""


def test_very_much_code_does_not_fill_the_page() -> None:
    """Of a hundred pieces of code each is told of, and some thousand lines of what is in them."""
    source = {"class_name": "__lambda__", "config": {"code": "lambda x: x\n" * 300}}
    shown = page({"layers": [source] * 100}, texts=True)
    assert shown.count("bytes of Python source") == 100
    assert MOST_LINES / 2 < shown.count("| lambda x: x") < MOST_LINES
    assert "of more than 200 the first are shown" in shown
    assert "is not shown: more than 2,000 lines in all" in shown
