"""Globs mean what fnmatch takes them for, and cost what the names cost."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from itertools import accumulate

import pytest

from kerasinspect.analysis.globs import LONGEST, Globs, begins, fits
from kerasinspect.errors import RequestError

PAIRS = [
    ("".join(chance.choices("ab/c-]![*", k=chance.randrange(8))), "".join(chance.choices("ab/*?[]!-c\\^&", k=count)))
    for chance in [random.Random(1)]  # noqa: S311 - the same on every run
    for count in range(9)
    for _ in range(500)
]
"""Names and globs of the characters that mean something in one."""


def test_a_glob_means_what_fnmatch_says() -> None:
    """Stars, question marks, classes, negated ones, and brackets that are none."""
    assert [fits(*pair) for pair in PAIRS] == [name == glob or fnmatchcase(name, glob) for name, glob in PAIRS]


def test_a_path_lies_in_all_that_it_begins_with() -> None:
    """A glob for a layer is one for everything inside it."""
    for path, glob in PAIRS:
        places = [*accumulate(path.split("/"), "{}/{}".format)]
        assert begins(path, glob) == any(place == glob or fnmatchcase(place, glob) for place in places), (path, glob)


def test_the_first_glob_that_fits_counts() -> None:
    """A name written out is no glob, and no glob stands for itself."""
    globs = Globs([("a*", 1), ("*b", 2), ("ab", 3)], 1)
    assert [globs.first(name) for name in ("ab", "cb", "a*", "c")] == [1, 2, None, None]


def test_a_glob_of_many_stars_and_a_path_of_many_parts_take_no_time() -> None:
    """Neither is tried again and again: each would take minutes."""
    assert not fits("a" * 20_000, "*a" * 400 + "b")
    assert not begins("n/" * 200_000, "*a*b")


def test_what_would_take_long_is_refused() -> None:
    """A glob that is too long, and too many for the names that there are."""
    with pytest.raises(RequestError, match=r"has 1,001 characters, where 1,000 are allowed"):
        fits("a", "*" + "a" * LONGEST)
    with pytest.raises(RequestError, match=r"2,000 globs are too many for 20,000 names"):
        Globs([("*", None)] * 2_000, 20_000)
