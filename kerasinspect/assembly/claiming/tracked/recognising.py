"""The class of a layer that a checkpoint does not name: told by its variables' names and by the layers in it."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import kinds_of, possible_kinds
from kerasinspect.assembly.claiming.legacy_names import current_word
from kerasinspect.assembly.claiming.recognising import TELLING
from kerasinspect.assembly.claiming.tracked.reading import MEAN
from kerasinspect.assembly.nodes import Node
from kerasinspect.assembly.skeleton import role_of
from kerasinspect.knowledge.kinds import Layout
from kerasinspect.knowledge.layers import LAYERS, class_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.knowledge.kinds import WeightSpec

_BOTH_WAYS = frozenset({"forward_layer", "backward_layer"})
"""Attributes that only the wrapper of two directions has."""
_POWER_VECTORS = frozenset({"vector_u", "sn_u"})
"""The vector of a layer that divides a kernel by its largest singular value, over the versions."""


def recognise(node: Node, variables: Mapping[str, StoredArray], inside: AbstractSet[str]) -> None:
    """Give a layer the class that what it holds proves, or that its name says where what it holds is of that class."""
    for class_name in _classes_told(node, variables, inside):
        kind = LAYERS[class_name]
        attributes = {name for part in kind.sublayers for name in part.attributes}
        words = {one.name for one in kind.weights}
        names = {word_among(words, name): array for name, array in variables.items()}
        if inside <= attributes and not kind.is_model and _can_have(class_name, names):
            node.class_name, node.kind, node.role = class_name, kind, role_of(kind)
            return


def _classes_told(node: Node, variables: Mapping[str, StoredArray], inside: AbstractSet[str]) -> Iterator[str]:
    """The classes that a layer may be of, the surest first."""
    yield from (name for attributes, name in TELLING if attributes <= inside)
    if inside >= _BOTH_WAYS:
        yield from _wrappers()[0]
    if "layer" in inside and not _POWER_VECTORS.isdisjoint(variables):
        yield from _wrappers()[1]
    if told := class_of_name(node.name):
        yield told


@cache
def _wrappers() -> tuple[list[str], list[str]]:
    """The classes that run a layer both ways, and those that keep a second copy of the kernel of the layer in them."""
    both_ways = [name for name, kind in LAYERS.items() if kind.layout is Layout.BOTH_WAYS]
    return both_ways, [name for name, kind in LAYERS.items() if kind.shares_kernel]


def _can_have(class_name: str, arrays: Mapping[str, StoredArray]) -> bool:
    """Whether arrays of these names can be all weights of a layer of a class, less a kernel that it wraps."""
    if LAYERS[class_name].shares_kernel:
        arrays = {name: array for name, array in arrays.items() if name != "kernel"}
    return any(
        named.keys() == arrays.keys()
        and all(named[name].can_be(len(array.shape), array.dtype) for name, array in arrays.items())
        for named in _choices(class_name)
    )


@cache
def _choices(class_name: str) -> list[dict[str, WeightSpec]]:
    """Every choice of weights that a class of Keras allows, by their names: made once for all layers of the class."""
    node = Node("", class_name, kind=LAYERS[class_name])
    return [{kind.name: kind for kind in kinds} for kinds in possible_kinds(node)]


def words_of(node: Node) -> set[str]:
    """The names of all weights that a layer of its class can have."""
    return {kind.name for kind in kinds_of(node)}


def word_among(words: AbstractSet[str], name: str) -> str:
    """Keras's current word for a variable of a name; the name itself where the class of its layer has no words.

    The letters of Keras 1, which no checkpoint has, would make a bias of any name that ends in ``_b``.
    """
    return current_word(name, words) if words else name


@cache
def usual_orders() -> frozenset[tuple[str, ...]]:
    """The names of all weights of a layer, in order, for all classes of Keras."""
    return frozenset(
        tuple(one.name for one in kinds)
        for name, kind in LAYERS.items()
        for kinds in possible_kinds(Node("", name, kind=kind))
    ) | {MEAN}


@cache
def usual_attributes() -> frozenset[frozenset[str]]:
    """The attributes that hold all layers inside one, for all classes of Keras, by the words of each version."""
    return frozenset(
        frozenset(names) - {""}
        for kind in LAYERS.values()
        for names in product(*(("", *one.attributes) if one.flags else one.attributes for one in kind.sublayers))
    )
