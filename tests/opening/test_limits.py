"""Limits have names, can be raised by name, and say so where they are passed."""

from __future__ import annotations

import pytest

from kerasinspect.errors import RefusedFile, RequestError
from kerasinspect.limits import DEFAULT, check_inflation, over_limit, with_limits


def test_named_limits_replace_the_defaults() -> None:
    """Each pair sets one limit and leaves the others."""
    limits = with_limits(DEFAULT, ["json_depth=9", "hdf5_objects = 1_000_000"])
    assert (limits.json_depth, limits.hdf5_objects, limits.json_bytes) == (9, 1_000_000, DEFAULT.json_bytes)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("jsondepth=9", "The nearest is json_depth"),
        ("=9", "There is no limit named ''"),
        ("json_depth", "needs a whole number, not ''"),
        ("json_depth=", "needs a whole number"),
        ("json_depth=-1", "needs a whole number"),
        ("json_depth=0", "needs a whole number"),
        ("json_depth=1e9", "needs a whole number"),
        ("json_depth=²", "needs a whole number"),
        ("json_depth=" + "9" * 5000, "needs a whole number"),
    ],
)
def test_a_pair_that_means_nothing_is_a_request_error(pair: str, said: str) -> None:
    """The error names the nearest limit, or the form that is wanted."""
    with pytest.raises(RequestError, match="limit") as caught:
        with_limits(DEFAULT, [pair])
    assert said in str(caught.value)


def test_passing_a_limit_names_it_and_the_option_that_raises_it() -> None:
    """The sentence has the limit's name, the remedy its option; a huge number is not written out."""
    error = over_limit("hdf5_depth", 10**400, 64, "x.h5")
    assert error.message == "x.h5 exceeds the limit hdf5_depth: about 2^1328, where 64 are allowed."
    assert (
        error.remedy
        == "If you trust the file, raise the limit: --limit hdf5_depth=VALUE (in Python: Limits(hdf5_depth=VALUE))."
    )


@pytest.mark.parametrize(
    ("stored", "declared", "refused"),
    [(0, 64 << 20, False), (0, (64 << 20) + 1, True), (1 << 20, 1_100 << 20, False), (1 << 20, 1_200 << 20, True)],
)
def test_a_ratio_counts_above_a_size(stored: int, declared: int, *, refused: bool) -> None:
    """Small arrays may be compressed as far as they like; large ones no further than deflate can."""
    try:
        check_inflation(stored, declared, DEFAULT, "inflated_ratio", "an array")
    except RefusedFile:
        assert refused
    else:
        assert not refused
