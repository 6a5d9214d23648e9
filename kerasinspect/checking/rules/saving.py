"""Rules about what Keras left out when it saved the model, and what it wrote twice."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.analysis.interface import output_layers
from kerasinspect.analysis.stored_code.references import is_core
from kerasinspect.checking.rule import Hit
from kerasinspect.knowledge.keras_versions import KERAS_3, version_of
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.output_shapes import output_shape
from kerasinspect.knowledge.releases.unsaved import Sign, unsaved_by
from kerasinspect.knowledge.serialized import (
    as_mapping,
    entries_of,
    flag,
    mapping,
    number,
    shape_of,
    stored_tensors,
    text_at,
    whole,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.knowledge.keras_versions import KerasVersion
    from kerasinspect.knowledge.releases.unsaved import Unsaved
    from kerasinspect.model import Layer, Model, Shape

_CHANNELS = frozenset({1, 3, 4})
"""How many channels pictures have: grey, colours, colours that one sees through."""
_LAYERS = frozenset({"layers", "layer", "cell", "cells"})
"""Keys that hold layers, which are looked at by themselves."""
_PICTURES = 4
"""Axes of pictures: samples, two of places, channels."""


class _Lost(NamedTuple):
    """An argument that the file lacks, and what it shows of it."""

    where: str
    row: Unsaved
    proof: str = ""
    """What shows that it was not at its default, as the end of a sentence."""
    is_hinted: bool = False
    """Whether something in the file makes it likely that it mattered."""


def lost_arguments(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file shows that a layer had an argument which Keras did not write.

    `output_padding` of transposed convolutions is not saved before Keras 3.15, `rms_scaling` of LayerNormalization
    not before 3.4. A loaded model takes the default, and gives another size, computes something else or fails to load.

    Give the argument again in code and load the weights, or save the model with a Keras that writes it.
    """
    for lost in _lost(evidence.model):
        if lost.proof:
            yield Hit(lost.where, f"{_writer(evidence)} does not save {_argument(lost.row)}: {lost.proof}.")


