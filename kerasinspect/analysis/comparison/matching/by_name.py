"""Finds pairs by path: which layers of two models have one name, or differ only in numbers that Keras gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.by_graph import is_weight_near_paired
from kerasinspect.analysis.comparison.matching.pairs import classes_fit, fit
from kerasinspect.analysis.renumbering import renumbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.analysis.comparison.matching.pairs import Pairs
    from kerasinspect.analysis.comparison.matching.places import Place, Side
    from kerasinspect.analysis.comparison.results import MatchedBy

    Couple = tuple[Place, Place]


def namesakes(old: Side, new: Side) -> Iterator[Couple]:
    """Layers of one path, or of paths that differ only in numbers that Keras gave; each is in at most one couple."""
    names = renumbered(_named(old), _named(new)) if old.model.config and new.model.config else {}
    taken: set[int] = set()
    for place in new.places:
        path = names.get(place.layer.path, place.layer.path)
        other = next((old.by_path[one] for one in (path, *place.layer.also_at) if one in old.by_path), None)
        if place is not new.itself and other and other.number not in taken:
            taken.add(other.number)
            yield other, place


def _named(side: Side) -> list[tuple[str, str | None]]:
    """The paths and classes of all layers."""
    return [(place.layer.path, place.layer.class_name) for place in side.places if place is not side.itself]


def certain(couples: Iterable[Couple], old: Side, new: Side) -> Iterator[Couple]:
    """Layers of one name where that means something: both files tell it, or have just the same ones."""
    is_one_naming = _paths_with_weights(old) == _paths_with_weights(new)
    for one, other in couples:
        if is_one_naming or way_of(one, other) == "order" or are_named_alike(one, other, old, new):
            yield one, other


def _paths_with_weights(side: Side) -> set[str]:
    """The paths of all layers that have weights."""
    return {place.layer.path for place in side.places if place.weights}


def are_named_alike(one: Place, other: Place, old: Side, new: Side) -> bool:
    """Whether both files tell the names of two layers, and count from the same number where Keras gives any."""
    return one.is_named and other.is_named and old.lowest_number(one) == new.lowest_number(other)


def pair_namesakes(couples: Iterable[Couple], pairs: Pairs, *, any_shapes: bool = False) -> None:
    """Take layers of one path as pairs, where their classes fit and, unless any will do, their shapes."""
    for old, new in couples:
        if pairs.are_free(old, new) and (_may_be_reshaped(old, new, pairs) if any_shapes else fit(old, new)):
            pairs.add(old, new, way_of(old, new))


def _may_be_reshaped(old: Place, new: Place, pairs: Pairs) -> bool:
    """Whether two layers may be one that got other shapes.

    Names that Keras numbered anew do not tell that of layers with weights, unless a pair with weights is next to them:
    any two models may have a ``dense``.
    """
    is_told = way_of(old, new) == "path" or not (old.shapes and new.shapes)
    return classes_fit(old, new) and (is_told or is_weight_near_paired(old, new, pairs))


def way_of(old: Place, new: Place) -> MatchedBy:
    """How a couple was found: names that Keras numbered anew tell no more than the order in which layers were made."""
    paths = {old.layer.path, *old.layer.also_at} & {new.layer.path, *new.layer.also_at}
    return "path" if paths else "order"
