"""Rules about what a model is made of: whether config and arrays agree, and whether all layers are in use."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kerasinspect.analysis.described import described_layers, filled, is_adapted_untold, is_described, outer_layers
from kerasinspect.checking.rule import Hit
from kerasinspect.dtypes import is_float
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.optimizers.variables import tracked_shapes
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.knowledge.serialized import mapping, tensor_layers
from kerasinspect.names import number_of
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.described import DescribedLayer
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.kinds import WeightSpec
    from kerasinspect.model import Extra, Layer, Model, Weight

_NAMES_SHOWN = 5
_TRAINED = "/_trainable_variables/"
"""What the key of a weight has that a checkpoint reaches through an optimizer of Keras 3 alone."""


def missing_arrays(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file lacks arrays that a layer has by its class and config.

    Keras fails to load such a model, or goes on with random numbers in their place. The file was saved half,
    edited, or joins a config and weights of different models.

    Save the model again, its config and its weights together.
    """
    shared = {path for layer in evidence.model.walk() for path in layer.also_at}
    for top in outer_layers(evidence.model.layers):
        if top.path in shared:
            continue
        if not any(inner.weights for inner in top.walk()):
            if _is_missing(top):
                yield Hit(top.path, f"The layer {top.name} has no weights: {Remark('no-arrays')}.")
            continue
        for one in described_layers(evidence.model, top):
            lacking = [] if one.is_open else [kind.name for kind in _lacked(one) if kind.counted]
            if lacking:
                yield Hit(one.layer.path, f"The file has no array for {few_of(lacking)} of {one.layer.class_name}.")


def _lacked(one: DescribedLayer) -> tuple[WeightSpec, ...]:
    """The weights of a layer that the file has no array for."""
    if one.is_plain:
        lacking = filled(one).lacking
        return () if lacking and is_adapted_untold(one) else lacking
    present = {weight.name for weight in one.layer.weights}
    fewest = min(one.ways, key=len, default=())
    lacking = tuple(kind for kind in fewest if kind.name not in present)
    return lacking if len(one.layer.weights) < len(fewest) else ()


