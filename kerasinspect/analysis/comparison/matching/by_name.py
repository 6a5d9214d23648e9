"""Finds pairs by path: which layers of two models have one name, or differ only in numbers that Keras gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.pairs import classes_fit, fit
from kerasinspect.analysis.renumbering import renumbered
from kerasinspect.knowledge.naming import number_in, unnumbered

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
    """Layers of one path where that means something: both files tell it, and numbers in it count from the same one."""
    is_one_numbering = _paths_with_weights(old) == _paths_with_weights(new)
    lowest, other_lowest = _lowest_numbers(old), _lowest_numbers(new)
    for one, other in couples:
        if is_one_numbering or (
            one.is_named and other.is_named and lowest.get(_group(one)) == other_lowest.get(_group(other))
        ):
            yield one, other


def _paths_with_weights(side: Side) -> set[str]:
    """The paths of all layers that have weights."""
    return {place.layer.path for place in side.places if place.weights}


_Group = tuple["int | None", str]


def _group(place: Place) -> _Group:
    """The layers that Keras may have numbered together: those of one class in one layer."""
    return None if place.around is None else place.around.number, place.word


def _lowest_numbers(side: Side) -> dict[_Group, int]:
    """The lowest number of names that Keras may have given, for each group of layers that have any."""
    found: dict[_Group, int] = {}
    for place in side.places:
        if unnumbered(place.layer.name) == place.word:
            group, number = _group(place), number_in(place.layer.name)
            found[group] = min(found.get(group, number), number)
    return found


def pair_namesakes(couples: Iterable[Couple], pairs: Pairs, *, any_shapes: bool = False) -> None:
    """Take layers of one path as pairs, where their classes fit and, unless any will do, their shapes."""
    for old, new in couples:
        if pairs.are_free(old, new) and (classes_fit(old, new) if any_shapes else fit(old, new)):
            pairs.add(old, new, way_of(old, new))


def way_of(old: Place, new: Place) -> MatchedBy:
    """How a couple was found: names that Keras numbered anew tell no more than the order in which layers were made."""
    paths = {old.layer.path, *old.layer.also_at} & {new.layer.path, *new.layer.also_at}
    return "path" if paths else "order"
