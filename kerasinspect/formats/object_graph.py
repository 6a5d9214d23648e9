"""The objects that a checkpoint of TensorFlow was made of: which object holds which, under which name, and variables.

The key of a tensor is only the shortest of the ways to its variable. So the graph of objects, which the checkpoint
stores as its last tensor, tells whose variable it is, and the variable's own name.

Source: tensorflow/core/protobuf/trackable_object_graph.proto.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kerasinspect.containers.protobuf import fields_of
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.json_values import JsonObject
    from kerasinspect.limits import Limits

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
"""The key of the tensor that holds the graph."""
_VARIABLE_VALUE = "VARIABLE_VALUE"


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable that an optimizer keeps for another one."""

    variable: int
    name: str
    """What it is to the optimizer: ``m``, ``momentum``."""
    value: int


@dataclass(frozen=True, slots=True)
class TrackedObject:
    """An object: a layer, a list, an optimizer, a variable."""

    children: tuple[tuple[str, int], ...] = ()
    """The names of the attributes that hold other objects, with their numbers, in the order of assignment."""
    key: str = ""
    """The key of a variable's tensor."""
    full_name: str = ""
    """The name that a variable was made with: ``block/dense_1/kernel``; empty where none is stored."""
    slots: tuple[Slot, ...] = ()
    identifier: str = ""
    """The kind of object as a SavedModel says it: ``_tf_keras_layer``."""
    metadata: JsonObject | None = None
    """The name, class and config that Keras wrote of a layer into a SavedModel."""
    trainable: bool | None = None
    """Of a variable, where a SavedModel says it."""


@dataclass(frozen=True, slots=True)
class ObjectGraph:
    """All objects, the root first, and the tensors of its variables."""

    objects: tuple[TrackedObject, ...]
    arrays: Mapping[str, StoredArray]
    """Every tensor of the checkpoint, by key."""
    has_names_alone: bool = False
    """It is one of TensorFlow 1, which stores names of variables and no objects."""
    has_paths: bool = False
    """It is one of Orbax: the root has the weights of the model, each by the path that Keras 3 has for it."""

    def __getitem__(self, number: int) -> TrackedObject:
        """An object by its number."""
        return self.objects[number]

    def array(self, number: int) -> StoredArray | None:
        """The tensor of an object that is a variable."""
        return self.arrays.get(self.objects[number].key)

    def child(self, number: int, name: str) -> int | None:
        """The object that an attribute of another one holds."""
        return next((child for edge, child in self.objects[number].children if edge == name), None)

    def walk(self, start: int = 0) -> Iterator[int]:
        """An object and all that can be reached from it, the nearest first."""
        met, pending = {start}, deque([start])
        while pending:
            number = pending.popleft()
            yield number
            for _, child in self.objects[number].children:
                if child not in met:
                    met.add(child)
                    pending.append(child)


def objects_of(message: memoryview, limits: Limits, where: str) -> tuple[TrackedObject, ...]:
    """The objects of a stored graph; raises ValueError where it contradicts itself, RefusedFile beyond the limits."""
    count = Tally("hdf5_objects", limits.hdf5_objects, where)
    links = Tally("hdf5_links", limits.hdf5_links, where)
    found = []
    for number, field in fields_of(message):
        if number == 1 and not isinstance(field, int):
            count.add()
            found.append(_object_of(field, links))
    if not found or any(child >= len(found) for one in found for _, child in one.children):
        reason = "an object is named that is not there"
        raise ValueError(reason)
    return tuple(found)


def _object_of(message: memoryview, links: Tally) -> TrackedObject:
    """One object."""
    children, slots = [], []
    key = full_name = ""
    for number, field in fields_of(message):
        if isinstance(field, int):
            continue
        links.add()
        if number == 1:
            children.append(reference_of(field))
        elif number == 2:  # noqa: PLR2004 - the number of the field, as below
            values = dict(fields_of(field))
            if text_of(values.get(1)) == _VARIABLE_VALUE:
                full_name, key = text_of(values.get(2)), text_of(values.get(3))
        elif number == 3:  # noqa: PLR2004
            slots.append(_slot_of(field))
    return TrackedObject(tuple(children), key, full_name, tuple(slots))


def reference_of(message: memoryview) -> tuple[str, int]:
    """The name and the number of an object that another one holds."""
    values = dict(fields_of(message))
    return text_of(values.get(2)), _number(values.get(1))


def _slot_of(message: memoryview) -> Slot:
    """A variable that an optimizer keeps for another one."""
    values = dict(fields_of(message))
    return Slot(_number(values.get(1)), text_of(values.get(2)), _number(values.get(3)))


def text_of(value: object) -> str:
    """A field that is a text; bytes that are none are kept as they are."""
    return bytes(value).decode(errors="surrogateescape") if isinstance(value, memoryview) else ""


def _number(value: object) -> int:
    """A field that is a number; zero where it is left out."""
    return value if isinstance(value, int) else 0