def surplus_arrays(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file has more arrays for a layer than it has weights by its class and config.

    Keras counts them, and refuses to load the model. The file was edited, or joins a config and weights of
    different models.

    Save the model again, its config and its weights together.
    """
    model = evidence.model
    if model.config is None:
        return
    for top in outer_layers(model.layers):
        for one in described_layers(model, top):
            surplus = filled(one).surplus if one.ways and one.is_plain and not one.is_open else ()
            if surplus and not is_adapted_untold(one):
                yield Hit(one.layer.path, f"{one.layer.class_name} has no place for {_arrays_of(surplus)}.")
        yield from (Hit(one.path, f"{top.class_name} has no layer of this name in it.") for one in _strange(top, model))
    yield from _surplus_in_models(model)


def _arrays_of(weights: Sequence[Weight]) -> str:
    """Arrays by their paths in the file."""
    return few_of([weight.stored_path for weight in weights])


def _strange(top: Layer, model: Model) -> Iterator[Layer]:
    """Layers inside one of a legacy file that its class does not have, with arrays that Keras counts."""
    if model.is_legacy and is_described(top) and all(inner.known for inner in top.walk()):
        yield from (inner for inner in top.walk() if inner.weights and not is_described(inner))


def _surplus_in_models(model: Model) -> Iterator[Hit]:
    """Arrays of models whose class has none of its own, and layers of a legacy file that its config does not name."""
    if model.class_name in LAYERS and model.own_weights:
        yield Hit(model.name or "", f"{model.class_name} has no place for {_arrays_of(model.own_weights)}.")
    for layer in model.walk():
        if layer.kind == "model" and layer.weights and is_described(layer) and all(one.known for one in layer.walk()):
            yield Hit(layer.path, f"{layer.class_name} has no place for {_arrays_of(layer.weights)}.")
    if model.is_legacy and any(map(is_described, model.layers)):
        repeated = {path for layer in model.walk() for path in layer.also_at}
        for layer in model.layers:
            has_arrays = any(inner.weights or inner.path in repeated for inner in layer.walk())
            if has_arrays and not is_described(layer):
                yield Hit(layer.path, "The file has arrays for a layer of this name, which the config does not have.")


def unclaimed_arrays(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file holds an array that belongs to no layer, and is neither optimizer state nor a copy of a weight.

    Keras ignores it when it loads the model. Either it is left over from another model, or a layer is stored under
    a name that is not looked for, and loads without its weights. Of a checkpoint without a config only those arrays
    count that an optimizer of Keras 3 lists as weights.

    Compare the layers of the file with those that you saved, and save the model again.
    """
    weights = {(weight.shape, figures) for weight, figures in evidence.measured()}
    pickled = {*evidence.container.pickled}  # KI513 is about these
    is_told = evidence.model.config is not None
    for extra in evidence.model.extras:
        # Keras stores the weights of a layer that is used twice, or of one that it wraps, a second time.
        is_copy = (extra.array.shape, evidence.statistics.get(extra.stored_path)) in weights
        is_weight = is_told or _TRAINED in f"/{extra.stored_path}"
        if extra.kind == "unclaimed" and is_weight and not is_copy and extra.stored_path not in pickled:
            yield Hit(extra.stored_path, f"No layer has this array of shape {extra.array.shape}.")
    if not evidence.model.is_legacy:
        for layer in _left_over(evidence.model):
            yield Hit(layer.path, f"The config has no layer for the arrays at {_arrays_of(layer.weights)}.")


def _left_over(model: Model) -> Iterator[Layer]:
    """The layers that only a tree has, in models and layers whose config and class describe all that they hold."""
    is_listed = bool(model.layers) and model.class_name in LAYERS and any(map(is_described, model.layers))
    pending = [*model.layers] if is_listed else []
    while pending:
        layer = pending.pop()
        if not is_described(layer):
            yield from (inner for inner in layer.walk() if inner.weights)
        elif layer.known:
            pending += layer.layers


def lost_weights(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The optimizer has state for weights that the file does not hold.

    They were trained and not saved: Keras initializes them again at random when it loads the model. A Keras before 3.15
    does so with sublayers that a layer keeps in a list inside a list.

    Keep the sublayers in attributes or in one list, and save the model again where it was trained.
    """
    model = evidence.model
    lost = [*_lost_shapes(model)]
    if not lost or any(_is_converted(layer) for layer in model.walk()):
        return
    bare, others = _owners(model)
    if not bare and not others and model.class_name in LAYERS:
        return
    shapes = few_of([" × ".join(map(str, shape)) for shape in lost])
    where = next(iter(bare or others)) if len(bare or others) == 1 else evidence.name
    has = f"has no array of the custom {few_of(bare)}" if bare else f"may lack them in the custom {few_of(others)}"
    tail = f"; it {has}" if bare or others else ""
    state = f"state for {len(lost)} weights that the file lacks, of the sizes {shapes}"
    yield Hit(where, f"The optimizer has {state}{tail}.")


def _lost_shapes(model: Model) -> Iterator[tuple[int, ...]]:
    """The shape of each weight that the optimizer of an archive knows and the file lacks, at least."""
    if model.format != "keras-archive":
        return
    states = {key: extra.array.shape for extra in model.extras if (key := _state_number(extra)) is not None}
    tracked = tracked_shapes((model.training_config or {}).get("optimizer"), [states[key] for key in sorted(states)])
    stored = Counter(weight.shape for weight in model.weights)
    stored.update(extra.array.shape for extra in model.extras if extra.kind != "optimizer")
    yield from (Counter(tracked) - stored).elements()


def _state_number(extra: Extra) -> int | None:
    """The place of an array among those of the model's own optimizer."""
    group, _, key = extra.stored_path.rpartition("/")
    return number_of(key) if group == _OPTIMIZER_ARRAYS else None


_OPTIMIZER_ARRAYS = "/optimizer/vars"
"""The group that has them."""


def _is_converted(layer: Layer) -> bool:
    """Whether training knows a layer by other weights than those that are saved: the factors of LoRA, a full kernel."""
    return policy_of(layer.config).mode is not None or layer.config.get("lora_rank") is not None


def _owners(model: Model) -> tuple[list[str], list[str]]:
    """The paths of the layers of custom classes: of those that have no arrays, then of the others."""
    own = [layer for layer in model.walk() if layer.config and not layer.known and layer.kind != "model"]
    bare = dict.fromkeys(layer.path for layer in own if not any(inner.weights for inner in layer.walk()))
    return [*bare], [layer.path for layer in own if layer.path not in bare]


def unbuilt_layers(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer has no weights yet, since it was never given an input or an input shape.

    Keras creates them at random when the loaded model is first called, so the file holds nothing that was trained.

    Call the model once, or give it an `Input`, before it is saved.
    """
    for layer in outer_layers(evidence.model.layers):
        if layer.built is False and not layer.weightless and not _is_missing(layer):
            yield Hit(layer.path, f"The {layer.class_name} layer is not built: it has no weights in the file.")


def _is_missing(layer: Layer) -> bool:
    """Whether the file has no arrays for a layer, while it has those of others."""
    return any(remark.kind == "no-arrays" for remark in layer.remarks)


def repeated_names(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Two layers of one model have the same name.

    Keras refuses to load it, and weights that are looked up by name may go to the wrong layer.

    Give every layer a name of its own, and save the model again.
    """
    for _path, layers, config in _models(evidence.model):
        if "layers" not in config:
            continue
        named: dict[str, list[Layer]] = {}
        for layer in layers:
            if is_described(layer):
                named.setdefault(layer.path, []).append(layer)
        for name, same in named.items():
            is_graph = "input_layers" in config
            if len(same) > 1 and not (is_graph and _are_one_input(same)):
                yield Hit(name, f"{len(same)} layers of the same model have this name.")


def _are_one_input(layers: Sequence[Layer]) -> bool:
    """Whether layers are one input, listed more than once, of which a graph takes the last."""
    return all(layer.kind == "input" and layer.config == layers[0].config for layer in layers)


def _models(model: Model) -> Iterator[tuple[str, tuple[Layer, ...], JsonObject]]:
    """The model and every model inside it: its path, its layers and its config."""
    yield "", model.layers, mapping(model.config or {}, "config")
    for layer in model.walk():
        if layer.kind == "model":
            yield layer.path, layer.layers, layer.config


def disconnected_layers(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """No path leads from a layer to an output of its model.

    What it computes is thrown away, and its weights are dead bytes; an input that leads nowhere has to be fed all
    the same.

    Build the model again from the inputs and outputs that you mean.
    """
    for path, layers, config in _models(evidence.model):
        prefix = f"{path}/" if path else ""
        outputs = {prefix + name for name in tensor_layers(config.get("output_layers"))}
        # A layer that only the file has may carry the name of one that the config lists, and is wired to nothing.
        places = {layer.path: layer for layer in layers if is_described(layer)}
        if not outputs <= places.keys() or not outputs:
            continue
        used, pending = set(outputs), [*outputs]
        while pending:
            fresh = {path for path in places[pending.pop()].inbound if path in places} - used
            used |= fresh
            pending += fresh
        for layer in places.values():
            if layer.path not in used:
                yield Hit(layer.path, f"No output of the model depends on this {layer.class_name} layer.")


def double_precision(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Weights are stored as float64.

    They take twice the bytes of float32 and run far slower on every accelerator, for digits that training never
    settles.

    Set `keras.config.set_floatx("float32")`, or give the layers that dtype, and save the model again.
    """
    wide = [weight.path for weight in evidence.model.weights if weight.dtype == "float64"]
    if wide:
        yield Hit(evidence.name, f"{len(wide)} of {len(evidence.model.weights)} weights are float64: {few_of(wide)}.")


def mixed_precision(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Weights that are not quantized have different floating dtypes.

    Mixed precision in Keras keeps all weights in float32, so that a mixture in the file is seldom meant: a part was
    converted, or built under another dtype policy.

    Save the model under one dtype policy.
    """
    quantized = {layer.path for layer in evidence.model.walk() if policy_of(layer.config).mode is not None}
    found: Counter[str] = Counter(
        weight.dtype for weight in evidence.model.weights if weight.layer not in quantized and is_float(weight.dtype)
    )
    if len(found) > 1:
        yield Hit(
            evidence.name, "Weights are " + ", ".join(f"{dtype} ({n})" for dtype, n in sorted(found.items())) + "."
        )


def few_of(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more
