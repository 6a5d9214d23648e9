"""What a weight's values say: whether they are still what its initializer gave."""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.training.drawn import changed, judge_drawn
from kerasinspect.analysis.training.fit import FINE, ROUNDING
from kerasinspect.analysis.training.results import Judgement

if TYPE_CHECKING:
    from kerasinspect.analysis.statistics import Measured, Statistics
    from kerasinspect.analysis.training.origin import Origin
    from kerasinspect.model import Initializer, Weight

WHOLE = 1 << 24
"""Up to so many values are read at once where rows have to be multiplied with each other."""

ROWS = 256
"""Rows that are multiplied with each other."""

_EXACT, _TYPICAL = 5e-6, 2e-7
"""The largest departure from orthogonal of rows that are as they were made, in float32, and its root mean square."""

_ORTHOGONAL, _SKEW = 2e-5, 1e-4
"""Departures up to which rows may be as another processor made them, and from which they changed."""

_SEVERAL = 3
"""Rows whose products are enough numbers to be sure with."""


def judge_values(weight: Weight, measured: Measured, origin: Origin) -> Judgement:
    """What the values of a weight say, given their figures and a sample of them.

    Raises DamagedFile where the bytes are missing, RefusedFile where they may not be read.
    """
    figures = measured.figures
    if weight.initializer is None:
        return Judgement("cannot tell", "no initializer")
    if figures.nan or figures.infinities:
        return Judgement("cannot tell", "not finite")
    if not figures.finite:
        return Judgement("cannot tell", "no values")
    with np.errstate(all="ignore"):
        return _compared(weight, measured, weight.initializer, origin)


def _compared(weight: Weight, measured: Measured, initializer: Initializer, origin: Origin) -> Judgement:
    """How finite values stand to what the initializer gives: a constant, a matrix with a property, random numbers."""
    if initializer.constant is not None:
        return _constant(measured.figures, initializer.constant, weight)
    if initializer.forget_gate:
        return _forget_gate(weight, initializer.name)
    if initializer.name == "identity":
        return _identity(weight)
    if not initializer.stddev or not isfinite(initializer.stddev):
        return Judgement("cannot tell", "initializer unknown")
    if initializer.name == "orthogonal":
        return _orthogonal(weight, initializer.stddev)
    return judge_drawn(weight, measured, initializer, origin)


def _constant(figures: Statistics, constant: float, weight: Weight) -> Judgement:
    """Whether every value is the one that they all started as."""
    if figures.constant and figures.minimum is not None and is_stored_as(figures.minimum, constant, weight.dtype):
        return Judgement("initial", "at its constant", "certain")
    return changed(weight, "off its constant")


def is_stored_as(value: float, constant: float, dtype: str) -> bool:
    """Whether a value is what a dtype makes of a number."""
    if dtype in {"float16", "float32", "float64"}:
        with np.errstate(all="ignore"):
            return bool(value == np.dtype(dtype).type(constant))
    return abs(value - constant) <= ROUNDING.get(dtype, 0.0) * abs(constant)


def _forget_gate(weight: Weight, others: str) -> Judgement:
    """Whether the bias of an LSTM is one in the block of the forget gate, and its constant in all others.

    cuDNN's layers have eight blocks, two for each gate, of which the sixth is of ones.
    """
    value = {"zeros": 0.0, "ones": 1.0}.get(others)
    size = weight.parameters
    if value is None or size > WHOLE:
        return Judgement("cannot tell", "initializer unknown")
    values = weight.array[...].reshape(-1)
    for blocks, at in ((4, 1), (8, 5)):
        expected = np.full(size, value, values.dtype)
        expected[at * size // blocks : (at + 1) * size // blocks] = 1
        if np.array_equal(values, expected):
            return Judgement("initial", "at its constant", "certain")
    return changed(weight, "off its constant")


def _identity(weight: Weight) -> Judgement:
    """Whether only the diagonal has values, all of them equal."""
    if len(weight.shape) != 2 or weight.parameters > WHOLE:  # noqa: PLR2004 - a matrix
        return Judgement("cannot tell", "initializer unknown")
    values = weight.array[...]
    if values.flat[0] and np.array_equal(values, np.eye(*values.shape, dtype=values.dtype) * values.flat[0]):
        return Judgement("initial", "identity", "certain" if values.size > 1 else "likely")
    return changed(weight, "no longer identity")


def _orthogonal(weight: Weight, stddev: float) -> Judgement:
    """Whether rows, or columns where these are shorter, are still at right angles and of one length."""
    if weight.parameters > WHOLE or len(weight.shape) < 2:  # noqa: PLR2004 - a matrix
        return Judgement("cannot tell", "initializer unknown")
    values = weight.array[...].reshape(-1, weight.shape[-1]).astype(np.float64)
    rows = values if values.shape[0] <= values.shape[1] else values.T
    some = rows[:: -(-len(rows) // ROWS)] / (stddev * sqrt(rows.shape[1]))
    apart = some @ some.T - np.eye(len(some))
    departure, typical = float(np.abs(apart).max()), float(np.sqrt(np.square(apart).mean()))
    looser = ROUNDING.get(weight.dtype, FINE) / FINE
    if departure <= _EXACT * looser and typical <= _TYPICAL * looser and len(some) >= _SEVERAL:
        return Judgement("initial", "orthogonal", "certain", departure=departure)
    if departure <= _ORTHOGONAL * looser:
        return Judgement("initial", "orthogonal", "likely", departure=departure)
    if departure < _SKEW * looser:
        return Judgement("cannot tell", "fits poorly", departure=departure)
    return changed(weight, "no longer orthogonal", departure=departure)
