"""Layers that no config describes: their names and classes from groups, names and shapes, and never more than that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.layers import LAYERS, WeightKind, class_of_name, layer_kind, unnumbered
from kerasinspect.reading.assemble.matching import VARS, has_arrays, sorted_by_key, user_name
from kerasinspect.reading.assemble.nodes import Node, as_mapping, is_entry, role_of, sublayer_nodes
from kerasinspect.reading.weights_file import CONTAINERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.knowledge.layers import Sublayer
    from kerasinspect.reading.stored import Group


def guessed_sublayers(node: Node, group: Group) -> Iterator[Node]:
    """Sublayers of a built-in class where no config describes them: their classes from names or from shapes."""
    for part in node.kind.sublayers if node.kind else ():
        attribute = next((name for name in part.attributes if name in group.groups), None)
        if attribute is None:
            continue
        for child in held_by(node, part, group.groups[attribute], attribute):
            child.attributes, child.listed, child.from_config = (attribute,), part.listed, False
            yield child


def held_by(node: Node, part: Sublayer, group: Group, attribute: str) -> Iterator[Node]:
    """The layer that an attribute holds, or each one of a list."""
    if part.listed:
        yield from (described(child, key_of(child)) for child in as_written(group.groups.values()))
    elif node.kind and node.kind.shares_kernel:
        yield kernel_holder(group, attribute)
    elif part.class_name:
        yield from sublayer_nodes(Node(node.name, node.class_name, {"use_gate": True}), part)
    else:
        yield described(group, attribute, part.name)


def described(group: Group, key: str, pattern: str = "") -> Node:
    """A layer that only its group describes: named as the file names it, of the class that its name or shapes tell."""
    name = user_name(group)
    prefix = pattern.format("")
    named = class_of_name(key) or (name and class_of_name(name.removeprefix(prefix)))
    class_name = named or class_of_groups(group) or recurrent_class(group) or ""
    kind = layer_kind(class_name)
    node = Node(name or key, class_name or unnumbered(key), kind=kind, from_config=False)
    if kind:
        node.role = "model" if kind.is_model else role_of(kind)
    elif any(container in group.groups for container in CONTAINERS):
        node.role = "model"
    return node


def class_of_groups(group: Group) -> str | None:
    """The class that alone holds its sublayers under such attributes."""
    return next((class_name for attributes, class_name in TELLING if attributes <= group.groups.keys()), None)


TELLING = (
    (frozenset({"forward_layer", "backward_layer"}), "Bidirectional"),
    (frozenset({"query_dense", "key_dense", "value_dense", "output_dense"}), "MultiHeadAttention"),
    (frozenset({"cells"}), "StackedRNNCells"),
)
"""Attributes that no class but one has."""


def as_written(groups: Iterable[Group]) -> list[Group]:
    """Groups in the order in which Keras wrote them.

    HDF5 puts a small array into any gap, so that only the highest place that a group reaches tells when it was
    written. The numbers of one class in one container always rise.
    """
    reached: dict[str, int] = {}
    places = {}
    order = []
    for group in sorted(groups, key=lambda group: number_of(group.path)):
        headers = (below.position for below in group.walk())
        highest = max((*headers, *(array.position for array in group.all_arrays())))
        stem = unnumbered(group.path)
        places[group.path] = reached[stem] = max(highest, reached.get(stem, 0))
        order.append(group)
    return sorted(order, key=lambda group: places[group.path])


def key_of(group: Group) -> str:
    """The name of a group within its parent."""
    return re.split(r"[/\\]", group.path)[-1]


def number_of(key: str) -> int:
    """The number at the end of a group's name; the first of its class has none."""
    number = re.search(r"_(\d+)$", key)
    return int(number[1]) if number else 0


def kernel_holder(group: Group, attribute: str) -> Node:
    """The layer inside SpectralNormalization, which needs one with a kernel: two arrays are its kernel and its bias."""
    node = described(group, attribute)
    own = group.groups.get(VARS)
    if node.kind is None and own is not None and len(own.arrays) == len(KERNEL_AND_BIAS):
        node.weights = KERNEL_AND_BIAS
    return node


KERNEL_AND_BIAS = (WeightKind("kernel", ("axis",), free_rank=True), WeightKind("bias", ("unit",)))


GATES = {4: "LSTM", 3: "GRU", 1: "SimpleRNN"}
"""Recurrent classes by how many times as wide as its state a kernel is."""
KERNELS = 2
"""Arrays of a cell that tell its class: the kernel and the recurrent kernel."""
PLAIN_RANK = 2
"""Axes of a kernel that is not convolutional."""


def recurrent_class(group: Group) -> str | None:
    """The recurrent class whose cell has such arrays: its kernel is 4, 3 or 1 times as wide as its state."""
    cell = group.groups.get("cell", group)
    arrays = [array for _, array in sorted_by_key(cell.groups[VARS])] if VARS in cell.groups else []
    kernel, recurrent = (array.shape for array in arrays[:KERNELS]) if len(arrays) >= KERNELS else ((), ())
    if len(kernel) < PLAIN_RANK or len(recurrent) != len(kernel) or kernel[-1] != recurrent[-1] or not recurrent[-2]:
        return None
    times, rest = divmod(recurrent[-1], recurrent[-2])
    class_name = None if rest else GATES.get(times)
    if len(kernel) > PLAIN_RANK:
        class_name = f"ConvLSTM{len(kernel) - PLAIN_RANK}D" if class_name == "LSTM" else None
    return class_name and class_name + ("" if cell is not group else "Cell")


def unfolded(groups: Iterable[Group]) -> Iterator[Group]:
    """Layers among groups: a group with ``vars`` is one, a group without is a list of them, at any depth."""
    pending = [*groups]
    while pending:
        group = pending.pop(0)
        if VARS in group.groups or group.arrays:
            yield group
        else:
            pending += [child for child in group.groups.values() if has_arrays(child)]


def serialised(node: Node) -> Iterable[tuple[str, Any]]:
    """Layers in the config of a custom layer, by the key they lie under."""
    return ((key, value) for key, value in as_mapping(node.config).items() if is_entry(value))


def is_optimizer(node: Node, group: Group) -> bool:
    """Whether a group holds an optimizer: an integer step count, then a learning rate, both scalars."""
    if node.class_name in LAYERS or VARS not in group.groups:
        return False
    arrays = [array for _, array in sorted_by_key(group.groups[VARS])]
    return (
        len(arrays) > 1
        and arrays[0].shape == arrays[1].shape == ()
        and arrays[0].dtype.startswith("int")
        and arrays[1].dtype.startswith("float")
    )
