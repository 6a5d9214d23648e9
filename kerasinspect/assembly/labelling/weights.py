"""Claims become weights: names, axes, fans, initializers, and what is odd about each array."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import kinds_of
from kerasinspect.assembly.labelling.axes import axes_of
from kerasinspect.assembly.labelling.dequantizing import quantized_views, without_mixed_axes
from kerasinspect.assembly.labelling.tokens import with_tokens
from kerasinspect.knowledge.expectations import promised_shape
from kerasinspect.knowledge.fans import NO_FANS, Fans, fans, kernel_order
from kerasinspect.knowledge.initializers import initializer_of
from kerasinspect.knowledge.kinds import weights_for
from kerasinspect.knowledge.layers.weights import LORA
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.model import UNKNOWN_CLASS, Weight
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kerasinspect.assembly.graph import Graph, Wiring
    from kerasinspect.assembly.labelling.dequantizing import Views
    from kerasinspect.assembly.labelling.positions import WeightCount
    from kerasinspect.assembly.labelling.repeats import Repeat
    from kerasinspect.assembly.labelling.vocabularies import Vocabularies
    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.axes import Axis
    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.keras_versions import KerasVersion
    from kerasinspect.model import Initializer

_MOST_PROOFS = 16
"""Arrays of a layer that are asked for the order of its axes; no class whose order varies has more."""
_HALF = "bfloat16"


@dataclass(slots=True)
class Labelling:
    """What labels depend on besides the layer itself."""

    graph: Graph
    keras_version: KerasVersion | None
    indices: Mapping[Claim, int | None]
    """Positions in ``get_weights()``."""
    kept_aside: AbstractSet[Claim]
    """Arrays that ``get_weights()`` does not have."""
    counts: WeightCount
    """Which arrays are stored twice, or may be."""
    built: bool
    """Any layer of the model has arrays."""
    whole: bool
    """All of the file could be read, so that what is missing was never there."""
    vocabularies: Vocabularies
    paths: Mapping[Node, str]
    shared: Mapping[Node, Sequence[str]]
    """The other paths at which a shared layer appears, by its first node."""
    weights: dict[Claim, Weight] = field(default_factory=dict)
    """Every weight made."""
    damage: list[str] = field(default_factory=list)
    """Sentences about parts that turned out to be unreadable."""


def weight_of(labelling: Labelling, node: Node, claim: Claim, path: str, wiring: Wiring) -> Weight:
    """One array with its labels; what the class and the config would say of it is left out where it is unknown."""
    array = claim.array
    if array.dtype == "opaque16" and (policy_of(node.config).name == _HALF or not node.from_config):
        # Keras stores nothing else so; without a config there is no policy to confirm it.
        array = replace(array, dtype=_HALF)
    kind = without_mixed_axes(node, claim, labelling.keras_version).kind
    axes = axes_of(node, kind and kind.with_axes(_told_config(node)), array.shape, wiring, labelling.paths)
    axes = with_tokens(axes, node, wiring, labelling.graph, labelling.vocabularies.labels)
    views = quantized_views(node, claim, wiring.input_shape, labelling.keras_version)
    linked, started = _fans_and_initializer(labelling, node, claim, views) if claim.kind else (NO_FANS, None)
    weight = Weight(
        name=claim.name,
        layer=path or node.name,
        layer_class=node.class_name or UNKNOWN_CLASS,
        index=labelling.indices.get(claim),
        stored_path=array.path,
        array=array,
        axes=axes,
        trainable=_is_trainable(node, claim),
        named=claim.is_named,
        remark=claim.remark
        or views.remark
        or _misplaced(claim)
        or _contradiction(node, claim, axes)
        or _likeness(labelling, claim),
        same_as=_path_of_original(labelling, labelling.counts.repeats.get(claim)),
        kept_aside=claim in labelling.kept_aside,
        unpacked=views.unpacked,
        dequantized=views.dequantized,
        unpacked_axes=_unpacked_axes(labelling, node, claim, views, wiring),
        fan_in=linked.fan_in,
        fan_out=linked.fan_out,
        keras_fan_in=linked.keras_fan_in,
        keras_fan_out=linked.keras_fan_out,
        initializer=started,
        loaded_as=claim.loaded_as,
    )
    labelling.weights[claim] = weight
    return weight


def _path_of_original(labelling: Labelling, repeat: Repeat | None) -> str | None:
    """The path of the weight that an array repeats."""
    if repeat is None:
        return None
    return f"{labelling.paths[repeat.owner] or repeat.owner.name}/{repeat.original.name}"


def _likeness(labelling: Labelling, claim: Claim) -> Remark | None:
    """What is to be said of an array whose bytes another one has, too."""
    repeats, doubtful = labelling.counts.repeats, labelling.counts.doubtful
    if same := _path_of_original(labelling, repeats.get(claim)):
        return Remark("repeated-variable", facts=(same,))
    if like := _path_of_original(labelling, doubtful.get(claim)):
        return Remark("equal-bytes", facts=(like,))
    return None


def _fans_and_initializer(
    labelling: Labelling, node: Node, claim: Claim, views: Views
) -> tuple[Fans, Initializer | None]:
    """The connectivity of a weight, and the initializer that its first numbers came from."""
    facts = (node.class_name, claim.name)
    if views.remark and views.shape is None:
        return NO_FANS, None
    # A quantized kernel may be stored in another shape than that which connects inputs and units.
    shape = claim.array.shape if views.shape is None else views.shape
    if node.package and (node.kind is None or node.weights is not None):
        return _fans_of_package(claim, shape), None
    linked = fans(*facts, shape, _told_config(node), labelling.keras_version)
    if not node.from_config:
        return linked, None
    return linked, initializer_of(*facts, node.config, shape, linked, labelling.keras_version)


def _fans_of_package(claim: Claim, shape: tuple[int, ...]) -> Fans:
    """The connectivity of a weight of another package's layer; how its numbers are first drawn is the package's own."""
    rule = claim.kind.fans if claim.kind and len(shape) > 1 else None
    true = rule(shape, {}) if rule else None
    return Fans(*true) if true else NO_FANS


def _told_config(node: Node) -> JsonObject:
    """A layer's config; where the file has none, the order of the axes that its arrays prove for kernels of Keras 1."""
    if node.from_config or node.kind is None:
        return node.config
    order = kernel_order({claim.name: claim.array.shape for claim in node.claims[:_MOST_PROOFS]})
    return {"dim_ordering": order} if order else node.config


