"""What a weight's values say: whether they are still what its initializer gave."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.training.fit import Distribution, Form, fit
from kerasinspect.analysis.training.grid import match_grid
from kerasinspect.analysis.training.results import Certainty, Fit, Judgement, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kerasinspect.analysis.statistics import Measured, Statistics
    from kerasinspect.model import Initializer, Weight

WHOLE = 1 << 24
"""Up to so many values are read at once where rows have to be multiplied with each other."""

ROWS = 256
"""Rows that are multiplied with each other."""

COINCIDENCE = 1e-9
"""What happens by chance more seldom than this is certain not to be chance."""

MISFIT, DOUBT = 1e-6, 1e-3
"""Values that fit worse than the first changed; worse than the second, nothing can be told."""

MANY = 500
"""So many values that fit are likely to be the initial ones: training would show."""

ORTHOGONAL, SKEW = 2e-5, 1e-4
"""Departures from orthogonal, in float32, up to which rows are as they were made, and from which they changed."""

MOST = 0.9
"""Where a larger share of the values seems to have left the grid, all of them may have."""

ROUNDING: Mapping[str, float] = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float8_e4m3fn": 0.13, "float8_e5m2": 0.26}
"""By what share of itself a value may differ for having been rounded to the dtype; ``FINE`` in all others."""

FINE = 1e-6

FORGET_GATE = ", forget gate ones"

FORMS: Mapping[str, tuple[Form, ...]] = {
    "random_normal": ("normal",),
    **dict.fromkeys(("truncated_normal", "glorot_normal", "he_normal", "lecun_normal"), ("truncated",)),
}
"""What the initializers that have no limit draw from; any other may be of either form."""

NEW = (2, 0)
"""Keras 1 drew with numpy, and from normal distributions that went on without end, under the names of today."""

OTHER_GENERATORS = frozenset({"theano", "cntk", "numpy", "openvino"})
"""Backends whose uniform values lie on no grid that is known here."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which Keras on which backend drew the first values; None where the file does not say."""

    keras_version: tuple[int, int] | None = None
    backend: str | None = None

    @property
    def new(self) -> bool:
        """Whether it is Keras 2 or later, as far as is known."""
        return self.keras_version is None or self.keras_version >= NEW

    @property
    def has_grid(self) -> bool:
        """Whether uniform values lie on the grid that ``grid`` knows."""
        return self.new and self.backend not in OTHER_GENERATORS


def judge_values(weight: Weight, measured: Measured, origin: Origin) -> Judgement:
    """What the values of a weight say, given their figures and a sample of them.

    Raises DamagedFile where the bytes are missing, RefusedFile where they may not be read.
    """
    figures = measured.figures
    if weight.initializer is None:
        return Judgement("cannot tell", "no initializer")
    if figures.nan or figures.infinities:
        return Judgement("changed", "not finite", "certain")
    if not figures.finite:
        return Judgement("cannot tell", "no values")
    with np.errstate(all="ignore"):
        return _compared(weight, measured, weight.initializer, origin)


def _compared(weight: Weight, measured: Measured, initializer: Initializer, origin: Origin) -> Judgement:
    """How finite values stand to what the initializer gives: a constant, a matrix with a property, random numbers."""
    if initializer.constant is not None:
        return _constant(measured.figures, initializer.constant, weight)
    if initializer.name.endswith(FORGET_GATE):
        return _forget_gate(weight, initializer.name.removesuffix(FORGET_GATE))
    if initializer.name == "identity":
        return _identity(weight)
    if not initializer.stddev or not isfinite(initializer.stddev):
        return Judgement("cannot tell", "initializer unknown")
    if initializer.name == "orthogonal":
        return _orthogonal(weight, initializer.stddev)
    return _drawn(weight, measured, initializer, origin)


def _changed(weight: Weight, **more: Any) -> Judgement:  # noqa: ANN401 - fields of Judgement
    """The verdict that nothing but a wrongly guessed initializer can overturn."""
    guessed = weight.initializer is not None and weight.initializer.default
    return Judgement("changed", certainty="likely" if guessed else "certain", **more)


def _constant(figures: Statistics, constant: float, weight: Weight) -> Judgement:
    """Whether every value is the one that they all started as."""
    if figures.constant and figures.minimum is not None and _same(figures.minimum, constant, weight.dtype):
        return Judgement("initial", "at its constant", "certain")
    return _changed(weight, reason="off its constant")


def _same(value: float, constant: float, dtype: str) -> bool:
    """Whether a stored value is a number as the dtype holds it."""
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
    return _changed(weight, reason="off its constant")


