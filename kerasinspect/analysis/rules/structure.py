"""Rules about what a model is made of: whether config and arrays agree, and whether all layers are in use."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kerasinspect.analysis.findings import Hit
from kerasinspect.analysis.interface import named_tensors
from kerasinspect.knowledge.config_values import mapping, size
from kerasinspect.knowledge.expectations import (
    ATTENTION,
    asked_shape,
    can_have_axes,
    one_shape,
    promised_shape,
    sublayer_input,
)
from kerasinspect.knowledge.layers import LAYERS, weights_for
from kerasinspect.knowledge.optimizer_variables import tracked_shapes
from kerasinspect.knowledge.quantization import policy_of, variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kerasinspect.analysis.evidence import Evidence
    from kerasinspect.analysis.findings import Thresholds
    from kerasinspect.knowledge.layers import WeightKind
    from kerasinspect.model import Extra, Layer, Model, Shape, Weight

NAMES_SHOWN = 5


def missing_arrays(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file lacks arrays that a layer has by its class and config.

    Keras fails to load such a model, or goes on with random numbers in their place. The file was saved half, edited, or
    joins a config and weights of different models: save the model again.
    """
    shared = {path for layer in evidence.model.walk() for path in layer.also_at}
    for top in tops(evidence.model.layers):
        if top.path in shared:
            continue
        if not any(inner.weights for inner in top.walk()):
            yield from (Hit(top.path, f"The layer {top.name} has no weights: {remark}.") for remark in top.remarks)
            continue
        for layer, kinds in described(top):
            present = {weight.name for weight in layer.weights}
            lacking = [kind.name for kind in kinds if kind.counted and kind.name not in present]
            if len(layer.weights) < len(kinds) and lacking:
                yield Hit(layer.path, f"The file has no array for {listed(lacking)} of {layer.class_name}.")


def tops(layers: Iterable[Layer]) -> Iterator[Layer]:
    """The layers of a model and of the models inside it; not what is inside a layer."""
    for layer in layers:
        if layer.kind == "model":
            yield from tops(layer.layers)
        else:
            yield layer


def described(top: Layer) -> Iterator[tuple[Layer, tuple[WeightKind, ...]]]:
    """A layer and those inside it, each with the fewest weights that class and config allow it.

    But for what is inside a layer that may have taken arrays out of it.
    """
    pending: list[tuple[Layer, tuple[WeightKind, ...] | None]] = [(top, None)]
    while pending:
        layer, given = pending.pop()
        if holds_arrays_of_its_own(layer):
            continue
        kind = LAYERS.get(layer.class_name) if layer.known else None
        own = given if given is not None else kind.weights if kind else ()
        if layer.config:
            yield layer, min(variants(layer.class_name, weights_for(own, layer.config), layer.config), key=len)
        parts = {part.name: part.weights for part in kind.sublayers} if kind else {}
        pending += [(inner, parts.get(inner.name)) for inner in reversed(layer.layers)]


def holds_arrays_of_its_own(layer: Layer) -> bool:
    """Whether a layer of a custom class has arrays that no config describes: a wrapper takes its layer's kernel so."""
    return not layer.known and any(inner.weights for inner in layer.walk() if not (inner.known and inner.config))


