"""Finds pairs by path: which layers of two models have one name, or differ only in numbers that Keras gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def names_are_certain(old: Side, new: Side) -> bool:
    """Whether one path means one layer: both files have the user's names, or the very same ones."""
    if old.tells_names and new.tells_names:
        return True
    return {place.layer.path for place in old.places} == {place.layer.path for place in new.places}


def pair_namesakes(couples: Iterable[Couple], pairs: Pairs, *, any_shapes: bool = False) -> None:
    """Take layers of one path as pairs, where their classes fit and, unless any will do, their shapes."""
    for old, new in couples:
        if pairs.are_free(old, new) and (classes_fit(old, new) if any_shapes else fit(old, new)):
            pairs.add(old, new, way_of(old, new))


def way_of(old: Place, new: Place) -> MatchedBy:
    """How a couple was found: names that Keras numbered anew tell no more than the order in which layers were made."""
    paths = {old.layer.path, *old.layer.also_at} & {new.layer.path, *new.layer.also_at}
    return "path" if paths else "order"
