"""Which layer of one file of a series is which of the next one, and which of their weights are held together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.analysis.comparison.matching import match_layers
from kerasinspect.analysis.comparison.matching.places import values_of
from kerasinspect.analysis.comparison.matching.weights import paired_weights
from kerasinspect.analysis.comparison.results import ComparisonOptions
from kerasinspect.analysis.placed_layers import known_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.comparison.series.measured_file import MeasuredFile, Place, Row
    from kerasinspect.model import Model, Weight

_WeightPair: TypeAlias = "tuple[Weight, Weight]"


def row_pairs(before: MeasuredFile, file: MeasuredFile) -> dict[Place, Place]:
    """The place in the file before of each layer that has a partner there.

    Where both files have the same layers, partners have one path. Where they do not, names may have been given anew,
    and the two are matched as models are whenever they are compared.
    """
    old, new = before.rows, file.rows
    namesakes = {place: place for place, row in new.items() if place in old and _are_alike(old[place], row)}
    if len(namesakes) == len(old) == len(new):
        return namesakes
    matched = _matched(before.model, file.model)
    return {place: other for place, other in matched if place in new and other in old and _fit(old[other], new[place])}


def weight_pairs(before: Row, row: Row) -> list[_WeightPair]:
    """The weights that are followed in both, in the order of the newer layer."""
    chosen = [{weight.stored_path for weight in one.weights} for one in (before, row)]
    return [
        (old, new)
        for old, new in paired_weights(before.layer, row.layer)
        if old and new and old.stored_path in chosen[0] and new.stored_path in chosen[1]
    ]


def _are_alike(before: Row, row: Row) -> bool:
    """Whether two layers of one path may be the same: of one class, with weights of the same shapes."""
    return len({known_class(before.layer), known_class(row.layer)} - {None}) <= 1 and _fit(before, row)


def _fit(before: Row, row: Row) -> bool:
    """Whether two layers have weights in common, and all of these have the same shapes."""
    pairs = weight_pairs(before, row)
    return bool(pairs) and all(values_of(old).shape == values_of(new).shape for old, new in pairs)


def _matched(before: Model, model: Model) -> Iterator[tuple[Place, Place]]:
    """The places of the pairs of two models; a path that several layers have leads to none."""
    pairs = match_layers(before, model, ComparisonOptions())
    paths = [(pair.new.path, pair.old.path) for pair in pairs if pair.new and pair.old]
    new, old = (Counter(side) for side in zip(*paths, strict=True)) if paths else (Counter(), Counter())
    return (((one, 0), (other, 0)) for one, other in paths if new[one] == old[other] == 1)
