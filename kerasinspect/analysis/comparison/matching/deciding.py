"""Settles by values which layers are pairs, whatever their names; names that values bear out are enough."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.by_name import way_of
from kerasinspect.analysis.comparison.matching.by_values import pair_alike
from kerasinspect.analysis.comparison.matching.pairs import fit
from kerasinspect.analysis.comparison.matching.sketches import (
    are_equal,
    by_chance,
    is_telling,
    likeness,
    samples_of,
    sketch_of,
)
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.analysis.comparison.matching.by_name import Couple
    from kerasinspect.analysis.comparison.matching.by_values import Known
    from kerasinspect.analysis.comparison.matching.pairs import Pairs
    from kerasinspect.analysis.comparison.matching.places import Place, Side, ValueForm
    from kerasinspect.analysis.comparison.matching.sketches import Sketch

_SURE = 0.95
"""The cosine above which no other layer can be nearer by the margin that a pair by values needs."""
_NUMBERS = 1 << 23
"""Numbers in all sketches of one side."""
_MOST, _FEWEST = 1_000, 64
"""Numbers in the sketch of one weight."""


@dataclass(frozen=True, slots=True)
class _Open:
    """Layers of the same shapes that are not settled, with what their values say."""

    olds: list[Known] = field(default_factory=list)
    news: list[Known] = field(default_factory=list)


def decide_by_values(old: Side, new: Side, couples: Sequence[Couple], pairs: Pairs) -> None:
    """Take every pair that values tell; ``couples`` are layers of one name."""
    count = _count(old, new)
    fitting = {two.number: one for one, two in couples if two.weights and pairs.are_free(one, two) and fit(one, two)}
    unsettled: dict[ValueForm, _Open] = defaultdict(_Open)
    for number, one in fitting.items():
        two = new.places[number]
        sketches = _differing(one, two, count)
        if sketches is None or _are_alike(*sketches):
            pairs.add(one, two, way_of(one, two))
        else:
            _keep(unsettled[two.value_form], (one, two), sketches)
    named = {one.number for one in fitting.values()}
    for place, sketch in _others(pairs.free_old(old.places), named, count):
        unsettled[place.value_form].olds.append((place, sketch))
    for place, sketch in _others(pairs.free_new(new.places), set(fitting), count):
        unsettled[place.value_form].news.append((place, sketch))
    for layers in unsettled.values():
        told = pair_alike(layers.olds, layers.news)
        for one, two in told.pairs:
            pairs.add(one, two, way_of(one, two) if fitting.get(two.number) is one else "values")
        pairs.keep_asking(told.olds, told.news)


def _count(old: Side, new: Side) -> int:
    """How many numbers there are in the sketch of one weight."""
    weights = max(sum(len(place.weights) for place in side.places) for side in (old, new))
    return max(_FEWEST, min(_MOST, _NUMBERS // max(1, weights)))


def _differing(old: Place, new: Place, count: int) -> tuple[Sketch | None, Sketch | None] | None:
    """What the values of two layers of one name say of each, nothing where only one file tells them.

    None where they are the same, and not just constants.
    """
    if old.told != new.told:
        return None, None
    samples, others = samples_of(old, count), samples_of(new, count)
    if samples and others and are_equal(samples, others):
        return None if is_telling(samples) else (None, None)
    return sketch_of(samples), sketch_of(others)


def _are_alike(old: Sketch | None, new: Sketch | None) -> bool:
    """Whether values bear out that two layers of one name are one, so that they need not be held against others."""
    if old is None or new is None:
        return False
    return likeness(old, new) > max(_SURE, by_chance(min(old.freedom, new.freedom), 1))


def _keep(layers: _Open, couple: Couple, sketches: tuple[Sketch | None, Sketch | None]) -> None:
    """Keep a couple for later, as far as its values say anything."""
    for known, place, sketch in zip((layers.olds, layers.news), couple, sketches, strict=True):
        if sketch is not None:
            known.append((place, sketch))


def _others(places: Iterable[Place], named: set[int], count: int) -> Iterator[Known]:
    """Layers that have weights, but no namesake, with what their values say."""
    for place in places:
        if place.weights and place.number not in named and (sketch := sketch_of(samples_of(place, count))):
            yield place, sketch
