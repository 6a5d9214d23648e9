"""The figures of every weight of a selection, in order or sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.inspection import POINTS
from kerasinspect.analysis.selection.sort_keys import largest_first
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kerasinspect.analysis.inspection import Inspection, WeightInspection
    from kerasinspect.analysis.selection.sort_keys import SortKey
    from kerasinspect.analysis.statistics import Statistics
    from kerasinspect.model import Model

SurveyOrder: TypeAlias = Literal[
    "order", "name", "parameters", "minimum", "maximum", "mean", "std", "norm", "zeros", "nan", "infinities"
]

ORDERS: tuple[SurveyOrder, ...] = get_args(SurveyOrder)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One weight and its figures."""

    inspected: WeightInspection
    figures: Statistics | Unread
    quantiles: tuple[float, ...] | None = None
    """For each of the survey's ``points``, where asked for and there are values."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The figures of the weights of a model."""

    model: Model
    weights: tuple[Surveyed, ...]
    points: tuple[float, ...] = ()
    """Shares of the values, from 0 to 1, for which quantiles were asked for."""
    left_out: int = 0
    """Weights that ``top`` left out."""
    with_histograms: bool = False
    """Whether the histograms of the weights were asked for."""


def survey(
    inspection: Inspection,
    order: SurveyOrder = "order",
    top: int | None = None,
    *,
    with_quantiles: bool = False,
    with_histograms: bool = False,
) -> Survey:
    """Measure every weight that is listed, and keep the first ``top`` in an order: the largest first, names by letter.

    Weights that cannot be read come last. Histograms are counted once the first ``top`` are known.
    """
    inspection.expect_readings(1 + with_quantiles + with_histograms)
    measured = [Surveyed(one, one.figures) for one in inspection.weights]
    if order != "order":
        measured.sort(key=_SORT[order])
    kept = [_with_quantiles(one) if with_quantiles else one for one in measured[:top]]
    if with_histograms:
        for one in kept:
            _ = one.inspected.histogram  # kept there, so that the checksum is verified beside the last reading
    points = POINTS if with_quantiles else ()
    return Survey(inspection.model, tuple(kept), points, len(measured) - len(kept), with_histograms)


def survey_of(weights: Iterable[WeightInspection]) -> tuple[Surveyed, ...]:
    """The figures of some weights, with their quantiles."""
    return tuple(_with_quantiles(Surveyed(one, one.figures)) for one in weights)


def _with_quantiles(one: Surveyed) -> Surveyed:
    """A weight with its quantiles; its values were read before."""
    quantiles = one.inspected.quantiles
    return one if isinstance(quantiles, Unread) else replace(one, quantiles=quantiles)


def _by(figure: Callable[[Statistics], float | None]) -> Callable[[Surveyed], SortKey]:
    """A sort key by a figure, the largest first; weights that cannot be read come last."""
    return largest_first(lambda one: None if isinstance(one.figures, Unread) else figure(one.figures))


_SORT: Mapping[str, Callable[[Surveyed], SortKey]] = {
    "name": lambda one: one.inspected.weight.path,
    "parameters": largest_first(lambda one: one.inspected.weight.parameters),
    "minimum": _by(lambda figures: figures.minimum),
    "maximum": _by(lambda figures: figures.maximum),
    "mean": _by(lambda figures: figures.mean),
    "std": _by(lambda figures: figures.std),
    "norm": _by(lambda figures: figures.norm),
    "zeros": _by(lambda figures: figures.zeros),
    "nan": _by(lambda figures: figures.nan),
    "infinities": _by(lambda figures: figures.infinities),
}
"""Sort keys by order."""
