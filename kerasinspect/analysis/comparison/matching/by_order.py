"""Finds pairs by order: between two pairs that follow one another, what is alike on both sides."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.by_graph import is_fed_otherwise
from kerasinspect.analysis.comparison.matching.pairs import classes_fit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.matching.pairs import Pairs
    from kerasinspect.analysis.comparison.matching.places import Place, Side

    _Places = Sequence[Place]


def pair_in_order(rows: Sequence[tuple[_Places, _Places]], old: Side, new: Side, pairs: Pairs) -> None:
    """Take pairs of layers that stand between the same pairs of their row.

    None are taken where the pairs of any row show that the order is another one.
    """
    fixed = [_fixed(olds, news, pairs) for olds, news in rows]
    if all(one[1] < other[1] for points in fixed for one, other in pairwise(points)):
        for (olds, news), points in zip(rows, fixed, strict=True):
            for free_old, free_new in _gaps(olds, news, points, pairs):
                for one, other in _alike(free_old, free_new, old, new):
                    if pairs.may_add(one, other) and not is_fed_otherwise(one, other, pairs):
                        pairs.add(one, other, "order")


def _fixed(olds: _Places, news: _Places, pairs: Pairs) -> list[tuple[int, int]]:
    """Where in both lists the pairs stand that have a layer in each, in the order of the old one."""
    at = {place.number: position for position, place in enumerate(news)}
    partners = [(position, pairs.new_of.get(place.number)) for position, place in enumerate(olds)]
    return [(position, at[one.number]) for position, one in partners if one is not None and one.number in at]


def _gaps(
    olds: _Places, news: _Places, fixed: Sequence[tuple[int, int]], pairs: Pairs
) -> Iterator[tuple[list[Place], list[Place]]]:
    """The layers without partner on both sides between one pair and the next."""
    for (old_from, new_from), (old_to, new_to) in pairwise([(-1, -1), *fixed, (len(olds), len(news))]):
        yield (
            list(pairs.free_old(olds[old_from + 1 : old_to])),
            list(pairs.free_new(news[new_from + 1 : new_to])),
        )


def _alike(olds: _Places, news: _Places, old: Side, new: Side) -> Iterator[tuple[Place, Place]]:
    """All layers in turn where those of both sides are of the same kinds, else those that are alone of theirs."""
    if len(olds) == len(news) and all(_may_be_one(*couple, old, new) for couple in zip(olds, news, strict=True)):
        yield from zip(olds, news, strict=True)
        return
    kinds, others = [old.kind(place) for place in olds], [new.kind(place) for place in news]
    counts, other_counts = Counter(kinds), Counter(others)
    where = dict(zip(others, news, strict=True))
    for place, kind in zip(olds, kinds, strict=True):
        if counts[kind] == other_counts[kind] == 1:
            yield place, where[kind]


def _may_be_one(one: Place, other: Place, old: Side, new: Side) -> bool:
    """Whether two layers may be of one class with the same weights, or with weights that only one file has."""
    if old.form(one) == new.form(other) and classes_fit(one, other):
        return True
    return one.word == other.word and not (one.shapes and other.shapes)


def pair_what_is_left(olds: _Places, news: _Places, old: Side, new: Side, pairs: Pairs) -> None:
    """Take layers whose class one file does not tell, where their weights are alone in their shapes on both sides."""
    forms = Counter(old.form(place) for place in olds), Counter(new.form(place) for place in news)
    left = {old.form(place): place for place in pairs.free_old(olds)}
    for place in pairs.free_new(news):
        one = left.get(new.form(place))
        if one and all(count[new.form(place)] == 1 for count in forms) and classes_fit(one, place):
            pairs.add(one, place, "order")
