"""Which layer of one file of a series is which of the next one, and which of their weights are held together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.analysis.comparison.series.measured_file import values_of
from kerasinspect.analysis.placed_layers import known_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.analysis.comparison.series.measured_file import Place, Row
    from kerasinspect.model import Weight

_WeightPair: TypeAlias = "tuple[Weight, Weight]"


def row_pairs(before: Mapping[Place, Row], rows: Mapping[Place, Row]) -> dict[Place, Place]:
    """The place in the file before of each layer that has a partner there: the one of its path, where that fits."""
    return {place: place for place, row in rows.items() if place in before and _fits(before[place], row)}


def weight_pairs(before: Row, row: Row) -> list[_WeightPair]:
    """The weights of one name in both, in the order of the newer layer."""
    old = dict(_counted(before.weights))
    return [(old[key], weight) for key, weight in _counted(row.weights) if key in old]


def _counted(weights: Sequence[Weight]) -> Iterator[tuple[tuple[str, int], Weight]]:
    """Weights by their names, those of one name by their number."""
    seen: Counter[str] = Counter()
    for weight in weights:
        yield (weight.name, seen[weight.name]), weight
        seen[weight.name] += 1


def _fits(before: Row, row: Row) -> bool:
    """Whether a layer may be that of the file before: of its class, with weights of the same shapes."""
    classes = {known_class(before.layer), known_class(row.layer)} - {None}
    pairs = weight_pairs(before, row)
    return len(classes) <= 1 and bool(pairs) and all(values_of(old).shape == values_of(new).shape for old, new in pairs)
