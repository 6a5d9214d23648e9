"""Finds pairs of layers that hold others: by what they hold, and then what else they hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.by_name import are_named_alike
from kerasinspect.analysis.comparison.matching.by_order import pair_in_order, pair_what_is_left
from kerasinspect.analysis.comparison.matching.pairs import classes_fit, fit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.matching.pairs import Pairs
    from kerasinspect.analysis.comparison.matching.places import Place, Side

    _Couple = tuple[Place, Place]


def pair_around(new: Side, pairs: Pairs) -> None:
    """Take layers as pairs of whose parts with a partner more than half are in each other, from the inside out."""
    depths = _depths(new)
    by_depth: dict[int, list[_Couple]] = defaultdict(list)
    for number, old in pairs.old_of.items():
        by_depth[depths[number]].append((old, new.places[number]))
    for depth in range(max(by_depth, default=0), 0, -1):
        for old, around, part in _majorities(by_depth[depth]):
            if pairs.are_free(old, around) and classes_fit(old, around):
                pairs.add(old, around, pairs.found_by[part.number])
                by_depth[depth - 1].append((old, around))


def _depths(side: Side) -> list[int]:
    """How many layers there are around each."""
    depths: list[int] = []
    for place in side.places:
        depths.append(depths[place.around.number] + 1 if place.around else 0)
    return depths


def _majorities(couples: Sequence[_Couple]) -> Iterator[tuple[Place, Place, Place]]:
    """Layers around pairs that have more than half of each other's pairs in them, with one new layer of these."""
    votes: dict[tuple[int, int], list[_Couple]] = defaultdict(list)
    old_total, new_total = Counter[int](), Counter[int]()
    for old, new in couples:
        if old.around and new.around:
            votes[old.around.number, new.around.number].append((old, new))
            old_total[old.around.number] += 1
            new_total[new.around.number] += 1
    for (old_number, new_number), agreeing in votes.items():
        old, new = agreeing[0]
        if old.around and new.around and 2 * len(agreeing) > max(old_total[old_number], new_total[new_number]):
            yield old.around, new.around, new


def pair_inside(old: Side, new: Side, pairs: Pairs, *, by_name: bool = True) -> None:
    """Take what lies in a pair as pairs: parts of one name, then parts in order; and the outermost layers in order."""
    _in_order(old.outermost, new.outermost, old, new, pairs)
    for place in new.places:
        around = pairs.old_of.get(place.number)
        if around and around.inner and place.inner:
            if by_name:
                _pair_parts(around, place, old, new, pairs)
            _in_order(around.inner, place.inner, old, new, pairs)


def _pair_parts(around: Place, place: Place, old: Side, new: Side, pairs: Pairs) -> None:
    """Take parts of one name as found by what found the layers that they are parts of."""
    names = {part.layer.name: part for part in reversed(around.inner)}
    for part in place.inner:
        one = names.get(part.layer.name)
        if one and pairs.are_free(one, part) and fit(one, part) and are_named_alike(one, part, old, new):
            pairs.add(one, part, pairs.found_by[place.number])


def _in_order(olds: list[Place], news: list[Place], old: Side, new: Side, pairs: Pairs) -> None:
    """Take what stands in the same order; a file of weights may have the order only of layers of one class."""
    if old.tells_order and new.tells_order:
        pair_in_order([(olds, news)], old, new, pairs)
        return
    words: dict[str, tuple[list[Place], list[Place]]] = {}
    for side, places in enumerate((olds, news)):
        for place in places:
            words.setdefault(place.word, ([], []))[side].append(place)
    pair_in_order([*words.values()], old, new, pairs)
    pair_what_is_left(olds, news, old, new, pairs)
