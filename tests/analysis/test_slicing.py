"""Slices are read as numpy reads them, without evaluating anything."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasinspect.analysis.slicing import parse_slice, window_of
from kerasinspect.errors import RequestError

READ = [
    ("0", (0,)),
    ("-1, :", (-1, slice(None))),
    ("0:3,:,...", (slice(0, 3), slice(None), ...)),
    (" [ ::2 , 1 ] ", (slice(None, None, 2), 1)),
    ("..., -3:-1", (..., slice(-3, -1))),
    ("::-1", (slice(None, None, -1),)),
]


@pytest.mark.parametrize(("text", "parts"), READ)
def test_reads_numpys_syntax(text: str, parts: tuple[object, ...]) -> None:
    """Integers, slices and one ellipsis, in brackets or not."""
    assert parse_slice(text) == parts


REFUSED = ["", ",", "a", "1.5", "1:2:3:4", "::0", "..., ...", "__import__('os')", "1;2", "0x1", "None", "9" * 30, "1 2"]


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_an_error_with_an_example(text: str) -> None:
    """The remedy shows what a slice looks like."""
    with pytest.raises(RequestError) as caught:
        parse_slice(text)
    assert "--slice" in caught.value.remedy


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the parser fail in another way."""
    with contextlib.suppress(RequestError):
        parse_slice(text)


part = st.one_of(
    st.integers(-4, 4), st.builds(slice, *[st.none() | st.integers(-9, 9)] * 2, st.sampled_from([None, 1, 2, -1, -3]))
)


@given(st.lists(part, max_size=3), st.booleans())
def test_window_of_take_what_numpy_takes(parts: list[int | slice], dots: bool) -> None:  # noqa: FBT001 - drawn
    """The positions are those of numpy, and what numpy refuses is refused."""
    values = np.arange(4 * 3 * 5).reshape(4, 3, 5)
    key = (*parts, ...) if dots else tuple(parts)
    try:
        expected = values[key]
    except IndexError:
        with pytest.raises(RequestError):
            window_of(key, values.shape, "layer/weight")
        return
    window = window_of(key, values.shape, "layer/weight")
    open_axes = np.ix_(*(part if isinstance(part, range) else [part] for part in window))
    assert values[open_axes].ravel().tolist() == expected.ravel().tolist()
