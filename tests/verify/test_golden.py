"""Golden files say how far values are from the recorded ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.errors import RequestError
from kerasinspect.verify.golden import Tolerances, measured, write_golden
from kerasinspect.writing import Target

if TYPE_CHECKING:
    from pathlib import Path

TOLERANCES = Tolerances(relative=0.1, absolute=0.01)
INFINITE, NAN = math.inf, math.nan

DISTANCES = {
    "equal": ([1.0, 2.0], [1.0, 2.0], 0, 0.0),
    "within": ([1.0, 0.0], [1.05, 0.01], 0, 0.05),
    "outside": ([1.0, 0.0], [1.2, 0.0], 1, 0.2),
    "nan on both sides": ([NAN, 1.0], [NAN, 1.0], 0, 0.0),
    "nan on one side": ([0.0, 1.0], [NAN, 1.0], 1, INFINITE),
    "the same infinity": ([INFINITE], [INFINITE], 0, 0.0),
    "the other infinity": ([INFINITE], [-INFINITE], 1, INFINITE),
    "another shape": ([1.0], [1.0, 1.0], 2, INFINITE),
    "text": (["a", "b"], ["a", "c"], 1, INFINITE),
    "whole numbers": ([200, 3], [201, 3], 0, 1.0),
    "nothing": ([], [], 0, 0.0),
}


@pytest.mark.parametrize(("old", "new", "outside", "largest"), DISTANCES.values(), ids=DISTANCES)
def test_distances(old: list[Any], new: list[Any], outside: int, largest: float) -> None:
    """The number of values outside the tolerances, and the largest difference."""
    found = measured("zeros", "output", np.array(old), np.array(new), TOLERANCES)
    assert (found.outside, found.values) == (outside, len(new))
    assert found.largest == pytest.approx(largest)


def test_a_golden_file_that_cannot_be_written(tmp_path: Path) -> None:
    """It is named, and nothing half-written is left."""
    np.savez(tmp_path / "outputs.npz", a=np.zeros(2))
    with pytest.raises(RequestError, match="Cannot write"):
        write_golden(Target(str(tmp_path / "missing" / "golden.npz")), tmp_path / "outputs.npz", {})
    assert [path.name for path in tmp_path.iterdir()] == ["outputs.npz"]
