"""Figures of one weight: as a document, and in words to stand beside it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.dtypes import holds_numbers
from kerasinspect.output.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.inspection import WeightInspection
    from kerasinspect.analysis.pictures.histogram import Histogram
    from kerasinspect.analysis.statistics.figures import Statistics
    from kerasinspect.model import Weight
    from kerasinspect.output.formats.json import Writable


def short_number(value: float | None, digits: int = 4) -> str:
    """A number with few digits, an integer with all of them; nothing for None."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}g}"


def initial_std(weight: Weight) -> float | None:
    """The standard deviation that the initializer gave, where it is known."""
    return None if weight.initializer is None else weight.initializer.stddev


def figures_document(figures: Statistics) -> dict[str, Writable]:
    """The figures of one array."""
    counts = ("count", "finite", "nan", "positive_infinity", "negative_infinity", "zeros", "subnormals")
    numbers = ("minimum", "maximum", "mean", "std", "norm")
    return {
        **{name: getattr(figures, name) for name in counts},
        **{name: finite(getattr(figures, name)) for name in numbers},
        "constant": figures.constant,
    }


def histogram_document(inspected: WeightInspection) -> dict[str, Writable] | None:
    """The histogram of one weight, with what its initializer puts in each bin; None where it cannot be read."""
    found = Unread(inspected.misfit) if inspected.misfit else inspected.histogram
    if isinstance(found, Unread):
        return None
    expected = inspected.expected
    return {
        "edges": found.edges,
        "counts": found.counts,
        "nan": found.nan,
        "negative_infinity": found.negative_infinity,
        "positive_infinity": found.positive_infinity,
        "expected": None if expected is None else expected.shares,
    }


def finite(value: float | None) -> float | None:
    """The number, or None where JSON has no word for it."""
    return value if value is None or isfinite(value) else None


def statistics_facts(weight: Weight, figures: Statistics) -> tuple[str, ...]:
    """The figures of one weight in a few words each, to stand in a line beside it."""
    return tuple(_facts(figures, initial_std(weight)))


def _facts(figures: Statistics, expected: float | None) -> Iterator[str]:
    """Range, mean and standard deviation, then what is odd."""
    if figures.constant:
        yield f"all {short_number(figures.minimum)}"
    elif figures.minimum is not None:
        yield f"{short_number(figures.minimum)} to {short_number(figures.maximum)}"
        yield f"mean {short_number(figures.mean)}"
    if figures.std is not None and not figures.constant:
        beside = "" if expected is None else f" (the initializer gives {short_number(expected)})"
        yield f"standard deviation {short_number(figures.std)}{beside}"
    if figures.zeros and not figures.constant:
        yield counted(figures.zeros, "zero")
    if figures.subnormals:
        yield counted(figures.subnormals, "subnormal")
    yield from facts_on_no_numbers(figures)


def facts_on_no_numbers(counts: Statistics | Histogram) -> Iterator[str]:
    """How many values are NaN or infinite, each in a few words."""
    if counts.nan:
        yield f"{counts.nan:,} NaN"
    if counts.positive_infinity:
        yield f"{counts.positive_infinity:,} × infinity"
    if counts.negative_infinity:
        yield f"{counts.negative_infinity:,} × -infinity"


def undrawn(dtype: str) -> str | None:
    """Why values of a dtype are in no picture, in a few words; None of numbers that are drawn."""
    if holds_numbers(dtype):
        return None
    if dtype.startswith("complex"):
        return "complex numbers are not drawn"
    return "texts, no numbers" if dtype == "string" else f"no numbers that can be drawn: {dtype}"
