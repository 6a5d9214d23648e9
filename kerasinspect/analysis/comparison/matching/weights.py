"""Which weight of a layer is which of its partner."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.places import values_of
from kerasinspect.model import UNKNOWN_CLASS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from kerasinspect.model import Layer, Weight

    _Places = dict[int, Weight]


def paired_weights(old: Layer, new: Layer) -> tuple[tuple[Weight | None, Weight | None], ...]:
    """The weights of two layers that are one, in the order of the new one; what only the old one has comes last.

    They are paired by name. What is left is paired by shape in order where a name is only a position in either layer,
    or a class is unknown, whose weights the file calls as it likes; but only where both layers have as many left of a
    shape, or what is missing would put the others in each other's places. Else two of other names are two: a layer may
    lack a gamma, and the other one the beta of its shape.
    """
    left, right = dict(enumerate(old.weights)), dict(enumerate(new.weights))
    partners = _taken(left, right, lambda weight: weight.name if weight.named else None)
    if not (_tells_names(old) and _tells_names(new)):
        counts, others = (Counter(map(_shape, side.values())) for side in (left, right))
        evenly = {shape for shape, count in counts.items() if others[shape] == count}
        partners |= _taken(left, right, lambda weight: shape if (shape := _shape(weight)) in evenly else None)
    pairs = [(partners.get(place), weight) for place, weight in enumerate(new.weights)]
    return *pairs, *((weight, None) for weight in left.values())


def _shape(weight: Weight) -> tuple[int, ...]:
    """The shape of the values that a layer computes with."""
    return values_of(weight).shape


def _tells_names(layer: Layer) -> bool:
    """Whether the names of a layer's weights are those that its class gives them."""
    return layer.class_name != UNKNOWN_CLASS and all(weight.named for weight in layer.weights)


def _taken(left: _Places, right: _Places, key: Callable[[Weight], Hashable]) -> _Places:
    """Old weights by the place of the new one with the same key, first come, first served; none where the key is None.

    Those that are found are taken out of both.
    """
    waiting: dict[Hashable, list[int]] = {}
    for place in reversed(left):
        waiting.setdefault(key(left[place]), []).append(place)
    found: _Places = {}
    for place in tuple(right):
        wanted = key(right[place])
        if wanted is not None and waiting.get(wanted):
            found[place] = left.pop(waiting[wanted].pop())
            del right[place]
    return found
