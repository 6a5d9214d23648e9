"""Nodes with their arrays become layers and weights: names, axes, fans, initializers, and where rows come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import expected_kinds, kinds_of
from kerasinspect.assembly.labelling.dequantizing import quantized_views, without_mixed_axes
from kerasinspect.assembly.labelling.vocabularies import vocabulary_of
from kerasinspect.assembly.order import own_places
from kerasinspect.assembly.wiring import Wiring, is_single
from kerasinspect.errors import UnreadableFile
from kerasinspect.knowledge.channels import multiplied_axis
from kerasinspect.knowledge.expectations import promised_shape
from kerasinspect.knowledge.fans import Fans, fans, kernel_order
from kerasinspect.knowledge.initializers import initializer_of
from kerasinspect.knowledge.kinds import weights_for
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.layers.weights import LORA
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.knowledge.serialized import as_mapping
from kerasinspect.model import UNKNOWN_CLASS, Axis, Layer, Weight
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kerasinspect.assembly.labelling.dequantizing import Views
    from kerasinspect.assembly.labelling.positions import WeightCount
    from kerasinspect.assembly.labelling.repeats import Repeat
    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.assembly.wiring import Graph
    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.keras_versions import KerasVersion
    from kerasinspect.knowledge.kinds import WeightSpec
    from kerasinspect.model import Initializer, Vocabulary

INCOMING = ("input", "channel")
"""Axes that run along a layer's input."""
INNER_KERNELS = ("recurrent_kernel", "pointwise_kernel")
"""Kernels that multiply what the layer itself made of its input."""
MOST_PROOFS = 16
"""Arrays of a layer that are asked for the order of its axes; no class whose order varies has more."""
HALF = "bfloat16"


@dataclass(slots=True)
class Labelling:
    """What labels depend on besides the layer itself."""

    graph: Graph
    keras_version: KerasVersion | None
    indices: Mapping[Claim, int | None]
    """Positions in ``get_weights()``."""
    counts: WeightCount
    """Which arrays are stored twice, or may be."""
    built: bool
    """Any layer of the model has arrays."""
    whole: bool
    """All of the file could be read, so that what is missing was never there."""
    assets: Mapping[str, Callable[[], bytes]]
    paths: Mapping[Node, str]
    shared: Mapping[Node, Sequence[str]]
    """The other paths at which a shared layer appears, by its first node."""
    weights: dict[Claim, Weight] = field(default_factory=dict)
    """Every weight made."""
    damage: list[str] = field(default_factory=list)
    """Sentences about parts that turned out to be unreadable."""


def layer_of(labelling: Labelling, node: Node, outer: Wiring) -> Layer:
    """A layer with everything inside it."""
    path = labelling.paths[node]
    wiring = labelling.graph.wiring.get(node) or outer
    children = tuple(layer_of(labelling, child, inner_wiring(node, child, wiring)) for child in node.children)
    claimed = () if node.same_as is not None else own_places(node, known=True)
    weights = tuple(weight_of(labelling, node, claim, path, wiring) for _, claim, _ in claimed)
    is_root_child = node in labelling.graph.wiring
    return Layer(
        name=node.name,
        class_name=node.class_name or UNKNOWN_CLASS,
        path=path,
        kind=node.role,
        weights=weights,
        layers=children,
        built=is_built(node, whole=labelling.whole),
        trainable=not node.frozen if node.from_config else None,
        activation=activation_of(node),
        weightless=bool(node.kind and node.kind.weightless),
        known=node.kind is not None,
        dtype_policy=policy_of(node.config).name,
        input_shape=wiring.input_shape if is_root_child else None,
        output_shape=wiring.output_shape if is_root_child else None,
        inbound=tuple(labelling.paths[source] for source in wiring.inbound) if is_root_child else (),
        calls=wiring.calls if is_root_child else 1,
        also_at=tuple(labelling.shared.get(node, ())),
        vocabulary=readable_vocabulary(labelling, node),
        config=node.config,
        remarks=remarks_of(labelling, node),
        stored_as=node.stored_as,
        looked_up_at=node.looked_up_at,
    )


def readable_vocabulary(labelling: Labelling, node: Node) -> Vocabulary | None:
    """A layer's vocabulary; what keeps it from being read is noted as damage."""
    try:
        return vocabulary_of(node, labelling.assets)
    except UnreadableFile as error:
        labelling.damage.append(str(error))
        return None


def inner_wiring(node: Node, child: Node, wiring: Wiring) -> Wiring:
    """What a sublayer sees of its parent's input: all of it, unless the parent changes it first."""
    shape, source = wiring.input_shape, wiring.source
    if node.is_model:  # one that the graph does not know: what comes between its layers is not followed
        return Wiring()
    if row_of(node.class_name).is_stepwise and shape is not None and is_single(shape):
        source = replace(source, axis=source.axis - 1) if source else None
        return replace(wiring, input_shape=(*shape[:1], *shape[2:]), source=source)
    if node.kind is None or child.name == "attention_output" or child is not first_reader(node, child):
        return replace(wiring, source=None)
    return wiring


