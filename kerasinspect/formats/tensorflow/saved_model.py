"""SavedModel folders: a graph of objects with what Keras wrote of each layer, and a checkpoint with the arrays.

Of the functions in ``saved_model.pb``, which are most of it, nothing is read but how long they are. Until TensorFlow
2.4 it holds Keras's metadata, in 2.5 ``keras_metadata.pb`` has them as well, and since then alone.

Source: tensorflow/core/protobuf/{saved_model,meta_graph,saved_object_graph}.proto, keras/protobuf/saved_metadata.proto.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.stream import Contradiction, parsing
from kerasinspect.containers.protobuf import spans_of
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.containers.tensor_bundle.bundle import open_bundle
from kerasinspect.errors import DamagedFile
from kerasinspect.formats.contents import SAVED_MODEL, Container, Contents
from kerasinspect.formats.object_graph import Messages, ObjectGraph, TrackedObject, text_of
from kerasinspect.formats.tensorflow.checkpoint import graph_of
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.limits import Tally, over_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import ExitStack

    from kerasinspect.containers.folders import Folder
    from kerasinspect.containers.protobuf import Span
    from kerasinspect.containers.sources import Source
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.limits import Limits

KERAS_METADATA = "keras_metadata.pb"
_VARIABLES = "variables"
_INDEX = "variables.index"
_META_GRAPHS, _OBJECT_GRAPH = 2, 7
_USER_OBJECT, _VARIABLE = 4, 7


def read_saved_model(folder: Folder, limits: Limits, files: ExitStack) -> Contents:
    """The contents of a SavedModel folder; raises DamagedFile where a part of it contradicts itself or is missing."""
    source = files.enter_context(closing(folder.source(SAVED_MODEL)))
    texts = _Texts(limits, source.label)
    with parsing(source, "its graph of objects"):
        objects = _objects_in(source, texts, limits)
    told = _with_metadata(objects, _metadata_in(folder, texts, limits))
    variables = folder.inside(_VARIABLES)
    if not variables.has(_INDEX):
        raise DamagedFile(f"{folder} has no {_VARIABLES}/{_INDEX}: its arrays are missing.", "Copy the whole folder.")
    bundle = open_bundle(files.enter_context(closing(variables.source(_INDEX))), limits, files)
    stored = graph_of(bundle, limits)
    if stored is None:
        raise DamagedFile(f"{folder} has no graph of objects beside its arrays.", "Save the model again.")
    graph = ObjectGraph(_with_keys(told, stored), bundle.arrays)
    graph.require_apart(bundle.nbytes, source.label)
    root = graph[0].metadata or {}
    return Contents(
        location=str(folder),
        format="saved-model",
        objects=graph,
        config=_config_of(root),
        training_config=_mapping(root.get("training_config")),
        keras_version=_text(root.get("keras_version")),
        backend=_text(root.get("backend")),
        damage=bundle.damage,
        checksum=bundle.checksum,
        container=Container(source.size + bundle.nbytes, bundle=bundle, has_graph=True),
    )


def _config_of(root: JsonObject) -> JsonObject | None:
    """The config of the whole model as ``.h5`` files have it; None of a model that does not describe its layers."""
    stored = _mapping(root.get("model_config"))
    if stored is not None:
        return stored
    config, name = root.get("config"), root.get("class_name")
    is_whole = isinstance(config, dict) and isinstance(config.get("layers"), list) and isinstance(name, str)
    return {"class_name": name, "config": config} if is_whole else None


def _mapping(value: Json) -> JsonObject | None:
    """A value that is an object of JSON."""
    return value if isinstance(value, dict) else None


def _text(value: Json) -> str | None:
    """A value that is a text."""
    return value if isinstance(value, str) else None


def _objects_in(source: Source, texts: _Texts, limits: Limits) -> tuple[TrackedObject, ...]:
    """The objects of the first graph in ``saved_model.pb``; raises ValueError where it has none."""
    graph = _inside(source, _inside(source, None, _META_GRAPHS), _OBJECT_GRAPH)
    if graph.size > limits.json_bytes:
        raise over_limit("json_bytes", graph.size, limits.json_bytes, f"The graph of objects in {source.label}")
    count = Tally("hdf5_objects", limits.hdf5_objects, source.label)
    messages = Messages(limits, source.label)
    found = []
    for number, field in messages.fields(source.read_at(graph.start, graph.size)):
        if number == 1 and not isinstance(field, int):
            count.add()
            found.append(_object_of(field, messages, texts))
    if not found or any(child >= len(found) for one in found for _, child in one.children):
        reason = "an object is named that is not there"
        raise Contradiction(reason)
    return tuple(found)


def _inside(source: Source, outer: Span | None, wanted: int) -> Span:
    """Where the first field of a number lies in a message; raises ValueError where there is none."""
    start, size = outer or (0, source.size)
    for number, span in spans_of(source, start, size):
        if number == wanted:
            return span
    reason = f"no field {wanted}"
    raise Contradiction(reason)


def _object_of(message: memoryview, messages: Messages, texts: _Texts) -> TrackedObject:
    """One object: what it holds, and what is said of a layer or a variable."""
    children = []
    found = TrackedObject()
    for number, field in messages.fields(message):
        if isinstance(field, int):
            continue
        if number == 1:
            children.append(messages.reference(field))
        elif number == _USER_OBJECT:
            values = dict(messages.fields(field))
            metadata = texts.metadata(text_of(values.get(3)))
            found = replace(found, identifier=text_of(values.get(1)), metadata=metadata)
        elif number == _VARIABLE:
            values = dict(messages.fields(field))
            found = replace(found, full_name=messages.name(values.get(6)), trainable=bool(values.get(3, 0)))
    return replace(found, children=tuple(children))


class _Texts:
    """What Keras wrote of the layers of a model, each a document; what all of them cost in memory counts as one's."""

    def __init__(self, limits: Limits, where: str) -> None:
        """Begin with none read."""
        self._limits, self._where = limits, where
        self._marks = Tally("json_marks", limits.json_marks, where)
        self._objects = Tally("json_objects", limits.json_objects, where)

    def metadata(self, text: str) -> JsonObject | None:
        """What Keras wrote of a layer; None where that is nothing. Raises RefusedFile beyond the limits."""
        if not text.startswith("{"):
            return None
        self._marks.add(sum(map(text.count, ",:{[")))
        self._objects.add(text.count("{"))
        parsed = parse_json(text.encode(errors="surrogateescape"), self._where, self._limits).value
        return _mapping(_without_tuples(parsed))


