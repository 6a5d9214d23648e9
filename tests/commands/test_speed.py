"""A small version of ``tests.measure_speed``: what is measured runs, and every limit is held against something.

Memory is left to the long version: a system counts that of the program that starts another one, and tests take more.
"""

from __future__ import annotations

import sys

import pytest

from tests.measure_speed import LIMITS, Run, commands_of, measure, ratios_of, report
from tests.places import SAMPLES


@pytest.mark.skipif(sys.platform == "win32", reason="it tells not what a process took")
def test_a_comparison_is_measured() -> None:
    """Of small files, once: every command ends as it should, and each limit has its line."""
    old, new = (str(SAMPLES / f"small_cnn{ending}.keras") for ending in ("", "_tuned"))
    (taken,) = measure(commands_of(old, new, old, None), 1)
    lines = [*report([taken])]
    assert len(lines) == len(taken) + len(LIMITS) - 1


def test_ratios_are_those_of_one_round() -> None:
    """Each of what it is held against, and none to a Keras that was not asked."""
    seconds = {"start": 1, "cat": 1, "stats": 2, "diff, equal bytes": 2, "diff, one layer differs": 3}
    ratios = ratios_of({name: Run(one, one, 0, 0) for name, one in seconds.items()})
    assert ratios == {"diff, one layer differs / stats": 1.5, "diff, equal bytes / (3 cat + start)": 0.5}