def first_reader(node: Node, child: Node) -> Node:
    """Of the layers in a list, the one that reads what comes in; any other sublayer reads it itself."""
    return next(other for other in node.children if other.listed) if child.listed else child


def is_built(node: Node, *, whole: bool) -> bool | None:
    """Whether Keras had created the layer's weights; None where neither class nor file tells."""
    if node.same_as is not None or any(below.claims for below in node.walk()):
        return True
    if node.kind is None and not node.is_model:
        return None
    if not node.from_config:
        return None
    return (False if whole else None) if expects_more_arrays(node) else True


def expects_more_arrays(node: Node) -> bool:
    """Whether the layer, or one inside it, should have arrays of its own by class and config."""
    bare = (below for below in node.walk() if below.same_as is None and not below.claims and below.kind)
    return any(kind.counted for below in bare for kind in expected_kinds(below)[0])


def remarks_of(labelling: Labelling, node: Node) -> tuple[Remark, ...]:
    """What is odd about one layer."""
    is_bare = node.from_config and node.same_as is None and not any(below.claims for below in node.walk())
    if labelling.built and is_bare and expects_more_arrays(node) and not node.is_model:
        return (Remark("no-arrays"),)
    if node.unstored and node.config.get("lora_rank"):
        return (Remark("merged-factors", facts=(node.unstored,)),)
    return () if is_bare else place_remarks(node)


def place_remarks(node: Node) -> tuple[Remark, ...]:
    """What is odd about where the file has a layer's arrays."""
    named = (Remark("other-name", facts=(node.stored_as,)),) if node.stored_as is not None else ()
    is_lost = node.looked_up_at and not any(claim.loaded_as for below in node.walk() for claim in below.claims)
    return (*named, Remark("other-group", facts=(node.looked_up_at,))) if is_lost else named


def activation_of(node: Node) -> str | None:
    """The activation's name: of a text, of a serialised function, or of an object."""
    value = node.config.get("activation")
    if isinstance(value, dict):
        value = value.get("config") if isinstance(value.get("config"), str) else value.get("class_name")
    return value if isinstance(value, str) else None


def weight_of(labelling: Labelling, node: Node, claim: Claim, path: str, wiring: Wiring) -> Weight:
    """One array with its labels; what the class and the config would say of it is left out where it is unknown."""
    array = claim.array
    if array.dtype == "opaque16" and (policy_of(node.config).name == HALF or not node.from_config):
        # Keras stores nothing else so; without a config there is no policy to confirm it.
        array = replace(array, dtype=HALF)
    kind = without_mixed_axes(node, claim, labelling.keras_version).kind
    axes = axes_of(labelling, node, kind and kind.with_axes(told_config(node)), array.shape, wiring)
    views = quantized_views(node, claim, wiring.input_shape, labelling.keras_version)
    linked, started = fans_and_initializer(labelling, node, claim, views) if claim.kind else (Fans(), None)
    weight = Weight(
        name=claim.name,
        layer=path or node.name,
        layer_class=node.class_name or UNKNOWN_CLASS,
        index=labelling.indices.get(claim),
        stored_path=array.path,
        array=array,
        axes=axes,
        trainable=is_trainable(node, claim),
        named=claim.is_named,
        remark=claim.remark
        or views.remark
        or misplaced(claim)
        or contradiction(node, claim, axes)
        or likeness(labelling, claim),
        same_as=path_of_original(labelling, labelling.counts.repeats.get(claim)),
        unpacked=views.unpacked,
        dequantized=views.dequantized,
        unpacked_axes=unpacked_axes(labelling, node, claim, views, wiring),
        fan_in=linked.fan_in,
        fan_out=linked.fan_out,
        keras_fan_in=linked.keras_fan_in,
        keras_fan_out=linked.keras_fan_out,
        initializer=started,
        loaded_as=claim.loaded_as,
    )
    labelling.weights[claim] = weight
    return weight


def path_of_original(labelling: Labelling, repeat: Repeat | None) -> str | None:
    """The path of the weight that an array repeats."""
    if repeat is None:
        return None
    return f"{labelling.paths[repeat.owner] or repeat.owner.name}/{repeat.original.name}"


def likeness(labelling: Labelling, claim: Claim) -> Remark | None:
    """What is to be said of an array whose bytes another one has, too."""
    repeats, doubtful = labelling.counts.repeats, labelling.counts.doubtful
    if same := path_of_original(labelling, repeats.get(claim)):
        return Remark("repeated-variable", facts=(same,))
    if like := path_of_original(labelling, doubtful.get(claim)):
        return Remark("equal-bytes", facts=(like,))
    return None


def fans_and_initializer(
    labelling: Labelling, node: Node, claim: Claim, views: Views
) -> tuple[Fans, Initializer | None]:
    """The connectivity of a weight, and the initializer that its first numbers came from."""
    facts = (node.class_name, claim.name)
    if views.remark and views.shape is None:
        return Fans(), None
    # A quantised kernel may be stored in another shape than that which connects inputs and units.
    shape = claim.array.shape if views.shape is None else views.shape
    linked = fans(*facts, shape, told_config(node), labelling.keras_version)
    if not node.from_config:
        return linked, None
    return linked, initializer_of(*facts, node.config, shape, linked, labelling.keras_version)


