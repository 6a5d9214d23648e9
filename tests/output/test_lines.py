"""JSON Lines and flat tables: one entry per line, lazily, with what JSON has."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from kerasinspect.output.blocks import Column, Row
from kerasinspect.output.flat_tables import flat_table
from kerasinspect.output.formats.json import Deferred, Writable, write_json
from kerasinspect.output.formats.jsonl import write_jsonl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def lines(*documents: Mapping[str, Writable]) -> list[str]:
    """What is written for some documents, by line."""
    stream = io.StringIO()
    write_jsonl(iter(documents), stream)
    return stream.getvalue().split("\n")[:-1]


def pair() -> Iterator[int]:
    """Two numbers, one after the other."""
    yield 1
    yield 2


VALUES: dict[str, Writable] = {
    "text": "a\nb\u2028 ##[error] ü",
    "nothing": None,
    "lists": [[1, 2], [], [3.5, True]],
    "mapping": {"a": {"b": []}, "c": {}},
    "shape": (None, 3),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=list(VALUES))
def test_a_line_says_what_the_document_says(value: Writable) -> None:
    """Only the line breaks between its parts are gone."""
    stream = io.StringIO()
    write_json({"key": value}, stream)
    (line,) = lines({"key": value})
    assert json.loads(line) == json.loads(stream.getvalue())
    assert line.isascii()
    assert "##" not in line


def test_lists_that_are_read_as_they_are_written_stay_on_the_line() -> None:
    """Iterators and deferred values too."""
    assert lines({"a": pair(), "b": Deferred(lambda: iter(()))}) == ['{"a": [1, 2], "b": []}']


def test_a_document_is_asked_for_when_its_line_comes() -> None:
    """What was written before an error is whole lines."""
    stream = io.StringIO()

    def failing() -> Iterator[Mapping[str, Writable]]:
        yield {"a": 1}
        raise KeyError

    with pytest.raises(KeyError):
        write_jsonl(failing(), stream)
    assert stream.getvalue() == '{"a": 1}\n'


def test_no_number_that_json_lacks_is_written() -> None:
    """As in a document."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        lines({"a": float("nan")})


def test_a_flat_table_has_the_keys_of_its_documents() -> None:
    """Shapes as Keras prints them, lists with commas, nothing where there is nothing."""
    document: Mapping[str, Writable] = {"a": (None, 8), "b": ["x", "y"], "c": None, "d": 0.1, "e": False, "rest": 1}
    table = flat_table([document], ("a", "b", "c", "d", "e", "lacking"))
    assert table.columns == tuple(map(Column, ("a", "b", "c", "d", "e", "lacking")))
    assert table.rows == (Row(("(None, 8)", "x, y", "", "0.1", "false", "")),)
