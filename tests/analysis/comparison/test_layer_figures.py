"""Figures of a layer are those of its weights that differ, laid end to end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.layer_figures import figures_of
from kerasinspect.analysis.comparison.results import LayerDiff, WeightDiff
from tests.makers.handmade import MemoryArray

GENERATOR = np.random.default_rng(7)
KERNEL = GENERATOR.normal(size=(8, 5))
BIAS = np.zeros(5)

Values = np.ndarray[Any, Any]


def layer_of(*pairs: tuple[Values, Values]) -> LayerDiff:
    """A layer whose weights went from one array to the other."""
    changes = [compare_arrays(MemoryArray(old), MemoryArray(new), 1e-5, 1e-8) for old, new in pairs]
    weights = tuple(WeightDiff(str(at), None, None, change) for at, change in enumerate(changes))
    return LayerDiff(None, None, None, "trained", weights=weights)


def test_a_layer_has_the_figures_of_its_weights_as_one_array() -> None:
    """A bias that was zero has no share of its own, and counts by its size in that of its layer."""
    kernel, bias = KERNEL + 0.1, BIAS + 0.25
    old, new = (np.concatenate([one.ravel(), other]) for one, other in ((KERNEL, BIAS), (kernel, bias)))
    figures = figures_of(layer_of((KERNEL, kernel), (BIAS, bias)))
    assert figures is not None
    assert figures.relative_l2 == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=1e-12)
    assert figures.cosine == pytest.approx(old @ new / np.linalg.norm(old) / np.linalg.norm(new), rel=1e-12)
    assert figures.max_abs == pytest.approx(0.25, rel=1e-12)
    assert (figures.changed, figures.count) == (45, 45)
    assert figures.sign_flips == np.count_nonzero(old * new < 0)


def test_weights_that_are_equal_are_left_out() -> None:
    """They are not measured, and what moved is seen beside them."""
    figures = figures_of(layer_of((KERNEL, KERNEL), (BIAS + 1, BIAS + 2)))
    assert figures is not None
    assert (figures.relative_l2, figures.count) == (1.0, 5)
    assert figures_of(layer_of((KERNEL, KERNEL))) is None
