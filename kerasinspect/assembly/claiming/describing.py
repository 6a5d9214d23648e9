"""Layers that no config describes: their names and classes from groups, names and shapes, and never more than that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.matching import VARS, has_arrays, own_arrays, user_name
from kerasinspect.assembly.claiming.recognising import class_of_group
from kerasinspect.assembly.nodes import Node
from kerasinspect.assembly.skeleton import role_of, sublayer_nodes
from kerasinspect.dtypes import is_float
from kerasinspect.formats.weights_file import CONTAINERS
from kerasinspect.knowledge.kinds import WeightSpec
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.naming import unnumbered
from kerasinspect.knowledge.optimizers.classes import optimizer_class
from kerasinspect.knowledge.serialized import as_mapping, is_entry
from kerasinspect.late.patterns import late_pattern
from kerasinspect.names import number_behind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.containers.stored import Group
    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.kinds import Sublayer


def guessed_sublayers(node: Node, group: Group) -> Iterator[Node]:
    """Sublayers of a built-in class where no config describes them: their classes from names or from shapes."""
    for part in node.kind.sublayers if node.kind else ():
        attribute = next((name for name in part.attributes if name in group.groups), None)
        if attribute is None:
            continue
        for child in _held_by(node, part, group.groups[attribute], attribute):
            child.attributes, child.listed, child.from_config = (attribute,), part.listed, False
            child.is_plain = child.is_model
            child.is_told_by_code = node.is_told_by_code and bool(part.class_name)
            yield child


def _held_by(node: Node, part: Sublayer, group: Group, attribute: str) -> Iterator[Node]:
    """The layer that an attribute holds, or each one of a list."""
    if part.listed:
        yield from (
            layer_of_group(child, name_in_parent(child), is_class=True) for child in as_written(group.groups.values())
        )
    elif node.kind and node.kind.shares_kernel:
        yield _kernel_holder(group, attribute)
    elif part.class_name:
        yield from sublayer_nodes(Node(node.name, node.class_name, {"use_gate": True}), part)
    else:
        yield layer_of_group(group, attribute, part.name)


def layer_of_group(group: Group, key: str, pattern: str = "", *, is_class: bool = False) -> Node:
    """A layer that only its group describes: named as the file names it, of the class that the file proves, if any.

    ``key`` is the group's name: the layer's class where ``is_class``, else the attribute that holds it. ``pattern``
    is how a layer around it makes its name.
    """
    class_name = class_of_group(group, key, pattern.format(""), is_class=is_class) or ""
    kind = LAYERS.get(class_name)
    name = user_name(group)
    node = Node(name or key, class_name, kind=kind, from_config=False, named=name is not None, group=group.path)
    if kind:
        node.role = "model" if kind.is_model else role_of(kind)
    elif any(container in group.groups for container in CONTAINERS):
        node.role = "model"
    return node


def as_written(groups: Iterable[Group]) -> list[Group]:
    """Groups in the order in which Keras wrote them.

    HDF5 puts a small array into any gap, so that only the highest place that a group reaches tells when it was
    written. The numbers of one class in one container always rise.
    """
    reached: dict[str, int] = {}
    places = {}
    order = []
    for group in sorted(groups, key=lambda group: number_behind(group.path)):
        headers = (below.position for below in group.walk())
        highest = max((*headers, *(array.position for array in group.all_arrays())))
        stem = unnumbered(group.path)
        places[group.path] = reached[stem] = max(highest, reached.get(stem, 0))
        order.append(group)
    return sorted(order, key=lambda group: places[group.path])


def name_in_parent(group: Group) -> str:
    """The name of a group within its parent."""
    return re.split(r"[/\\]", group.path)[-1]


def _kernel_holder(group: Group, attribute: str) -> Node:
    """The layer inside SpectralNormalization, which needs one with a kernel: two arrays are its kernel and its bias."""
    node = layer_of_group(group, attribute)
    own = group.groups.get(VARS)
    if node.kind is None and own is not None and len(own.arrays) == len(_KERNEL_AND_BIAS):
        node.weights = _KERNEL_AND_BIAS
    return node


_KERNEL_AND_BIAS = (WeightSpec("kernel", ("axis",), free_rank=True), WeightSpec("bias", ("unit",)))


def unfolded(groups: Iterable[Group]) -> Iterator[tuple[Group, bool]]:
    """Layers among groups: a group with ``vars`` is one, a group without is a list of them, at any depth.

    Beside each, whether it lies in a list, so that its group is named after its class.
    """
    pending = [(group, False) for group in groups]
    while pending:
        group, is_listed = pending.pop(0)
        if VARS in group.groups or group.arrays:
            yield group, is_listed
        else:
            pending += [(child, True) for child in group.groups.values() if has_arrays(child)]


def serialised(node: Node) -> dict[str, JsonObject]:
    """Layers in the config of a custom layer, by the key they lie under."""
    return {key: as_mapping(value) for key, value in node.config.items() if is_entry(value)}


def is_optimizer(group: Group) -> bool:
    """Whether a group holds an optimizer, which begins with a count of steps.

    Its name or that of its group says so; in a file that keeps no names, also a learning rate behind the count and then
    nothing but arrays, two or more.
    """
    arrays = [array for _, array in own_arrays(group)]
    if not arrays or arrays[0].shape or arrays[0].dtype not in _COUNTS:
        return False
    key, name = name_in_parent(group), user_name(group)
    if optimizer_class(name or "") or optimizer_class(key) or _OPTIMIZER_KEY.search(key):
        return True
    is_rate = len(arrays) > 1 and not arrays[1].shape and is_float(arrays[1].dtype)
    slots = [array.shape for array in arrays[2:]]
    return name is None and is_rate and len(slots) > 1 and all(slots)


_COUNTS = ("int64", "int32")
"""Dtypes of a count of steps."""
_OPTIMIZER_KEY = late_pattern(r"(^|_)opt(im(izer)?)?([A-Z]\w*|_?\d+)?$")
"""What attributes that hold an optimizer are called."""
