"""JSON is measured before it is parsed, and everything that is wrong with it is one of our errors."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasinspect.containers.strict_json import depth, parse_json
from kerasinspect.errors import DamagedFile, RefusedFile
from kerasinspect.limits import DEFAULT

values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text() | st.sampled_from('"\\[{]},:'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(["[", '"{']), inner),
    max_leaves=20,
)


def true_depth(value: Any) -> int:  # noqa: ANN401 - any JSON value
    """How deep a parsed value is."""
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(true_depth, value), default=0) if isinstance(value, list) else 0


@given(value=values, escaped=st.booleans())
def test_depth_is_that_of_the_value(value: Any, *, escaped: bool) -> None:  # noqa: ANN401 - any JSON value
    """Brackets inside strings and escaped quotes do not count."""
    text = json.dumps(value, ensure_ascii=escaped)
    assert depth(text.encode("utf-8", "surrogatepass")) == true_depth(value)


@given(value=values, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-le"]))
def test_every_encoding_of_json_is_read(value: Any, encoding: str) -> None:  # noqa: ANN401 - any JSON value
    """UTF-8, -16 and -32, with and without a byte order mark."""
    assert parse_json(json.dumps([value]).encode(encoding), "it").value == [value]


@given(data=st.binary() | st.text().map(str.encode))
def test_other_bytes_are_our_errors(data: bytes) -> None:
    """Nothing but a value or DamagedFile comes out."""
    try:
        parse_json(data, "it")
    except DamagedFile as error:
        assert error.message.startswith("it is not JSON: ")  # noqa: PT017 - hypothesis tries both


def test_what_python_reads_beyond_the_standard_is_read() -> None:
    """NaN and infinities, numbers of any length, and lone surrogates."""
    found = parse_json(b'[NaN, -Infinity, 1e999, "\\ud800", %s, %s]' % (b"9" * 4000, b"-" + b"9" * 100_000), "it").value
    assert math.isnan(found[0])
    assert found[1:4] == [-math.inf, math.inf, "\ud800"]
    assert found[4:] == [10**4000 - 1, -math.inf]


def test_repeated_keys_are_reported_once_and_the_last_value_counts() -> None:
    """At every depth, in order, and no more than a hundred."""
    parsed = parse_json(b'{"a": {"b": 1, "b": 2, "b": 3}, "c": 1, "a": 4}', "it")
    assert parsed.duplicate_keys == ("b", "a")
    assert parsed.value == {"a": 4, "c": 1}
    many = ",".join(f'{{"k{number}": 0, "k{number}": 1}}' for number in range(500))
    assert len(parse_json(f"[{many}]".encode(), "it").duplicate_keys) == 100
    twice = ",".join(f'"k{number}": 0' for number in range(500))
    assert len(parse_json(f"{{{twice}, {twice}}}".encode(), "it").duplicate_keys) == 100


@pytest.mark.parametrize(
    ("limit", "allowed", "within", "beyond"),
    [
        ("json_bytes", 10, b"[" + b" " * 8 + b"]", b"[" + b" " * 9 + b"]"),
        ("json_depth", 3, b"[[[]], [[]], [[]]]", b"[[[[]]]]"),
        ("json_marks", 4, b'{"a": [1, 2]}', b'{"a": [1, 2, 3]}'),
    ],
)
def test_passing_a_limit_is_refused_by_its_name(limit: str, allowed: int, within: bytes, beyond: bytes) -> None:
    """The limit itself is allowed; one more is not."""
    limits = replace(DEFAULT, **{limit: allowed})
    parse_json(within, "it", limits)
    with pytest.raises(RefusedFile, match=f"it exceeds the limit {limit}"):
        parse_json(beyond, "it", limits)


def test_a_deflated_document_may_hold_as_much_as_its_bytes_explain() -> None:
    """A few kilobytes of millions of values are refused; as many in a larger or a stored document are not."""
    limits = replace(DEFAULT, json_marks_inflated=5)
    data = b"[0, 0, 0, 0, 0, 0]"
    parse_json(data, "it", limits)
    parse_json(data, "it", limits, deflated_nbytes=12)
    with pytest.raises(RefusedFile, match="it exceeds the limit json_marks_inflated"):
        parse_json(data, "it", limits, deflated_nbytes=11)


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'], ids=["lists", "objects"])
def test_a_million_levels_are_refused_without_recursion(bracket: bytes) -> None:
    """Whether or not the text would ever be JSON."""
    with pytest.raises(RefusedFile, match="json_depth"):
        parse_json(bracket * 1_000_000, "it")


def test_the_place_of_an_error_is_a_byte() -> None:
    """Characters of several bytes before it count as several."""
    with pytest.raises(DamagedFile, match=r"it is not JSON: Expecting value at byte 6 of 8\."):
        parse_json('["é",]]'.encode(), "it")
    with pytest.raises(DamagedFile, match=r"not valid UTF-8 at byte 2 of 4\."):
        parse_json(b'["\xff"', "it")
