"""The class of a layer that no config describes: told by what its group holds, by its name, or not at all.

Evidence counts in this order: sublayers that only one class has, the name that the file keeps of the layer, the name of
its group. A group in a list or a container is named after the layer's class; any other one only after the attribute
that holds the layer, which its author may call anything. No class counts whose weights the arrays cannot be.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.assembly.claiming.choosing import fits_arrays, possible_kinds
from kerasinspect.assembly.claiming.matching import VARS, has_arrays, own_arrays, user_name
from kerasinspect.assembly.nodes import Node
from kerasinspect.formats.weights_file import CONTAINERS
from kerasinspect.knowledge.keras_versions import KERAS_3
from kerasinspect.knowledge.kinds import weights_for
from kerasinspect.knowledge.layers import LAYERS, class_of_name, weight_of
from kerasinspect.knowledge.naming import places_of
from kerasinspect.names import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.containers.stored import Group, StoredArray
    from kerasinspect.knowledge.keras_versions import KerasVersion
    from kerasinspect.knowledge.kinds import LayerSpec, WeightSpec

    _Kinds: TypeAlias = "tuple[WeightSpec, ...]"

TELLING = tuple(
    (frozenset(part.attributes[0] for part in kind.sublayers if not part.flags), name)
    for name, kind in LAYERS.items()
    if kind.is_told_by_sublayers
)
"""Attributes that no class but one has."""
_RECURRENT = {
    (places_of(name) or 0, max(1, len(kernel.gates))): name
    for name, kind in LAYERS.items()
    if kind.reads_states and kind.makes_sublayers and (kernel := weight_of(name, "kernel"))
}
"""Recurrent classes, by their spatial axes and by how many times as wide as its state a kernel is."""
_CELLS = {name: (LAYERS[name].sublayers[0].class_name, f"{name}Cell") for name in _RECURRENT.values()}
"""Their cells."""
_KERNELS = 2
"""Arrays of a cell that tell its class: the kernel and the recurrent kernel."""
_PLAIN_RANK = 2
"""Axes of a kernel that is not convolutional."""


def class_of_group(group: Group, key: str, prefix: str, *, is_class: bool) -> str | None:
    """The class of the layer that a group holds; None where nothing proves one.

    ``key`` is the group's name: its class where ``is_class``, else only an attribute. ``prefix`` is what a layer
    around it puts before its name.
    """
    if is_class:
        candidate = class_of_name(key)
        return candidate if candidate and fits_class(candidate, group) else None
    name = (user_name(group) or "").removeprefix(prefix)
    told = _class_of_groups(group) or class_of_name(name)
    if told and fits_class(told, group):
        return told
    held = class_of_name(key)
    if held and fits_class(held, group) and _is_unrivalled(held, group):
        return held
    return _recurrent_class(group, key)


def _class_of_groups(group: Group) -> str | None:
    """The class that alone holds its sublayers under such attributes."""
    return next((class_name for attributes, class_name in TELLING if attributes <= group.groups.keys()), None)


def fits_class(class_name: str, group: Group) -> bool:
    """Whether a group can hold a layer of a class: its arrays can be the weights, the groups in it the sublayers."""
    kind = LAYERS[class_name]
    held = {key for key, child in group.groups.items() if key != VARS and has_arrays(child)}
    if kind.is_model:
        return any(name in group.groups for name in CONTAINERS) or not held
    attributes = {attribute for part in kind.sublayers for attribute in part.attributes}
    return held <= attributes and _fits_weights(kind, own_arrays(group)) and _fits_cell(kind, group)


def _fits_weights(kind: LayerSpec, keyed: Sequence[tuple[str, StoredArray]]) -> bool:
    """Whether arrays can be a layer's own weights, all of them."""
    arrays = [array for key, array in keyed if number_of(key) is not None]
    arrays = arrays[1:] if kind.shares_kernel and len(arrays) > 1 else arrays
    known = {weight.name for weight in kind.weights}
    return all(number_of(key) is not None or key in known or kind.wraps_code for key, _ in keyed) and (
        kind.wraps_code or any(True for _ in _readings(kind, arrays))
    )


def _readings(kind: LayerSpec, arrays: Sequence[StoredArray]) -> Iterator[tuple[WeightSpec, ...]]:
    """Every way in which arrays can be a layer's own weights."""
    return (kinds for kinds in possible_kinds(Node("", kind.class_name, kind=kind)) if fits_arrays(kinds, arrays))


