"""Finds pairs by order: between two pairs that follow one another, what is alike on both sides."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.by_graph import is_fed_otherwise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.matching.pairs import Pairs
    from kerasinspect.analysis.comparison.matching.places import Place, Side

    _Places = Sequence[Place]


def pair_in_order(olds: _Places, news: _Places, old: Side, new: Side, pairs: Pairs) -> None:
    """Take pairs of layers that stand between the same pairs; none where the pairs show that the order is another."""
    for one, other in [*_candidates(olds, news, old, new, pairs)]:
        if not is_fed_otherwise(one, other, pairs):
            pairs.add(one, other, "order")


def _candidates(olds: _Places, news: _Places, old: Side, new: Side, pairs: Pairs) -> Iterator[tuple[Place, Place]]:
    """Layers that stand at the same place between the same pairs."""
    for free_old, free_new in _gaps(olds, news, pairs):
        kinds, others = [old.kind(place) for place in free_old], [new.kind(place) for place in free_new]
        if kinds == others:
            yield from zip(free_old, free_new, strict=True)
            continue
        counts, other_counts = Counter(kinds), Counter(others)
        where = dict(zip(others, free_new, strict=True))
        yield from (
            (place, where[kind])
            for place, kind in zip(free_old, kinds, strict=True)
            if counts[kind] == other_counts[kind] == 1
        )


def _gaps(olds: _Places, news: _Places, pairs: Pairs) -> Iterator[tuple[list[Place], list[Place]]]:
    """The layers without partner on both sides between one pair and the next; nothing where pairs cross each other."""
    places = {place.number: at for at, place in enumerate(news)}
    partners = [(at, pairs.new_of.get(place.number)) for at, place in enumerate(olds)]
    fixed = [(at, places[one.number]) for at, one in partners if one is not None and one.number in places]
    if all(one[1] < other[1] for one, other in pairwise(fixed)):
        for (old_from, new_from), (old_to, new_to) in pairwise([(-1, -1), *fixed, (len(olds), len(news))]):
            yield (
                list(pairs.free_old(olds[old_from + 1 : old_to])),
                list(pairs.free_new(news[new_from + 1 : new_to])),
            )
