"""The figures of every weight of a selection, in order or sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from kerasinspect.analysis.statistics.distribution import quantiles
from kerasinspect.analysis.statistics.measuring import measure
from kerasinspect.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.statistics.figures import Statistics
    from kerasinspect.model import Array, Model, Weight

SurveyOrder: TypeAlias = Literal[
    "order", "name", "parameters", "minimum", "maximum", "mean", "std", "norm", "zeros", "nan", "infinities"
]

ORDERS: tuple[SurveyOrder, ...] = get_args(SurveyOrder)

POINTS = (0.01, 0.25, 0.5, 0.75, 0.99)
"""Shares of the values for which quantiles are given."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One weight and its figures."""

    weight: Weight
    figures: Statistics | None
    """None where its values cannot be read."""
    quantiles: tuple[float, ...] | None = None
    """For each of ``POINTS``, where asked for and there are values."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The figures of the weights of a model."""

    model: Model
    weights: tuple[Surveyed, ...]
    with_quantiles: bool = False
    left_out: int = 0
    """Weights that ``top`` left out."""


def survey(
    selection: Selection,
    damaged: Callable[[str], None],
    order: SurveyOrder = "order",
    top: int | None = None,
    *,
    with_quantiles: bool = False,
) -> Survey:
    """Measure every weight of a selection, and keep the first ``top`` in an order: the largest first, names by letter.

    Weights that cannot be read come last; a sentence about each goes to ``damaged``.
    """
    measured = [_surveyed(weight, damaged) for weight in selection.weights]
    if order != "order":
        measured.sort(key=_SORT[order])
    kept = measured[:top]
    if with_quantiles:
        kept = [_with_quantiles(one) for one in kept]
    return Survey(selection.model, tuple(kept), with_quantiles, len(measured) - len(kept))


def measured_array(weight: Weight) -> Array:
    """The array whose values are measured: quantised values as the integers that they stand for."""
    return weight.array if weight.unpacked is None else weight.unpacked


def _surveyed(weight: Weight, damaged: Callable[[str], None]) -> Surveyed:
    """One weight, measured where that can be done."""
    try:
        return Surveyed(weight, measure(measured_array(weight)))
    except UnreadableFile as error:
        damaged(f"{weight.path}: {error.message}")
        return Surveyed(weight, None)


def _with_quantiles(one: Surveyed) -> Surveyed:
    """The same with its quantiles; its values were read before."""
    if one.figures is None:
        return one
    return Surveyed(one.weight, one.figures, quantiles(measured_array(one.weight), one.figures, POINTS))


def _descending(of: Callable[[Statistics], float | None]) -> Callable[[Surveyed], tuple[bool, float]]:
    """A sort key that puts the largest figure first, and missing ones last."""

    def key(one: Surveyed) -> tuple[bool, float]:
        figure = None if one.figures is None else of(one.figures)
        return figure is None or figure != figure, -(figure or 0)  # noqa: PLR0124 - NaN differs from itself

    return key


_SORT: Mapping[str, Callable[[Surveyed], tuple[bool, float] | str]] = {
    "name": lambda one: one.weight.path,
    "parameters": lambda one: (False, -one.weight.parameters),
    "minimum": _descending(lambda figures: figures.minimum),
    "maximum": _descending(lambda figures: figures.maximum),
    "mean": _descending(lambda figures: figures.mean),
    "std": _descending(lambda figures: figures.std),
    "norm": _descending(lambda figures: figures.norm),
    "zeros": _descending(lambda figures: figures.zeros),
    "nan": _descending(lambda figures: figures.nan),
    "infinities": _descending(lambda figures: figures.infinities),
}
"""Sort keys by order."""
