"""Layers made of the names of variables alone, where a file has no objects that are layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.assembly.claiming.choosing import kind_named
from kerasinspect.assembly.claiming.tracked.recognising import recognise, word_among, words_of
from kerasinspect.assembly.nodes import Claim, Node
from kerasinspect.assembly.order import Placement
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.limits import Limits


class NamedVariable(NamedTuple):
    """A variable with the path of its layer in its name."""

    number: int
    full_name: str
    array: StoredArray
    trainable: bool | None = None
    trains: bool | None = None
    """Whether training changes it, where the file lists it so."""


def claim_paths(model: Node, variables: Iterable[NamedVariable], places: dict[int, Placement], limits: Limits) -> None:
    """Make the layers that the names of variables pass through, and give each its own.

    Raises RefusedFile where they are more than the limits allow.
    """
    made: dict[tuple[str, ...], Node] = {(): model}
    owned: dict[Node, dict[str, NamedVariable]] = {}
    for one in variables:
        *path, name = one.full_name.split("/")
        owned.setdefault(_at_path(made, owned, tuple(path), name), {})[name] = one
        count = max(len(made), len(owned))
        if count > limits.layers:
            raise over_limit("layers", count, limits.layers, "What the names of variables pass through")
    for node in model.walk():
        if node is not model:
            recognise(node, {name: one.array for name, one in owned.get(node, {}).items()}, _attributes_of(node))
        known = words_of(node)
        for stored, one in owned.get(node, {}).items():
            name = word_among(known, stored)
            kind = kind_named(node, name, one.array)
            claim = Claim(name, one.array, kind, trainable=one.trainable, is_keyed=True, trains=one.trains)
            node.claims.append(claim)
            places[one.number] = Placement(node, claim, is_known=True)


def _attributes_of(node: Node) -> AbstractSet[str]:
    """The attributes that hold the layers in one, of which only the names are known."""
    names = {child.name for child in node.children}
    return {"cell"} if len(names) == 1 and all("_cell" in name for name in names) else names


def _at_path(
    made: dict[tuple[str, ...], Node], owned: dict[Node, dict[str, NamedVariable]], path: tuple[str, ...], name: str
) -> Node:
    """The layer at a path; a second one where the first has a variable of that name, as two models may hold twins."""
    node = made.get(path)
    if node is not None and name not in owned.get(node, {}):
        return node
    outer = made[()]
    for length in range(1, len(path) + 1):
        part = path[:length]
        if part not in made or length == len(path):
            inner = Node(part[-1], "", from_config=False)
            outer.children.append(inner)
            made[part] = inner
        outer = made[part]
    return outer