def unclaimed_arrays(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file holds an array that belongs to no layer, and is neither optimizer state nor a copy of a weight.

    Keras ignores it when it loads the model. Either it is left over from another model, or a layer is stored under a
    name that is not looked for, and loads without its weights. Compare the file's layers with those that you saved.
    """
    weights = {(weight.shape, figures) for weight, figures in evidence.measured()}
    for extra in evidence.model.extras:
        # Keras stores the weights of a layer that is used twice, or of one that it wraps, a second time.
        is_copy = (extra.array.shape, evidence.statistics.get(extra.stored_path)) in weights
        if extra.kind == "unclaimed" and not is_copy:
            yield Hit(extra.stored_path, f"No layer has this array of shape {extra.array.shape}.")


def lost_weights(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The optimizer has state for weights that the file does not hold.

    They were trained and not saved: Keras makes them anew at random when it loads the model. A Keras before 3.15 does
    so with sublayers that a layer keeps in a list inside a list. Keep them in attributes or in one list, and save
    the model again where it was trained.
    """
    model = evidence.model
    lost = [*lost_shapes(model)]
    if not lost or any(is_converted(layer) for layer in model.walk()):
        return
    bare, others = owners(model)
    if not bare and not others and model.class_name in LAYERS:
        return
    shapes = listed([" × ".join(map(str, shape)) for shape in lost])
    where = next(iter(bare or others)) if len(bare or others) == 1 else evidence.name
    has = f"has no array of the custom {listed(bare)}" if bare else f"may lack them in the custom {listed(others)}"
    tail = f"; it {has}" if bare or others else ""
    state = f"state for {len(lost)} weights that the file lacks, of the sizes {shapes}"
    yield Hit(where, f"The optimizer has {state}{tail}.")


def lost_shapes(model: Model) -> Iterator[tuple[int, ...]]:
    """The shape of each weight that the optimizer of an archive knows and the file lacks, at least."""
    if model.format != "keras-archive":
        return
    states = {key: extra.array.shape for extra in model.extras if (key := state_number(extra)) is not None}
    tracked = tracked_shapes((model.training_config or {}).get("optimizer"), [states[key] for key in sorted(states)])
    stored = Counter(weight.shape for weight in model.weights)
    stored.update(extra.array.shape for extra in model.extras if extra.kind != "optimizer")
    yield from (Counter(tracked) - stored).elements()


def state_number(extra: Extra) -> int | None:
    """The place of an array among those of the model's own optimizer."""
    group, _, key = extra.stored_path.rpartition("/")
    return int(key) if group == OPTIMIZER_ARRAYS and key.isdecimal() else None


OPTIMIZER_ARRAYS = "/optimizer/vars"
"""The group that has them."""


def is_converted(layer: Layer) -> bool:
    """Whether training knows a layer by other weights than those that are saved: the factors of LoRA, a full kernel."""
    return policy_of(layer.config).mode is not None or layer.config.get("lora_rank") is not None


def owners(model: Model) -> tuple[list[str], list[str]]:
    """The paths of the layers of custom classes: of those that have no arrays, then of the others."""
    own = [layer for layer in model.walk() if layer.config and not layer.known and layer.kind != "model"]
    bare = dict.fromkeys(layer.path for layer in own if not any(inner.weights for inner in layer.walk()))
    return [*bare], [layer.path for layer in own if layer.path not in bare]


def wrong_shapes(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight has another shape than the config of its layer says, or than what comes into the layer asks for.

    Keras refuses to load it. The weights come from another version of the model than its config does: save both
    together.
    """
    for top in tops(evidence.model.layers):
        for layer, shape in fed(top):
            if policy_of(layer.config).mode is None:
                for weight in layer.weights:
                    yield from (Hit(weight.path, words) for words in disagreements(layer, weight, shape))
        for layer, kinds in described(top):
            if policy_of(layer.config).mode is None:
                yield from misfits(layer, kinds)


def fed(top: Layer) -> Iterator[tuple[Layer, Shape | None]]:
    """A layer and those inside it, each with the shape that it takes; None where that is not known."""
    pending = [(top, one_shape(top.input_shape) if top.class_name not in ATTENTION else top.input_shape)]
    while pending:
        layer, shapes = pending.pop()
        yield layer, one_shape(shapes)
        taken: Shape | None = sublayer_input(layer.class_name, "", shapes)
        for inner in layer.layers:
            if layer.class_name in ATTENTION:
                taken = sublayer_input(layer.class_name, inner.name, shapes)
            pending.append((inner, taken))
            if layer.class_name == "StackedRNNCells":
                taken = (None, size(inner.config, "units")) if inner.known else None


def misfits(layer: Layer, kinds: tuple[WeightKind, ...]) -> Iterator[Hit]:
    """The weights of a layer that have another number of axes than they can have."""
    named = {kind.name: kind for kind in kinds}
    for place, weight in enumerate(layer.weights):
        in_place = kinds[place] if not weight.named and len(kinds) == len(layer.weights) else None
        kind = named.get(weight.name, in_place)
        if kind is not None and not can_have_axes(layer.class_name, kind, len(weight.shape)):
            words = f"It has {len(weight.shape)} axes, which the {kind.name} of {layer.class_name} never has."
            yield Hit(weight.path, words)


def disagreements(layer: Layer, weight: Weight, shape: Shape | None) -> Iterator[str]:
    """A sentence for each axis of a weight whose size is not what the config says, or what comes in asks for."""
    names = [axis.name for axis in weight.axes]
    blocks = max(1, len(weight.axes[-1].blocks)) if names else 1
    promised = promised_shape(layer.class_name, weight.name, layer.config, names, blocks)
    asked = asked_shape(layer.class_name, weight.name, layer.config, names, shape)
    for axis, said, wanted in zip(weight.axes, promised, asked, strict=True):
        if said not in (None, axis.size):
            yield f"Its {axis.name} axis has {axis.size}, where the config of {layer.class_name} says {said}."
        elif wanted not in (None, axis.size):
            yield f"Its {axis.name} axis has {axis.size}, where what comes in asks for {wanted}."


def unbuilt_layers(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer has no weights yet, since it was never given an input or an input shape.

    Keras creates them at random when the loaded model is first called, so the file holds nothing that was trained.
    Call the model once, or give it an `Input`, before it is saved.
    """
    for layer in tops(evidence.model.layers):
        if layer.built is False and not layer.weightless and not layer.remarks:
            yield Hit(layer.path, f"The {layer.class_name} layer is not built: it has no weights in the file.")


def repeated_names(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Two layers of one model have the same name.

    Keras refuses to load it, and weights that are looked up by name may go to the wrong layer. Give every layer a name
    of its own.
    """
    for _path, layers, config in models(evidence.model):
        if "layers" not in config:
            continue
        for name, times in Counter(layer.path for layer in layers).items():
            if times > 1:
                yield Hit(name, f"{times} layers of the same model have this name.")


def models(model: Model) -> Iterator[tuple[str, tuple[Layer, ...], Mapping[str, Any]]]:
    """The model and every model inside it: its path, its layers and its config."""
    yield "", model.layers, mapping(model.config or {}, "config")
    for layer in model.walk():
        if layer.kind == "model":
            yield layer.path, layer.layers, layer.config


def disconnected_layers(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """No path leads from a layer to an output of its model.

    What it computes is thrown away, and its weights are dead bytes; an input that leads nowhere has to be fed all the
    same. Build the model anew from the inputs and outputs that you mean.
    """
    for path, layers, config in models(evidence.model):
        prefix = f"{path}/" if path else ""
        outputs = {prefix + name for name in named_tensors(config.get("output_layers"))}
        places = {layer.path: layer for layer in layers}
        if not outputs <= places.keys() or not outputs:
            continue
        used, pending = set(outputs), [*outputs]
        while pending:
            fresh = {path for path in places[pending.pop()].inbound if path in places} - used
            used |= fresh
            pending += fresh
        for layer in layers:
            if layer.path not in used:
                yield Hit(layer.path, f"No output of the model depends on this {layer.class_name} layer.")


def double_precision(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Weights are stored as float64.

    They take twice the bytes of float32 and run far slower on every accelerator, for digits that training never
    settles. Set `keras.config.set_floatx("float32")`, or give the layers that dtype.
    """
    wide = [weight.path for weight in evidence.model.weights if weight.dtype == "float64"]
    if wide:
        yield Hit(evidence.name, f"{len(wide)} of {len(evidence.model.weights)} weights are float64: {listed(wide)}.")


def mixed_precision(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Weights that are not quantised have different floating dtypes.

    Mixed precision in Keras keeps all weights in float32, so that a mixture in the file is seldom meant: a part was
    converted, or built under another dtype policy. Save the model under one policy.
    """
    quantised = {layer.path for layer in evidence.model.walk() if policy_of(layer.config).mode is not None}
    found: Counter[str] = Counter(
        weight.dtype
        for weight in evidence.model.weights
        if weight.layer not in quantised and weight.dtype.startswith(("float", "bfloat"))
    )
    if len(found) > 1:
        yield Hit(
            evidence.name, "Weights are " + ", ".join(f"{dtype} ({n})" for dtype, n in sorted(found.items())) + "."
        )


def listed(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more