def _axes_agree(kinds: Sequence[WeightSpec], arrays: Sequence[StoredArray]) -> bool:
    """Whether weights that run along the same axes have the same sizes there, counted in gates where they have some."""
    sizes: dict[str, int] = {}
    shapes: dict[tuple[str, ...], tuple[int, ...]] = {}
    for kind, array in zip(kinds, arrays, strict=True):
        if kind.free_rank and shapes.setdefault(kind.axes, array.shape) != array.shape:
            return False
        names = () if kind.free_rank else kind.names_along(array.shape) or ()
        for place, (name, size) in enumerate(zip(names, array.shape, strict=False)):
            parts = len(kind.gates) if kind.gates and place == len(names) - 1 else 1
            axis = name.removeprefix("recurrent ")
            if size % parts or sizes.setdefault(axis, size // parts) != size // parts:
                return False
    return True


def _fits_cell(kind: LayerSpec, group: Group) -> bool:
    """Whether the cell in a group is that of a recurrent class, where the shapes of its arrays tell."""
    cell = next((part.class_name for part in kind.sublayers if part.attributes == ("cell",) and part.class_name), None)
    held = group.groups.get("cell")
    return cell is None or (held is not None and (not has_arrays(held) or _shaped_like(held) == kind.class_name))


def _is_unrivalled(class_name: str, group: Group) -> bool:
    """Whether no class could hold a layer's arrays as other weights than this one does, by ranks and by sizes.

    A layer with sublayers is told by these.
    """
    arrays = [array for _, array in own_arrays(group)]
    if not arrays or LAYERS[class_name].sublayers or LAYERS[class_name].is_model:
        return True
    own = {_names_of(kinds) for kinds in _readings(LAYERS[class_name], arrays) if _axes_agree(kinds, arrays)}
    every = {
        _names_of(kinds)
        for kinds in _every_choice().get(len(arrays), ())
        if fits_arrays(kinds, arrays) and _axes_agree(kinds, arrays)
    }
    return len(own) == 1 and own == every


@cache
def _every_choice() -> Mapping[int, Sequence[_Kinds]]:
    """Every choice of weights of any class that a tree can hold, each once, by their number."""
    classes = (kind for kind in LAYERS.values() if kind.weights and not kind.sublayers and not kind.is_gone)
    choices = dict.fromkeys(
        chain.from_iterable(possible_kinds(Node("", kind.class_name, kind=kind)) for kind in classes)
    )
    found: dict[int, list[_Kinds]] = {}
    for kinds in choices:
        found.setdefault(len(kinds), []).append(kinds)
    return found


def _names_of(kinds: _Kinds) -> tuple[str, ...]:
    """The names of the weights of a choice, in order."""
    return tuple(kind.name for kind in kinds)


def may_extend(node: Node, version: KerasVersion | None) -> bool:
    """Whether a custom layer may be a subclass of one that stores its kernel and its bias, and nothing else it owns.

    The optimizer does not tell, since what it adds need not be trained.
    """
    arrays = [claim.array for claim in node.claims]
    if node.kind is not None or not arrays or not arrays[0].shape[1:] or (version is not None and version < KERAS_3):
        return False
    if node.from_config and not any(key.endswith("_constraint") for key in node.config):
        return False
    return any(True for kind in LAYERS.values() if kind.names_its_arrays for _ in _readings(kind, arrays))


def _recurrent_class(group: Group, key: str) -> str | None:
    """The recurrent class around a cell, or that of a cell: by shapes, and by the cell's name where the file has it.

    A kernel as wide as the state proves nothing: many a custom cell has one.
    """
    cell = group.groups.get("cell")
    held = cell or (group if key == "cell" else None)
    class_name = _shaped_like(held) if held else None
    if held is None or class_name is None or _holds_more(held):
        return None
    name = user_name(held)
    if class_of_name(name) not in _CELLS[class_name] if name else class_name == _RECURRENT[0, 1]:
        return None
    return class_name if cell else _CELLS[class_name][0]


def class_of_weights(shapes: Mapping[str, tuple[int, ...]]) -> str | None:
    """The class that names and shapes of all arrays of a layer tell: no other class of Keras has such."""
    kernel, recurrent = shapes.get("kernel", ()), shapes.get("recurrent_kernel", ())
    if len(kernel) == len(recurrent) == _PLAIN_RANK and shapes.keys() <= {"kernel", "recurrent_kernel", "bias"}:
        return _gated_class(kernel, recurrent, shapes.get("bias"))
    told = next((name for names, name in _told_by_weights() if names == shapes.keys()), None)
    sizes = {*shapes.values()}
    return told if len(sizes) == 1 and len(sizes.pop()) == 1 else None


def _gated_class(kernel: tuple[int, ...], recurrent: tuple[int, ...], bias: tuple[int, ...] | None) -> str | None:
    """The recurrent class whose gates make its kernels so much wider than its state; one without gates is not told."""
    times, rest = divmod(recurrent[-1], recurrent[0]) if recurrent[0] else (0, 1)
    fitting = bias is None or bias in {recurrent[-1:], (2, recurrent[-1])}
    is_told = not rest and times > 1 and kernel[-1] == recurrent[-1] and fitting
    return _RECURRENT.get((0, times)) if is_told else None


@cache
def _told_by_weights() -> tuple[tuple[frozenset[str], str], ...]:
    """The names of all weights of the classes that these tell."""
    rows = ((name, kind) for name, kind in LAYERS.items() if kind.is_told_by_weights)
    return tuple((frozenset(one.name for one in weights_for(kind.weights, {})), name) for name, kind in rows)


def _holds_more(cell: Group) -> bool:
    """Whether a cell has more than a kernel, a recurrent kernel and a bias: one of Keras's classes has not."""
    inside = any(has_arrays(child) for key, child in cell.groups.items() if key != VARS)
    return inside or len(own_arrays(cell)) > _KERNELS + 1


def _shaped_like(cell: Group) -> str | None:
    """The recurrent class whose cell has arrays of such shapes: its kernel is 4, 3 or 1 times as wide as its state."""
    kernel, recurrent = (
        (array.shape for array in arrays) if len(arrays := _first_arrays(cell)) == _KERNELS else ((), ())
    )
    if len(kernel) < _PLAIN_RANK or len(recurrent) != len(kernel) or kernel[-1] != recurrent[-1] or not recurrent[-2]:
        return None
    times, rest = divmod(recurrent[-1], recurrent[-2])
    return None if rest else _RECURRENT.get((len(kernel) - _PLAIN_RANK, times))


def _first_arrays(cell: Group) -> list[StoredArray]:
    """The arrays of a cell that tell its class."""
    return [array for _, array in own_arrays(cell)[:_KERNELS]]
