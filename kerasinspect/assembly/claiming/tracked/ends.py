"""Variables to the layers of a config by the paths that Keras 3 gave them, of which only the ends can be trusted.

A model that was built as it was first called has its name before its layers' (``seq_mlp/dense/kernel``), and a model
inside another may have or lack that of the outer one. A layer that a custom class holds is in no config.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import expected_kinds, fits_arrays, kind_named, kinds_of, possible_kinds
from kerasinspect.assembly.claiming.tracked.paths import claim_paths
from kerasinspect.assembly.nodes import Claim, Node
from kerasinspect.assembly.order import Placement
from kerasinspect.knowledge.quantization import lora_kinds, sizes_agree, without_axes
from kerasinspect.limits import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kerasinspect.assembly.claiming.tracked.paths import NamedVariable
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.knowledge.kinds import WeightSpec
    from kerasinspect.limits import Limits

_CELL = "cell"
_MARK = "shared_object_id"
_MOST_CELLS = 64
"""Layers inside one among which its cells are looked for, which stand first."""


def claim_weights(
    model: Node, variables: Iterable[NamedVariable], places: dict[int, Placement], limits: Limits
) -> None:
    """Give each layer its variables, in the order of its class where that is known.

    Raises RefusedFile where more layers have to be looked at, or made, than the limits allow.
    """
    if not model.from_config or not model.children:
        claim_paths(model, variables, places, limits)
        for node in model.walk():
            node.order_known = node.own_order_known = False
        return
    search = _Search(model, limits)
    for one in variables:
        *path, name = one.full_name.split("/")
        search.owned.setdefault(search.owner(path, name), {}).setdefault(name, one)
    _join_shared(search.found, search.owned)
    for node, held in search.owned.items():
        _claim(node, held, places)


class _Search:
    """The search for the layers of variables; it raises RefusedFile where it would look at too many."""

    def __init__(self, model: Node, limits: Limits) -> None:
        """Begin with the layers of a config."""
        self.model = model
        self.found = _layers_by_name(model)
        """By their names, with the names that lead to each."""
        self.owned: dict[Node, dict[str, NamedVariable]] = {}
        self._inside: dict[Node, dict[str, Node]] = {}
        """The layers inside those that were looked into, by name."""
        self._looks = Tally("hdf5_links", limits.hdf5_links, "The search for the layers of all variables")
        self._made = Tally("layers", limits.layers, "What the names of variables pass through")

    def owner(self, path: Sequence[str], name: str) -> Node:
        """The layer at a path, or one that is made inside the nearest around it.

        Of several that fit equally, the first counts that has no variable of the name yet.
        """
        for length in range(len(path), 0, -1):
            named = self.found.get(path[length - 1], ())
            self._looks.add(len(named) + 1)
            free = [
                (_shared(names, path[:length]), node)
                for names, node in named
                if length < len(path) or name not in self.owned.get(node, ())
            ]
            if free:
                return self._at(max(free, key=lambda one: one[0])[1], path[length:])
        own = path[1:] if path[:1] == [self.model.name] else path
        return self._at(self.model, own)

    def _at(self, node: Node, path: Sequence[str]) -> Node:
        """The layer that a path leads to inside another, made where the config has none."""
        for part in path:
            inside = self._inside.get(node)
            if inside is None:
                inside = self._inside[node] = {child.name: child for child in reversed(node.children)}
            first = node.children[:_MOST_CELLS]
            child = next((one for one in first if one.name == part or _is_cell(one, part)), inside.get(part))
            if child is None:
                self._made.add()
                child = Node(part, "", from_config=False)
                node.children.append(child)
                inside[part] = child
            node = child
        return node


def _join_shared(
    found: Mapping[str, Sequence[tuple[tuple[str, ...], Node]]], owned: dict[Node, dict[str, NamedVariable]]
) -> None:
    """Take layers for one that are described alike under one name, of which one alone has variables.

    A layer that a model shares with one inside it is in both configs; its variables count at the first place.
    """
    for places in found.values():
        first, *others = (node for _, node in places)
        bearing = [node for node in (first, *others) if node in owned]
        config = _unmarked(first.config)
        is_one = all(other.class_name == first.class_name and _unmarked(other.config) == config for other in others)
        if others and len(bearing) == 1 and is_one:
            owned[first] = owned.pop(bearing[0])
            for other in others:
                other.same_as = first


def _unmarked(value: Json | JsonObject) -> object:
    """A part of a config without the marks of objects that Keras met before, which it has at the second place alone."""
    if isinstance(value, list):
        return [_unmarked(item) for item in value]
    if isinstance(value, dict):
        return {key: _unmarked(item) for key, item in value.items() if key != _MARK}
    return value


def _layers_by_name(model: Node) -> dict[str, list[tuple[tuple[str, ...], Node]]]:
    """The layers of a config with the names that lead to each, by the last of these; one that is shared, once."""
    found: dict[str, list[tuple[tuple[str, ...], Node]]] = {}
    pending: list[tuple[tuple[str, ...], Node]] = [((), model)]
    while pending:
        path, node = pending.pop()
        pending += [((*path, child.name), child) for child in reversed(node.children)]
        if path and node.same_as is None:
            found.setdefault(node.name, []).append((path, node))
    return found


def _shared(names: Sequence[str], path: Sequence[str]) -> tuple[int, bool]:
    """How many of the last names are the same, and whether no others stand before them."""
    count = 0
    while count < min(len(names), len(path)) and names[-1 - count] == path[-1 - count]:
        count += 1
    return count, count == len(names)


def _is_cell(node: Node, part: str) -> bool:
    """Whether a layer is the cell that its own layer makes, which the path names by its class."""
    return node.role == _CELL and (part == _CELL or f"_{_CELL}" in part)


def _claim(node: Node, held: Mapping[str, NamedVariable], places: dict[int, Placement]) -> None:
    """Give a layer its variables: as its class orders them, else as they come, which may be another order."""
    layout = _layout_of(node, held)
    kinds = {kind.name: kind for kind in layout or ()}
    order = [kind.name for kind in layout or kinds_of(node)]
    names = sorted(held, key=lambda name: order.index(name) if name in order else len(order))
    node.own_order_known = len(names) == 1 or {*names} <= {*order}
    for name in names:
        one = held[name]
        kind = kinds.get(name) or kind_named(node, name, one.array)
        claim = Claim(name, one.array, kind, trainable=one.trainable, is_keyed=True)
        node.claims.append(claim)
        places[one.number] = Placement(node, claim, is_known=True)


def _layout_of(node: Node, held: Mapping[str, NamedVariable]) -> tuple[WeightSpec, ...] | None:
    """All weights of a layer by its config, quantized ones and the factors of LoRA too, else the only ones possible."""
    for kinds in expected_kinds(node):
        every = (*kinds, *lora_kinds(kinds, node.config))
        if _fits(every, held):
            return every
    possible = [kinds for kinds in possible_kinds(node) if _fits(kinds, held)]
    agreeing = [kinds for kinds in possible if sizes_agree(kinds, [held[kind.name].array.shape for kind in kinds])]
    layouts = agreeing or possible
    if len({tuple((kind.name, kind.trainable) for kind in kinds) for kinds in layouts}) != 1:
        return None
    is_told = len({tuple(kind.axes for kind in kinds) for kinds in layouts}) == 1
    return layouts[0] if is_told else without_axes(layouts[0])


def _fits(kinds: Sequence[WeightSpec], held: Mapping[str, NamedVariable]) -> bool:
    """Whether variables can be all weights of a layer, by their names."""
    arrays = [held[kind.name].array for kind in kinds if kind.name in held]
    return len(arrays) == len(held) and fits_arrays(kinds, arrays)
