"""Finds which layer of one model is which of another, by whatever proves it: names, values, order, the graph.

A wrong pair is worse than none: a name is believed only as long as no value belies it, values only where they are
alike beyond chance and the next layer is far behind, order only while no pair contradicts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.by_graph import are_neighbours_paired, pair_neighbours
from kerasinspect.analysis.comparison.matching.by_name import certain, namesakes, pair_namesakes
from kerasinspect.analysis.comparison.matching.by_parts import pair_around, pair_inside
from kerasinspect.analysis.comparison.matching.deciding import decide_by_values
from kerasinspect.analysis.comparison.matching.pairs import Pairs
from kerasinspect.analysis.comparison.matching.places import Kinds, Side, side_of
from kerasinspect.analysis.comparison.results import LayerPair
from kerasinspect.analysis.selection.misses import no_layer
from kerasinspect.errors import RequestError
from kerasinspect.names import LONGEST_SHOWN, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.comparison.matching.places import Place
    from kerasinspect.analysis.comparison.results import ComparisonOptions
    from kerasinspect.model import Model

_ROUNDS = 3
"""How often graph and order are asked in turn: each may settle what the other needs."""


def match_layers(old: Model, new: Model, options: ComparisonOptions) -> tuple[LayerPair, ...]:
    """Every layer of both models with its partner, in the order of the new model; what is gone stands where it was.

    Raises NothingMatches where one of ``options.pairs`` names no layer, RequestError where one layer is named twice.
    """
    kinds: Kinds = {}
    sides = side_of(old, kinds), side_of(new, kinds)
    pairs = Pairs()
    _take_given(*sides, options.pairs, pairs)
    match options.matching:
        case "path":
            _by_path(*sides, pairs)
        case "values":
            decide_by_values(*sides, [], pairs)
            pair_around(sides[1], pairs)
        case "order":
            _pair_models(*sides, pairs)
            pair_inside(*sides, pairs, by_name=False)
        case "auto":
            _by_everything(*sides, pairs)
    return tuple(_in_order(*sides, pairs))


def _take_given(old: Side, new: Side, given: Mapping[str, str], pairs: Pairs) -> None:
    """Take the pairs that were asked for."""
    for old_path, new_path in given.items():
        one, other = _named(old, old_path, "old"), _named(new, new_path, "new")
        if not pairs.are_free(one, other):
            message = f"{cut(old_path, LONGEST_SHOWN)} and {cut(new_path, LONGEST_SHOWN)} cannot be a pair as well."
            raise RequestError(message, "Name each layer in one pair only.")
        pairs.add(one, other, "map")


def _named(side: Side, path: str, which: str) -> Place:
    """The layer at a path of one side."""
    if path in side.by_path:
        return side.by_path[path]
    raise no_layer(side.model, path, which)


def _by_path(old: Side, new: Side, pairs: Pairs) -> None:
    """Take all layers of one path as pairs."""
    _pair_models(old, new, pairs)
    couples = [*namesakes(old, new)]
    pair_namesakes(couples, pairs)
    pair_namesakes(couples, pairs, any_shapes=True)


def _pair_models(old: Side, new: Side, pairs: Pairs) -> None:
    """Take what stands for the two models themselves as a pair."""
    if old.itself and new.itself and pairs.are_free(old.itself, new.itself):
        pairs.add(old.itself, new.itself, "path")


def _by_everything(old: Side, new: Side, pairs: Pairs) -> None:
    """Take names that values bear out, then what values tell, then names, graph and order.

    Once a name was shown to have gone to another layer, names that neither values nor the graph bear out are none.
    """
    _pair_models(old, new, pairs)
    couples = [*namesakes(old, new)]
    decide_by_values(old, new, couples, pairs)
    pair_around(new, pairs)
    names_moved = any(not pairs.are_free(*couple) and not pairs.is_pair(*couple) for couple in couples)
    believed = [] if names_moved else [*certain(couples, old, new)]
    pair_namesakes(believed, pairs)
    for _ in range(_ROUNDS):
        pair_neighbours(old, new, pairs)
        pair_inside(old, new, pairs)
    believed += [couple for couple in couples if are_neighbours_paired(*couple, pairs)]
    pair_namesakes(believed, pairs)
    for one_way in (believed, believed[::-1]):  # of layers that lead to one another, each may bear out the next
        pair_namesakes(one_way, pairs, any_shapes=True)


def _in_order(old: Side, new: Side, pairs: Pairs) -> Iterator[LayerPair]:
    """Every layer of either side once: each old one that is gone comes before the next old one that is not."""
    gone: list[Place] = []
    before: dict[int | None, list[Place]] = {}
    for place in old.places:
        if place.number in pairs.new_of:
            before[pairs.new_of[place.number].number] = gone
            gone = []
        else:
            gone.append(place)
    for place in new.places:
        yield from (LayerPair(one.layer, None) for one in before.get(place.number, ()))
        partner = pairs.old_of.get(place.number)
        yield LayerPair(partner.layer if partner else None, place.layer, pairs.found_by.get(place.number))
    yield from (LayerPair(one.layer, None) for one in gone)
