"""Globs mean what fnmatch takes them for, and cost what the names cost."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from itertools import accumulate

import pytest

from kerasinspect.analysis.globs import LONGEST, MOST, Globs, fits_glob
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
    assert [fits_glob(*pair) for pair in PAIRS] == [name == glob or fnmatchcase(name, glob) for name, glob in PAIRS]


def test_a_path_lies_in_all_that_it_begins_with() -> None:
    """A glob for a layer is one for everything inside it."""
    for path, glob in PAIRS:
        places = [*accumulate(path.split("/"), "{}/{}".format)]
        wanted = any(place == glob or fnmatchcase(place, glob) for place in places)
        assert (inside(glob).first(path) is not None) == wanted, (path, glob)


def inside(glob: str) -> Globs[str]:
    """One glob for paths and what they hold."""
    return Globs([(glob, glob)], inside=True)


def test_the_first_glob_that_fits_counts() -> None:
    """A name written out is no glob, and no glob stands for itself."""
    globs = Globs([("a*", 1), ("*b", 2), ("ab", 3)])
    assert [globs.first(name, other=True) for name in ("ab", "cb", "a*", "c")] == [1, 2, None, None]
    assert globs.first("a*") == 1


def test_a_glob_of_many_stars_and_a_path_of_many_parts_take_no_time() -> None:
    """Neither is tried again and again: each would take minutes."""
    assert not fits_glob("a" * 20_000, "*a" * 400 + "b")
    assert inside("*a*b").first("n/" * 200_000) is None


def test_what_would_take_long_is_refused() -> None:
    """A glob that is too long, and too many globs; names that are written out do not count."""
    with pytest.raises(RequestError, match=r"has 1,001 characters, where 1,000 are allowed"):
        fits_glob("a", "*" + "a" * LONGEST)
    with pytest.raises(RequestError, match=r"2,001 globs, where 2,000 are allowed"):
        Globs([("*", None)] * (MOST + 1))
    assert Globs([("dense", None)] * (MOST + 1)).first("dense") is None
