"""Figures of arrays, read block by block: one pass, little memory, whatever the size."""

from __future__ import annotations

from kerasinspect.analysis.statistics.binning import Bins
from kerasinspect.analysis.statistics.distribution import quantiles
from kerasinspect.analysis.statistics.figures import Statistics
from kerasinspect.analysis.statistics.measuring import Measured, is_shared, measure, measure_with
from kerasinspect.analysis.statistics.numbers import number_blocks
from kerasinspect.analysis.statistics.units import Units

__all__ = [
    "Bins",
    "Measured",
    "Statistics",
    "Units",
    "is_shared",
    "measure",
    "measure_with",
    "number_blocks",
    "quantiles",
]