def told_config(node: Node) -> JsonObject:
    """A layer's config; where the file has none, the order of the axes that its arrays prove for kernels of Keras 1."""
    if node.from_config or node.kind is None:
        return node.config
    order = kernel_order({claim.name: claim.array.shape for claim in node.claims[:MOST_PROOFS]})
    return {"dim_ordering": order} if order else node.config


def contradiction(node: Node, claim: Claim, axes: tuple[Axis, ...]) -> Remark | None:
    """What is odd about a shape that is not the one the config promises."""
    if claim.kind is None or not node.from_config or policy_of(node.config).mode or not axes:
        return None
    names, blocks = [axis.name for axis in axes], max(1, len(axes[-1].blocks))
    promised = promised_shape(node.class_name, claim.name, node.config, names, blocks)
    if all(size in (None, axis.size) for size, axis in zip(promised, axes, strict=True)):
        return None
    return Remark("other-shape", facts=(tuple(axis.size for axis in axes), tuple(promised)))


def misplaced(claim: Claim) -> Remark | None:
    """What is odd about an array that is listed in the place of another."""
    return Remark("other-weight", facts=(claim.loaded_as,)) if claim.loaded_as else None


def unpacked_axes(labelling: Labelling, node: Node, claim: Claim, views: Views, wiring: Wiring) -> tuple[Axis, ...]:
    """The axes of unpacked values, which are those of a weight that is not quantised."""
    if views.unpacked is None or views.shape is None:
        return ()
    kinds = weights_for(kinds_of(node), node.config)
    plain = (kind for kind in kinds if kind.name == claim.name and len(kind.axes) == len(views.shape or ()))
    return axes_of(labelling, node, next(plain, None), views.shape, wiring)


def is_trainable(node: Node, claim: Claim) -> bool | None:
    """Whether training changes a weight; None where the file does not tell."""
    if node.frozen or (claim.name in LORA and node.config.get("lora_rank")):
        # LoRA trains its two factors instead of what it adapts.
        return False
    if claim.kind is None or (claim.kind.trainable and not node.from_config):
        return None  # Without its config nobody knows whether a layer was frozen.
    return claim.kind.trainable


def axes_of(
    labelling: Labelling, node: Node, kind: WeightSpec | None, shape: tuple[int, ...], wiring: Wiring
) -> tuple[Axis, ...]:
    """Names of all axes, gates along the last one, and the layer that feeds the rows."""
    names = kind.names_along(shape) if kind else None
    if kind is None or names is None:
        return bare_axes(shape)
    axes = [Axis(name, size) for name, size in zip(names, shape, strict=True)]
    if axes and len(kind.rows) == shape[0]:
        axes[0] = replace(axes[0], labels=kind.rows)
    if axes and kind.gates and shape[-1] % len(kind.gates) == 0:
        axes[-1] = replace(axes[-1], blocks=kind.gates)
    source, place = wiring.source, axis_fed(node, kind.name, axes, wiring)
    if source is not None and place is not None and axes[place].size == source.size:
        path = labelling.paths[source.layer]
        axes[place] = replace(axes[place], source=path, source_word=source_word(source.layer))
    return tuple(axes)


def bare_axes(shape: tuple[int, ...]) -> tuple[Axis, ...]:
    """The axes of an array of which nothing is known: a matrix, or several."""
    rank = len(shape)
    places = (*(f"axis {place}" for place in range(rank - 2)), *("row", "column")[max(0, 2 - rank) :])
    names = ("value",) if rank == 1 else places
    return tuple(Axis(name, size, told=False) for name, size in zip(names, shape, strict=True))


def axis_fed(node: Node, weight: str, axes: Sequence[Axis], wiring: Wiring) -> int | None:
    """The axis of a kernel that runs along the axis of the input that the graph knows the source of."""
    if "kernel" not in weight or weight in INNER_KERNELS or wiring.source is None or not wiring.input_shape:
        return None
    # An attention layer's projections have an equation for inputs of three axes, whatever comes in.
    class_name = "" if node.weights is not None else node.class_name
    rank, axis = len(wiring.input_shape), wiring.source.axis
    incoming = (place for place, one in enumerate(axes) if one.name in INCOMING)
    return next((place for place in incoming if multiplied_axis(class_name, node.config, place, rank) == axis), None)


def source_word(source: Node) -> str:
    """What one step along a layer's output is called."""
    words = {
        "filters": "filter", "nb_filter": "filter", "depth_multiplier": "channel", "units": "unit", "output_dim": "unit"
    }  # fmt: skip
    inner = as_mapping(source.config.get("layer")) if row_of(source.class_name).gives_inner_output else {}
    config = as_mapping(inner.get("config")) or source.config
    return next((word for key, word in words.items() if key in config), "output")
