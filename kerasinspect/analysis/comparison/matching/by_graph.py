"""Finds pairs by the graph: what feeds a pair, or is fed by it, where only one layer on each side can be meant."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.analysis.comparison.matching.pairs import Pairs
    from kerasinspect.analysis.comparison.matching.places import Place, Side

_Way: TypeAlias = Literal["feeders", "consumers"]

_ROUNDS = 4
"""How often all pairs are gone through: each may have left only one layer that another can be."""
_WAYS: tuple[_Way, ...] = ("feeders", "consumers")
"""Whither one goes from a layer: against the flow and with it."""
_FAR = 64
"""Layers on the way to those with weights that are looked at."""


def pair_neighbours(old: Side, new: Side, pairs: Pairs) -> None:
    """Take every pair that pairs around it leave only one choice for."""
    for _ in range(_ROUNDS):
        before = len(pairs.new_of)
        _go_round(old, new, pairs)
        if len(pairs.new_of) == before:
            return


def _go_round(old: Side, new: Side, pairs: Pairs) -> None:
    """Go once through all pairs, and through those that are found on the way."""
    pending = deque((pairs.old_of[number], new.places[number]) for number in sorted(pairs.old_of))
    tried: set[tuple[int, int]] = set()
    while pending:
        for one, other in _only_choices(*pending.popleft(), old, new, pairs):
            if (one.number, other.number) in tried:
                continue
            tried.add((one.number, other.number))
            if pairs.may_add(one, other) and _neighbours_agree(one, other, pairs):
                pairs.add(one, other, "graph")
                pending.append((one, other))


def _only_choices(
    old: Place, new: Place, old_side: Side, new_side: Side, pairs: Pairs
) -> Iterator[tuple[Place, Place]]:
    """The layers next to a pair that are the only free ones of their kind there, on both sides."""
    for olds, news in ((old.consumers, new.consumers), (old.feeders, new.feeders)):
        singles = _singles(pairs.free_old(olds), old_side)
        others = _singles(pairs.free_new(news), new_side)
        yield from ((singles[kind], others[kind]) for kind in singles if kind in others)


def _singles(places: Iterable[Place], side: Side) -> dict[int, Place]:
    """Layers that are the only ones of their kind, by that."""
    found: dict[int, Place | None] = {}
    for place in places:
        kind = side.kind(place)
        found[kind] = None if kind in found else place
    return {kind: place for kind, place in found.items() if place}


def _neighbours_agree(old: Place, new: Place, pairs: Pairs) -> bool:
    """Whether each neighbour of either layer that has a partner has it among those of the other, on the same side."""
    return _are_paired(old.feeders, new.feeders, pairs) and _are_paired(old.consumers, new.consumers, pairs)


def are_neighbours_paired(old: Place, new: Place, pairs: Pairs) -> bool:
    """Whether some neighbours of two layers are pairs, and none has a partner elsewhere."""
    is_any = any(one.number in pairs.new_of for one in (*old.feeders, *old.consumers))
    return is_any and _neighbours_agree(old, new, pairs)


def is_weight_near_paired(old: Place, new: Place, pairs: Pairs) -> bool:
    """Whether some layer that is the nearest one with weights, before or after, is the partner of one of the others."""
    for way in _WAYS:
        numbers = {one.number for one in _nearest(new, way)}
        partners = (pairs.new_of.get(one.number) for one in _nearest(old, way))
        if any(one is not None and one.number in numbers for one in partners):
            return True
    return False


def _nearest(place: Place, way: _Way) -> Iterator[Place]:
    """The layers with weights that one leads to without another between, among the first ones on the way."""
    pending, seen = deque(getattr(place, way)), {place.number}
    while pending and len(seen) < _FAR:
        one = pending.popleft()
        if one.number not in seen:
            seen.add(one.number)
            if one.weights:
                yield one
            else:
                pending.extend(getattr(one, way))


def is_fed_otherwise(old: Place, new: Place, pairs: Pairs) -> bool:
    """Whether both files say what feeds the two layers, all of it has a partner, and these are not the same."""
    is_known = bool(old.feeders and new.feeders)
    is_known = is_known and all(one.number in pairs.new_of for one in old.feeders)
    is_known = is_known and all(one.number in pairs.old_of for one in new.feeders)
    return is_known and not _are_paired(old.feeders, new.feeders, pairs)


def _are_paired(olds: Iterable[Place], news: Iterable[Place], pairs: Pairs) -> bool:
    """Whether the partners of old layers are just those of the new ones that have a partner."""
    partners = {pairs.new_of[one.number].number for one in olds if one.number in pairs.new_of}
    return partners == {one.number for one in news if one.number in pairs.old_of}
