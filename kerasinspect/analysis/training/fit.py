"""How well values fit the distribution that an initializer draws from.

Three looks at the same question: the whole distribution (Kolmogorov and Smirnov), the mean, the standard deviation.
"""

from __future__ import annotations

from functools import cache
from math import erf, erfc, exp, isnan, sqrt
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from kerasinspect.analysis.training.results import Fit
from kerasinspect.knowledge.initializers import TRUNCATED
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.analysis.statistics import Statistics

Form: TypeAlias = Literal["uniform", "normal", "truncated"]

_KURTOSIS: Mapping[Form, float] = {"uniform": 1.8, "normal": 3.0, "truncated": 2.3654}
"""Fourth moment over the square of the second; it says how much a standard deviation varies by chance."""

_ENOUGH = 100
"""From so many values on, the chance variation of a standard deviation is as good as normal."""

_CUT = 2.0
"""A truncated normal distribution ends at so many standard deviations of the whole one."""

ROUNDING: Mapping[str, float] = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float8_e4m3fn": 0.13, "float8_e5m2": 0.26}
"""By what share of itself a value may differ for having been drawn in the dtype; ``FINE`` in all others."""

FINE = 1e-6

_TABLE = np.linspace(-_CUT, _CUT, 4097)


@dataclass(frozen=True, slots=True)
class Distribution:
    """What an initializer draws from."""

    form: Form
    mean: float
    stddev: float

    @property
    def reach(self) -> float | None:
        """The farthest that a value can be from the mean."""
        factor = {"uniform": sqrt(3), "normal": None, "truncated": _CUT / TRUNCATED}[self.form]
        return None if factor is None else factor * self.stddev

    def below(self, values: np.ndarray) -> np.ndarray:
        """The share of the distribution that lies below each value."""
        shares: np.ndarray
        apart = (values - self.mean) / self.stddev
        match self.form:
            case "uniform":
                shares = np.clip(apart / (2 * sqrt(3)) + 0.5, 0, 1)
            case "normal":
                shares = np.interp(apart, 4 * _TABLE, _normal_table(4.0))
            case "truncated":
                table = _normal_table(1.0)
                shares = np.interp(apart * TRUNCATED, _TABLE, (table - table[0]) / (table[-1] - table[0]))
        return shares


def fit(distribution: Distribution, sample: np.ndarray, figures: Statistics, rounding: float = 0.0) -> Fit:
    """How a sorted sample of the values, and their figures, stand to the distribution.

    ``rounding`` is the share of itself by which each may differ for its dtype, all of them towards one side.
    """
    count = sample.size
    ahead = np.arange(1, count + 1) / count - distribution.below(sample.astype(np.float64))
    distance = max(0.0, float(max(ahead.max(), 1 / count - ahead.min())) - rounding)
    looks = [_kolmogorov(distance, count)]
    if figures.mean is not None and figures.std is not None and figures.finite >= _ENOUGH:
        apart = abs(figures.mean - distribution.mean) / distribution.stddev
        looks.append(_two_sided(max(apart - 2 * rounding, 0.0) * sqrt(figures.finite)))
        wider = abs((figures.std / distribution.stddev) ** 2 - 1)
        chance = sqrt((_KURTOSIS[distribution.form] - 1) / figures.finite)
        looks.append(_two_sided(max(wider - 2 * rounding, 0.0) / chance))
    return Fit(distance, min(1.0, len(looks) * min(looks)))


@cache
def _normal_table(width: float) -> np.ndarray:
    """The share of the standard normal distribution below each number of the table, stretched so far."""
    return np.array([0.5 * (1 + erf(value / sqrt(2))) for value in (width * _TABLE).tolist()])


def _two_sided(deviations: float) -> float:
    """The probability of a normal value at least so many standard deviations off; none for what is no number."""
    return 0.0 if isnan(deviations) else erfc(deviations / sqrt(2))


def _kolmogorov(distance: float, count: int) -> float:
    """The probability of a distance at least so large between a sample and its distribution.

    Source: Stephens, "Use of the Kolmogorov-Smirnov, Cramér-von Mises and Related Statistics" (1970).
    """
    reach = (sqrt(count) + 0.12 + 0.11 / sqrt(count)) * distance
    if reach < 0.3:  # noqa: PLR2004 - the sum below converges slowly there, to one
        return 1.0
    total = sum((1 if term % 2 else -1) * exp(-2 * (term * reach) ** 2) for term in range(1, 20))
    return min(1.0, max(0.0, 2 * total))