def _identity(weight: Weight) -> Judgement:
    """Whether only the diagonal has values, all of them equal."""
    if len(weight.shape) != 2 or weight.parameters > WHOLE:  # noqa: PLR2004 - a matrix
        return Judgement("cannot tell", "initializer unknown")
    values = weight.array[...]
    if np.array_equal(values, np.eye(*values.shape, dtype=values.dtype) * values.flat[0]):
        return Judgement("initial", "identity", "certain" if values.size > 1 else "likely")
    return _changed(weight, reason="no longer identity")


def _orthogonal(weight: Weight, stddev: float) -> Judgement:
    """Whether rows, or columns where these are shorter, are still at right angles and of one length."""
    if weight.parameters > WHOLE or len(weight.shape) < 2:  # noqa: PLR2004 - a matrix
        return Judgement("cannot tell", "initializer unknown")
    values = weight.array[...].reshape(-1, weight.shape[-1]).astype(np.float64)
    rows = values if values.shape[0] <= values.shape[1] else values.T
    some = rows[:: -(-len(rows) // ROWS)] / (stddev * sqrt(rows.shape[1]))
    departure = float(np.abs(some @ some.T - np.eye(len(some))).max())
    looser = ROUNDING.get(weight.dtype, FINE) / FINE
    if departure <= ORTHOGONAL * looser:
        return Judgement("initial", "orthogonal", "certain", departure=departure)
    if departure < SKEW * looser:
        return Judgement("cannot tell", "fits poorly", departure=departure)
    return _changed(weight, reason="no longer orthogonal", departure=departure)


def _drawn(weight: Weight, measured: Measured, initializer: Initializer, origin: Origin) -> Judgement:
    """Whether values are still those that were drawn from a distribution."""
    figures, sample = measured.figures, measured.sample
    choices = _distributions(initializer, origin)
    looks = {choice: fit(choice, sample, figures) for choice in choices}
    best = max(looks, key=lambda choice: looks[choice].probability)
    reach = best.reach if len(choices) == 1 else None
    if reach is not None and _beyond(figures, best.mean, reach, weight.dtype):
        return _changed(weight, reason="out of range", fit=looks[best])
    if best.form == "uniform" and weight.dtype == "float32" and origin.has_grid:
        return _on_grid(weight, sample, best, looks[best])
    return _by_fit(weight, looks[best], figures.count)


def _distributions(initializer: Initializer, origin: Origin) -> list[Distribution]:
    """What the initializer may have drawn from."""
    stddev = initializer.stddev or 0.0
    forms: tuple[Form, ...] = FORMS.get(initializer.name, ("truncated", "normal"))
    if initializer.limit is not None:
        forms = ("uniform",)
    elif not origin.new and initializer.name != "truncated_normal":
        forms = ("normal",)
    return [Distribution(form, initializer.mean, stddev) for form in forms]


def _beyond(figures: Statistics, mean: float, reach: float, dtype: str) -> bool:
    """Whether any value lies where none can have started."""
    low, high = figures.minimum, figures.maximum
    slack = ROUNDING.get(dtype, FINE) * (abs(mean) + reach)
    return low is not None and high is not None and max(mean - low, high - mean) > reach + slack


def _on_grid(weight: Weight, sample: np.ndarray[Any, Any], drawn: Distribution, look: Fit) -> Judgement:
    """Whether values drawn evenly are numbers that the generator gives."""
    reach = drawn.reach or 0.0
    if not 1e-30 < reach < 1e30:  # noqa: PLR2004 - beyond, float32 has no grid to speak of
        return _by_fit(weight, look, sample.size)
    match = match_grid(sample, drawn.mean - reach, drawn.mean + reach)
    if match.off:
        reason: Reason = "partly off the generator's grid" if match.moved < MOST else "off the generator's grid"
        return Judgement("changed", reason, "likely", look, moved=match.moved)
    certainty: Certainty = "certain" if match.coincidence < COINCIDENCE else "likely"
    return Judgement("initial", "on the generator's grid", certainty, look, moved=0.0)


def _by_fit(weight: Weight, look: Fit, count: int) -> Judgement:
    """What the fit alone says."""
    if look.probability < COINCIDENCE:
        return _changed(weight, reason="does not fit", fit=look)
    if look.probability < MISFIT:
        return Judgement("changed", "does not fit", "likely", look)
    if look.probability < DOUBT:
        return Judgement("cannot tell", "fits poorly", fit=look)
    if count < MANY:
        return Judgement("cannot tell", "too few values", fit=look)
    return Judgement("initial", "fits", "likely", look)
