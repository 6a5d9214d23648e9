"""The objects that a checkpoint of TensorFlow was made of: which object holds which, under which name, and variables.

The key of a tensor is only the shortest of the ways to its variable. So the graph of objects, which the checkpoint
stores as its last tensor, tells whose variable it is, and the variable's own name.

Source: tensorflow/core/protobuf/trackable_object_graph.proto.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.stream import Contradiction
from kerasinspect.containers.protobuf import field_count, fields_of
from kerasinspect.errors import COPY_AGAIN, RefusedFile
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import Tally, over_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.containers.protobuf import Value
    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.json_values import JsonObject
    from kerasinspect.limits import Limits

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
"""The key of the tensor that holds the graph."""
_VARIABLE_VALUE = "VARIABLE_VALUE"
_STEPS = frozenset({"iterations", "_iterations"})
_TRAINED = "_trainable_variables"
"""The attribute of an optimizer of Keras 3 that lists the weights which it trains."""
_ONLY_IN_KERAS_3 = frozenset({"_inbound_nodes", "_trainable_variables_indices"})
"""Attributes of the layers and the optimizers of Keras 3 that no others have."""
_MOST_READINGS = 4
"""How often all bytes of a file may be taken by variables."""


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

    def require_apart(self, nbytes: int, where: str) -> None:
        """Raise RefusedFile where variables take far more bytes than the file has: one would be read again and again.

        Two objects may stand for one variable where two graphs are walked side by side.
        """
        taken = sum(array.nbytes for number in range(len(self.objects)) if (array := self.array(number)) is not None)
        if taken > _MOST_READINGS * nbytes + sum(array.nbytes for array in self.arrays.values()):
            message = f"{where} is refused: its variables take {taken:,} bytes of {nbytes:,}."
            raise RefusedFile(message, COPY_AGAIN)

    def child(self, number: int, name: str) -> int | None:
        """The object that an attribute of another one holds."""
        return next((child for edge, child in self.objects[number].children if edge == name), None)

    def trained(self) -> list[int]:
        """The variables that optimizers of Keras 3 list as those they train, each once: weights, whoever holds them."""
        lists = dict.fromkeys(
            child
            for one in self.objects
            for edge, child in one.children
            if edge == _TRAINED and any(step in _STEPS for step, _ in one.children)
        )
        every = (child for one in lists for _, child in self.objects[one].children)
        return [child for child in dict.fromkeys(every) if self.objects[child].key]

    def is_of_keras_3(self) -> bool:
        """Whether an object has an attribute that only those of Keras 3 have."""
        return any(edge in _ONLY_IN_KERAS_3 for one in self.objects for edge, _ in one.children)

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
    messages = Messages(limits, where)
    found = []
    for number, field in messages.fields(message):
        if number == 1 and not isinstance(field, int):
            count.add()
            found.append(_object_of(field, messages))
    if not found or any(child >= len(found) for one in found for _, child in one.children):
        reason = "an object is named that is not there"
        raise Contradiction(reason)
    return tuple(found)


def _object_of(message: memoryview, messages: Messages) -> TrackedObject:
    """One object."""
    children, slots = [], []
    key = full_name = ""
    for number, field in messages.fields(message):
        if isinstance(field, int):
            continue
        if number == 1:
            children.append(messages.reference(field))
        elif number == 2:  # noqa: PLR2004 - the number of the field, as below
            values = dict(messages.fields(field))
            if text_of(values.get(1)) == _VARIABLE_VALUE:
                full_name, key = messages.name(values.get(2)), text_of(values.get(3))
        elif number == 3:  # noqa: PLR2004
            slots.append(messages.slot(field))
    return TrackedObject(tuple(children), key, full_name, tuple(slots))


class Messages:
    """The messages of a graph; each method raises RefusedFile where they are more, or longer, than the limits allow."""

    def __init__(self, limits: Limits, where: str) -> None:
        """Begin with none read."""
        self._limits, self._where = limits, where
        self._count = field_count(limits, where)
        self._links = Tally("hdf5_links", limits.hdf5_links, where)

    def fields(self, message: memoryview | bytes) -> Iterator[tuple[int, Value]]:
        """The fields of a message; raises ValueError where the bytes are none."""
        return fields_of(message, self._count)

    def reference(self, message: memoryview) -> tuple[str, int]:
        """The name and the number of an object that another one holds."""
        self._links.add()
        values = dict(self.fields(message))
        return self.name(values.get(2)), _number(values.get(1))

    def slot(self, message: memoryview) -> Slot:
        """A variable that an optimizer keeps for another one."""
        self._links.add()
        values = dict(self.fields(message))
        return Slot(_number(values.get(1)), self.name(values.get(2)), _number(values.get(3)))

    def name(self, value: object) -> str:
        """A field that is a name."""
        return checked_name(text_of(value), self._limits, self._where)


def checked_name(name: str, limits: Limits, where: str) -> str:
    """A name as it is; raises RefusedFile where it has more characters, or more parts, than the limits allow."""
    if len(name) > limits.name_bytes:
        raise over_limit("name_bytes", len(name), limits.name_bytes, where)
    if name.count("/") > limits.hdf5_depth:
        raise over_limit("hdf5_depth", name.count("/"), limits.hdf5_depth, where)
    return name


def text_of(value: object) -> str:
    """A field that is a text; bytes that are none are kept as they are."""
    return bytes(value).decode(errors="surrogateescape") if isinstance(value, memoryview) else ""


def _number(value: object) -> int:
    """A field that is a number; zero where it is left out."""
    return value if isinstance(value, int) else 0
