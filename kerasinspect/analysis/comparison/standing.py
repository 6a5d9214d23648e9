"""Where the layers of a pair stand in their models, and which pairs stand at another place in the new one."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from typing import TYPE_CHECKING

from kerasinspect.analysis.placed_layers import placed_layers
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.results import LayerPair
    from kerasinspect.model import Layer, Model


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A layer where it stands."""

    layer: Layer
    around: Layer | None
    number: int
    """Among all layers of its model, in order."""
    is_model: bool
    """Whether it is the model itself, which has weights of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class StandingPair:
    """A pair of layers where they stand; None for the side that has none."""

    pair: LayerPair
    old: Standing | None
    new: Standing | None


def standing_pairs(old: Model, new: Model, pairs: Sequence[LayerPair]) -> list[StandingPair]:
    """Pairs, each layer with where it stands."""
    ours, theirs = _by_path(old), _by_path(new)
    return [StandingPair(pair, _taken(ours, pair.old), _taken(theirs, pair.new)) for pair in pairs]


def _by_path(model: Model) -> dict[str, deque[Standing]]:
    """Every layer where it stands; several of one path in order."""
    found: dict[str, deque[Standing]] = {}
    for number, (layer, around) in enumerate(placed_layers(model)):
        is_model = number == 0 and bool(model.own_weights)
        found.setdefault(layer.path, deque()).append(Standing(layer, around, number, is_model))
    return found


def _taken(waiting: dict[str, deque[Standing]], layer: Layer | None) -> Standing | None:
    """The next layer of a path."""
    return None if layer is None else waiting[layer.path].popleft()


def moved_pairs(pairs: Sequence[StandingPair]) -> set[int]:
    """The places in the list of those pairs that stand elsewhere in the new model: in another layer, or out of order.

    Of the layers that lie in one, as few as can be are said to be out of order.
    """
    partners = {one.pair.old.path: one.pair.new.path for one in pairs if one.pair.old and one.pair.new}
    moved: set[int] = set()
    siblings: dict[str | None, list[tuple[int, int]]] = {}
    for place, old, new in _placed(pairs):
        around = _path(new.around)
        if (None if old.around is None else partners.get(old.around.path, "")) != around:
            moved.add(place)
        else:
            siblings.setdefault(around, []).append((place, old.number))
    for family in siblings.values():
        moved |= {family[position][0] for position in _out_of_order([number for _, number in family])}
    return moved


def _placed(pairs: Sequence[StandingPair]) -> Iterator[tuple[int, Standing, Standing]]:
    """Pairs of which both sides have a config, which is what says where a layer stands; with their places."""
    for place, one in enumerate(pairs):
        if one.old is not None and one.new is not None and one.old.layer.config and one.new.layer.config:
            yield place, one.old, one.new


def _path(layer: Layer | None) -> str | None:
    """The path of a layer, if there is one."""
    return None if layer is None else layer.path


def _out_of_order(numbers: Sequence[int]) -> set[int]:
    """The positions of the fewest numbers without which the others rise."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for position, number in enumerate(numbers):
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        last[length : length + 1] = [position]
        before.append(last[length - 1] if length else -1)
    kept: set[int] = set()
    position = last[-1] if last else -1
    while position >= 0:
        kept.add(position)
        position = before[position]
    return set(range(len(numbers))) - kept