def _contradiction(node: Node, claim: Claim, axes: tuple[Axis, ...]) -> Remark | None:
    """What is odd about a shape that is not the one the config promises."""
    if claim.kind is None or not node.from_config or node.package or policy_of(node.config).mode or not axes:
        return None
    names, blocks = [axis.name for axis in axes], max(1, len(axes[-1].blocks))
    promised = promised_shape(node.class_name, claim.name, node.config, names, blocks)
    if all(size in (None, axis.size) for size, axis in zip(promised, axes, strict=True)):
        return None
    return Remark("other-shape", facts=(tuple(axis.size for axis in axes), tuple(promised)))


def _misplaced(claim: Claim) -> Remark | None:
    """What is odd about an array that is listed in the place of another."""
    return Remark("other-weight", facts=(claim.loaded_as,)) if claim.loaded_as else None


def _unpacked_axes(labelling: Labelling, node: Node, claim: Claim, views: Views, wiring: Wiring) -> tuple[Axis, ...]:
    """The axes of unpacked values, which are those of a weight that is not quantized."""
    if views.unpacked is None or views.shape is None:
        return ()
    kinds = weights_for(kinds_of(node), node.config)
    plain = (kind for kind in kinds if kind.name == claim.name and len(kind.axes) == len(views.shape or ()))
    axes = axes_of(node, next(plain, None), views.shape, wiring, labelling.paths)
    return with_tokens(axes, node, wiring, labelling.graph, labelling.vocabularies.labels)


def _is_trainable(node: Node, claim: Claim) -> bool | None:
    """Whether training changes a weight; None where the file does not tell."""
    if claim.trains is not None:
        return claim.trains
    if node.frozen or (claim.name in LORA and node.config.get("lora_rank")):
        # LoRA trains its two factors instead of what it adapts.
        return False
    if claim.kind is None or (claim.kind.trainable and not node.from_config):
        return None  # Without its config nobody knows whether a layer was frozen.
    return claim.kind.trainable
