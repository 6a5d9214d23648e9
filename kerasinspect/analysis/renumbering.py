"""Names that Keras numbered anew: which layer of a model is which of another where only the automatic names differ.

Keras calls a layer that nobody named after its class, with a number that counts all such layers of the process: the
same code, run twice in a notebook, makes ``dense`` and then ``dense_2``. Such layers are the same where those of one
class, in one place, are as many on both sides: then their numbers, which are in the order of creation, say which is
which. The order in a config does not, since it depends on which layer is which output.
"""

from __future__ import annotations

from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.layers import class_of_name, group_name
from kerasinspect.knowledge.naming import current_class_name, number_in, unnumbered
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_OLDER_STEMS: Mapping[str, tuple[str, ...]] = {
    "InputLayer": ("input",),
    "Model": ("model", "functional"),
    "Functional": ("model", "functional"),
    "ConvLSTM1D": ("conv_lst_m1d",),
    "ConvLSTM2D": ("conv_lst_m2d",),
    "ConvLSTM3D": ("conv_lst_m3d",),
}
"""What a Keras before 3 calls layers of a class, or one of its versions, where that is not what Keras 3 does.

Keras 1 calls them by the class in small letters.
"""
_NAMED_FOR_FIRST = "InputLayer", "_input"
"""The class of the layer that a Sequential of Keras 2 makes, and what it puts behind the name of its first layer."""
_OPERATIONS = {"TFOpLambda", "SlicingOpLambda"}, "tf."
"""Classes of function calls in models of TensorFlow, and what the names begin with that these get from the function."""
_DIRECTIONS = ("forward_", "backward_")
"""What Bidirectional puts before the names of its two layers."""

_NamedLayer: TypeAlias = "tuple[str, str | None]"
"""The path of a layer and its class, where that is known."""

_Kind: TypeAlias = "tuple[str, str, str]"
"""What layers have in common that order alone tells apart: the class, the direction, the function that is called."""


@dataclass(slots=True)
class _Entry:
    """A layer of either side, and those inside it."""

    path: str
    name: str
    """Its own, without those of the layers around it."""
    class_name: str | None
    inner: list[_Entry] = field(default_factory=list)


def renumbered(old: Sequence[_NamedLayer], new: Sequence[_NamedLayer]) -> dict[str, str]:
    """The old path of each new layer that has another one only since Keras numbered it anew, by the new path.

    Layers are given from the outside in, by path and class; without a class, one is told by its name alone.
    """
    if {path for path, _ in new} == {path for path, _ in old}:
        return {}
    pending = [*_pairs(_tree(old), _tree(new))]
    found: dict[str, str] = {}
    while pending:
        former, layer = pending.pop()
        if former.path != layer.path:
            found[layer.path] = former.path
        pending += _pairs(former.inner, layer.inner)
    return {path: found[path] for path, _ in new if path in found}


def _tree(layers: Iterable[tuple[str, str | None]]) -> list[_Entry]:
    """Layers that are listed from the outside in as a tree: what lies in what, their paths tell."""
    outermost: list[_Entry] = []
    around: list[_Entry] = []
    for path, class_name in layers:
        while around and not path.startswith(f"{around[-1].path}/"):
            around.pop()
        name = path[len(around[-1].path) + 1 :] if around else path
        entry = _Entry(path, name, class_name)
        (around[-1].inner if around else outermost).append(entry)
        around.append(entry)
    return outermost


def _pairs(old: list[_Entry], new: list[_Entry]) -> Iterator[tuple[_Entry, _Entry]]:
    """The layers in one place of both sides that are the same, by number where it tells, else by name."""
    kinds: dict[_Kind, tuple[list[_Entry], list[_Entry]]] = {}
    for side, entries in enumerate((old, new)):
        for entry in entries:
            if (kind := _automatic_kind(entry)) is not None:
                kinds.setdefault(kind, ([], []))[side].append(entry)
    by_order = [
        pair
        for lists in kinds.values()
        if _are_numbered_anew(*lists)
        for pair in zip(*(sorted(entries, key=_creation) for entries in lists), strict=True)
    ]
    yield from by_order
    former = {entry.path for entry, _ in by_order}
    found = {entry.path for _, entry in by_order}
    by_name = {entry.name: entry for entry in new if entry.path not in found}
    yield from ((one, by_name[one.name]) for one in old if one.path not in former and one.name in by_name)


def _are_numbered_anew(old: list[_Entry], new: list[_Entry]) -> bool:
    """Whether layers are as many and have other names; the same names in another order tell themselves who is who."""
    return len(old) == len(new) and {one.name for one in old} != {one.name for one in new}


def _creation(entry: _Entry) -> int:
    """The number in an automatic name, which rises with each layer that is made; the first one has none."""
    _, ending = _NAMED_FOR_FIRST
    return number_in(entry.name.removesuffix(ending))


def _automatic_kind(entry: _Entry) -> _Kind | None:
    """What a layer's automatic name is about; None for a name that somebody may have chosen."""
    class_name = entry.class_name
    if class_name is None:
        return None
    direction = next((word for word in _DIRECTIONS if entry.name.startswith(word)), "")
    stem = unnumbered(entry.name[len(direction) :])
    if stem in _stems(class_name):
        return current_class_name(class_name), direction, ""
    operations, beginning = _OPERATIONS
    if class_name in operations and stem.startswith(beginning):
        return class_name, direction, stem
    input_class, ending = _NAMED_FOR_FIRST
    if class_name == input_class and stem.endswith(ending) and class_of_name(stem.removesuffix(ending)):
        return current_class_name(class_name), direction, ""
    return None


@lru_cache(maxsize=1024)
def _stems(class_name: str) -> tuple[str, ...]:
    """What Keras calls the first layer of a class that nobody named."""
    return group_name(class_name), class_name.lower(), *_OLDER_STEMS.get(class_name, ())