def _without_tuples(value: Json) -> Json:
    """A value with lists in the place of tuples, as ``.h5`` files have them; how deep it is, the parser has bounded."""
    if isinstance(value, list):
        return [_without_tuples(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__tuple__" and isinstance(value.get("items"), list):
        return _without_tuples(value["items"])
    return {key: _without_tuples(item) for key, item in value.items()}


@dataclass(frozen=True, slots=True)
class _Told:
    """What ``keras_metadata.pb`` says of an object."""

    identifier: str
    metadata: JsonObject | None


def _metadata_in(folder: Folder, texts: _Texts, limits: Limits) -> Mapping[int, _Told]:
    """What ``keras_metadata.pb`` says, by the number of the object; empty where there is no such file."""
    if not folder.has(KERAS_METADATA):
        return {}
    with closing(folder.source(KERAS_METADATA)) as source, parsing(source, "its list of layers"):
        if source.size > limits.json_bytes:
            raise over_limit("json_bytes", source.size, limits.json_bytes, source.label)
        return dict(_told_in(source, texts, Messages(limits, source.label)))


def _told_in(source: Source, texts: _Texts, messages: Messages) -> Iterator[tuple[int, _Told]]:
    """The number of each object that the file is about, and what it says."""
    for number, field in messages.fields(source.read_at(0, source.size)):
        if number == 1 and not isinstance(field, int):
            values = dict(messages.fields(field))
            place = values.get(2, 0)
            if isinstance(place, int):
                yield place, _Told(text_of(values.get(4)), texts.metadata(text_of(values.get(5))))


def _with_metadata(objects: Sequence[TrackedObject], told: Mapping[int, _Told]) -> list[TrackedObject]:
    """The objects with what is told of them elsewhere."""
    return [
        replace(one, identifier=told[at].identifier, metadata=told[at].metadata or one.metadata) if at in told else one
        for at, one in enumerate(objects)
    ]


def _with_keys(objects: Sequence[TrackedObject], stored: ObjectGraph) -> tuple[TrackedObject, ...]:
    """The objects with the keys of their arrays, for which both graphs are walked along the same names."""
    pairs = {0: 0}
    pending = [0]
    inside: dict[int, dict[str, int]] = {}
    while pending:
        at = pending.pop()
        number = pairs[at]
        if number not in inside:
            inside[number] = dict(stored[number].children)
        for edge, child in objects[at].children:
            if child not in pairs and edge in inside[number]:
                pairs[child] = inside[number][edge]
                pending.append(child)
    first = {number: at for at, number in reversed(pairs.items())}
    return tuple(
        _with_key(one, stored[pairs[at]], is_first=first[pairs[at]] == at) if at in pairs else one
        for at, one in enumerate(objects)
    )


def _with_key(one: TrackedObject, stored: TrackedObject, *, is_first: bool) -> TrackedObject:
    """An object with what a checkpoint has of it; slots are those of the first one that stands for it."""
    slots = stored.slots if is_first else ()
    return replace(one, key=stored.key, full_name=one.full_name or stored.full_name, slots=slots)