def unsaved_arguments(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The Keras that saved the model does not write an argument that may well have mattered.

    Its value is not in the file. If it was not the default, a loaded model goes on with another one: `delta` of
    Huber, `data_format` where the channels of pictures come first, `invert` of a Normalization behind other layers,
    `seed` of what draws random numbers, `axis` of losses on outputs with many axes.

    Compare the argument in your code with its default, and set it again after loading.
    """
    yield from _summed(evidence, is_hinted=True)


def untold_arguments(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The Keras that saved the model does not write an argument of a class that it uses.

    Its value is not in the file, and nothing hints at another one than the default. KI704 is about those where
    something does.

    Compare the argument in your code with its default, and set it again after loading.
    """
    yield from _summed(evidence, is_hinted=False)


def lost_vocabulary(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer that looks up words or numbers has no vocabulary in the file.

    What `adapt` learned is no array and no part of the config: Keras 3 stores it in `.keras` archives and leaves it
    out of `.h5` files, without a word. The loaded layer refuses to work, or takes every word for an unknown one.

    Save the model as `.keras`, or give the layer its vocabulary in code: `layer.set_vocabulary(...)`.
    """
    model = evidence.model
    version = version_of(model.keras_version)
    if not model.is_legacy or version is None or version < KERAS_3:
        return
    named: set[str] = set()
    for layer in model.walk():
        is_lookup = layer.known and row_of(layer.class_name).has_vocabulary and layer.config
        if is_lookup and layer.vocabulary is None and not layer.config.get("vocabulary"):
            named.add(layer.path)
            if layer.path.rpartition("/")[0] in named:  # the vocabulary of a TextVectorization is that of its lookup
                continue
            yield Hit(layer.path, f"The file has no vocabulary of this {layer.class_name}, which a .h5 does not keep.")


def repeated_variables(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A variable that two layers share is stored under both of them, each time in full.

    `get_weights()` has it once, so that positions in the file are not those in that list, and a program that changes
    one of the two arrays leaves Keras with whichever it reads last.

    Count weights as kerasinspect numbers them, and change both arrays or none.
    """
    shared = evidence.container.shared
    linked = {name for place in shared for name in (place.path, place.link.target)}
    for weight in evidence.model.weights:
        if weight.same_as is not None and weight.stored_path not in linked:
            yield Hit(weight.path, f"It is the variable of {weight.same_as}, stored once more.")


def _writer(evidence: Evidence) -> str:
    """The Keras that saved the model."""
    return f"Keras {evidence.model.keras_version}"


def _argument(row: Unsaved) -> str:
    """An argument with its class."""
    return f"{row.key} of {row.class_name}"


def _summed(evidence: Evidence, *, is_hinted: bool) -> Iterator[Hit]:
    """One finding for each argument of a class, at the first place, which counts the others."""
    places: dict[Unsaved, list[str]] = {}
    for lost in _lost(evidence.model):
        if not lost.proof and lost.is_hinted is is_hinted:
            places.setdefault(lost.row, []).append(lost.where)
    for row, where in places.items():
        others = f" So it is in {len(where) - 1} more of its layers." if len(where) > 1 else ""
        words = f"{_writer(evidence)} does not save {_argument(row)}"
        default = f"a loaded model has {row.default}, and may differ in {row.effect}"
        yield Hit(where[0] or evidence.name, f"{words}: {default}.{others}")


def _lost(model: Model) -> Iterator[_Lost]:
    """All arguments that the Keras which saved the model did not write, with what the file shows of each."""
    version = version_of(model.keras_version)
    sizes = _Sizes(model)
    for layer in model.walk():
        for row in unsaved_by(version, "layers", layer.class_name) if layer.known and layer.config else ():
            if row.key not in layer.config:
                yield from _of_layer(model, layer, row, sizes)
        yield from (_Lost(layer.path, row) for row in _of_objects(layer.config, version))
    axes = _most_axes(model)
    for row in _of_objects(model.training_config or {}, version):
        if row.key != "axis" or axes not in {1, 2}:
            yield _Lost("", row, is_hinted=_is_objective_hinted(model, row, axes))


def _of_layer(model: Model, layer: Layer, row: Unsaved, sizes: _Sizes) -> Iterator[_Lost]:
    """An argument that a layer lacks, with what the file shows of it; nothing where it shows that it had none."""
    if row.sign is Sign.SIZE:
        if not sizes.agrees(layer):
            yield _Lost(layer.path, row, sizes.proof(layer))
    elif row.sign is Sign.NO_BETA:
        if _lacks_beta(layer):
            yield _Lost(layer.path, row, "it has no beta, which every other one has, so that it was True")
    else:
        yield _Lost(layer.path, row, is_hinted=_is_hinted(model, layer, row))


class _Sizes:
    """The shapes that layers of a model gave and took before it was saved, as its config has them."""

    def __init__(self, model: Model) -> None:
        """Of one model; nothing is read before it is asked."""
        self._model = model

    @cached_property
    def _taken(self) -> dict[str, Shape]:
        """The shape for which each layer was built, by its path."""
        return {
            path: shape
            for path, _, entry in self._entries
            if (shape := shape_of(as_mapping(entry.get("build_config")).get("input_shape"))) is not None
        }

    @cached_property
    def _given(self) -> dict[str, Shape]:
        """The shape that each layer gave, by its path: its tensors have it in a graph, the next layer in a chain."""
        given = {
            before: self._taken[path] for path, before, _ in self._entries if before is not None and path in self._taken
        }
        for path, _, entry in self._entries:
            prefix = path[: path.rfind("/") + 1]
            for tensor in stored_tensors(entry.get("inbound_nodes")):
                shape = shape_of(tensor.shape)
                if shape is not None and not tensor.output:
                    given[f"{prefix}{tensor.layer}"] = shape
        return given

    @cached_property
    def _entries(self) -> list[tuple[str, str | None, JsonObject]]:
        """Each layer as the config lists it: its path, that of the layer before it in a chain, and its entry."""
        found: list[tuple[str, str | None, JsonObject]] = []
        models: list[tuple[str, JsonObject]] = [("", mapping(self._model.config or {}, "config"))]
        models += [(f"{layer.path}/", layer.config) for layer in self._model.walk() if layer.kind == "model"]
        for prefix, config in models:
            before: str | None = None
            for entry in entries_of(config.get("layers")):
                name = text_at(as_mapping(entry.get("config")), "name") or text_at(entry, "name") or ""
                found.append((f"{prefix}{name}", before, entry))
                before = None if "input_layers" in config else f"{prefix}{name}"
        return found

    def proof(self, layer: Layer) -> str:
        """That a layer gave another size than its config says; nothing where it did not, or where nothing tells."""
        given, taken = self._given.get(layer.path), self._taken.get(layer.path)
        computed = output_shape(layer.class_name, layer.config, [taken]) if taken else None
        if given is None or computed is None or layer.calls > 1 or len(given) != len(computed):
            return ""
        pairs = zip(given[1:], computed[1:], strict=True)
        if not any(was != now for was, now in pairs if was is not None and now is not None):
            return ""
        return f"its output was {_product(given)}, and is {_product(computed)} where the model is loaded"

    def agrees(self, layer: Layer) -> bool:
        """Whether what a layer gave is known, in all axes, and what its config says."""
        given, taken = self._given.get(layer.path), self._taken.get(layer.path)
        if given is None or taken is None or None in given[1:] or layer.calls > 1:
            return False
        return output_shape(layer.class_name, layer.config, [taken]) == given


def _product(shape: tuple[object, ...]) -> str:
    """A shape without its samples."""
    return " × ".join("?" if size is None else str(size) for size in shape[1:])


def _lacks_beta(layer: Layer) -> bool:
    """Whether a LayerNormalization lacks an array that its config asks for."""
    names = {weight.name for weight in layer.weights}
    return flag(layer.config, "center", default=True) and "gamma" in names and "beta" not in names


def _is_hinted(model: Model, layer: Layer, row: Unsaved) -> bool:
    """Whether something in the file makes it likely that an argument of a layer mattered."""
    if row.sign is Sign.DRAWS:
        rates = [number(layer.config, key) for key in ("dropout", "recurrent_dropout", "factor")]
        return model.is_legacy and any(rates)
    if row.sign is Sign.FIRST:
        return _channels_first(model)
    if row.sign is Sign.LOOKS_FIRST:
        return _channels_first(model) or _looks_first(layer)
    return row.sign is Sign.BEHIND and _is_behind(model, layer)


def _channels_first(model: Model) -> bool:
    """Whether a layer of the model says that channels come first."""
    return any(layer.config.get("data_format") == "channels_first" for layer in model.walk())


def _looks_first(layer: Layer) -> bool:
    """Whether what comes into a layer looks like pictures whose channels come first."""
    shape = layer.input_shape or ()
    return len(shape) == _PICTURES and shape[1] in _CHANNELS and shape[-1] is not None and shape[-1] not in _CHANNELS


def _is_behind(model: Model, layer: Layer) -> bool:
    """Whether another layer than an input feeds a layer."""
    inputs = {one.path for one in model.walk() if one.kind == "input"}
    return any(path not in inputs for path in layer.inbound)


def _of_objects(config: JsonObject, version: KerasVersion | None) -> Iterator[Unsaved]:
    """The arguments that losses, metrics and initializers in a config lack."""
    for class_name, own in _objects(config):
        yield from (row for row in unsaved_by(version, "objects", class_name) if row.key not in own)


def _objects(config: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """The classes of Keras that a config names, layers apart, with the config of each."""
    pending: list[Json] = [value for key, value in config.items() if key not in _LAYERS]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            class_name, module = text_at(value, "class_name"), word(value, "module")
            is_custom = ">" in (text_at(value, "registered_name") or "")
            if class_name is not None and not is_custom and (module is None or is_core(module)):
                yield class_name, mapping(value, "config")
            pending += value.values()
        elif isinstance(value, list):  # a list that was left as its text holds no objects
            pending += [one for one in value if isinstance(one, dict | list)]


def _most_axes(model: Model) -> int | None:
    """The number of axes of the output that has the most; None where one is not told."""
    shapes = [layer.output_shape for layer in output_layers(model)]
    told = [len(shape) for shape in shapes if shape is not None and not any(isinstance(size, tuple) for size in shape)]
    return max(told, default=None) if len(told) == len(shapes) else None


def _is_objective_hinted(model: Model, row: Unsaved, axes: int | None) -> bool:
    """Whether something in the file makes it likely that an argument of a loss or a metric mattered."""
    if row.sign is Sign.CLASSES_FIRST:
        last = {None, -1, axes and axes - 1}
        ends = [whole(layer.config, "axis") for layer in output_layers(model)]
        return axes is not None and (_channels_first(model) or any(axis not in last for axis in ends))
    return row.sign is Sign.WRITTEN_OUT or (row.sign is Sign.MANY_AXES and axes is not None)
