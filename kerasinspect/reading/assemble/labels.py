"""Nodes with their arrays become layers and weights: names, axes, fans, initializers, and where rows come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kerasinspect.knowledge.fans import fans
from kerasinspect.knowledge.initializers import initializer_of
from kerasinspect.knowledge.layers import gates_of
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.model import Axis, Layer, Weight
from kerasinspect.reading.assemble.choosing import expected_kinds
from kerasinspect.reading.assemble.graph import last_size
from kerasinspect.reading.assemble.nodes import text_at
from kerasinspect.reading.assemble.order import own

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.reading.assemble.graph import Graph, Wiring
    from kerasinspect.reading.assemble.nodes import Claim, Node

INCOMING = ("input", "channel")
"""Axes that run along a layer's input."""
HALF = "bfloat16"


@dataclass(slots=True)
class Labelling:
    """What labels depend on besides the layer itself."""

    graph: Graph
    keras_version: tuple[int, int] | None
    indices: Mapping[int, int | None]
    """Position in ``get_weights()`` by identity of the claim."""
    built: bool
    """Any layer of the model has arrays."""
    weights: dict[int, Weight] = field(default_factory=dict)
    """Every weight made, by identity of its claim."""
    paths: dict[int, str] = field(default_factory=dict)
    """The path of every layer, by identity of its node."""
    shared: dict[int, list[str]] = field(default_factory=dict)
    """The other paths at which a shared layer appears, by identity of its first node."""


def name_paths(labelling: Labelling, model: Node) -> None:
    """Give every layer its path in the user's names, and note where shared layers appear again."""
    pending = [(child, "") for child in reversed(model.children)]
    while pending:
        node, prefix = pending.pop()
        path = labelling.paths[id(node)] = f"{prefix}{node.name}"
        if node.same_as is not None:
            labelling.shared.setdefault(id(node.same_as), []).append(path)
        pending += [(child, f"{path}/") for child in reversed(node.children)]


def layer_of(labelling: Labelling, node: Node, outer: Wiring) -> Layer:
    """A layer with everything inside it."""
    path = labelling.paths[id(node)]
    wiring = labelling.graph.wiring.get(id(node)) or outer
    children = tuple(layer_of(labelling, child, inner_wiring(node, child, wiring)) for child in node.children)
    weights = tuple(weight_of(labelling, node, claim, path, wiring) for _, claim, _ in own(node, known=True))
    is_root_child = id(node) in labelling.graph.wiring
    return Layer(
        name=node.name,
        class_name=node.class_name or "unknown class",
        path=path,
        kind=node.role,
        weights=weights,
        layers=children,
        built=is_built(node),
        trainable=not node.frozen if node.from_config else None,
        activation=activation_of(node),
        weightless=bool(node.kind and node.kind.weightless),
        known=node.kind is not None,
        dtype_policy=policy_of(node.config).name,
        input_shape=wiring.input_shape if is_root_child else None,
        output_shape=wiring.output_shape if is_root_child else None,
        inbound=wiring.inbound if is_root_child else (),
        calls=wiring.calls if is_root_child else 1,
        also_at=tuple(labelling.shared.get(id(node), ())),
        config=node.config,
        remarks=remarks_of(labelling, node),
    )


def inner_wiring(node: Node, child: Node, wiring: Wiring) -> Wiring:
    """What a sublayer sees of its parent's input: the same, unless the parent changes it first."""
    shape = wiring.input_shape
    if node.class_name == "TimeDistributed" and isinstance(shape, tuple) and len(shape) > 1 and last_size(shape):
        return replace(wiring, input_shape=(shape[0], *shape[2:]))
    return replace(wiring, source=None) if child.name == "attention_output" or node.kind is None else wiring


def is_built(node: Node) -> bool | None:
    """Whether Keras had created the layer's weights; None where neither class nor file tells."""
    if node.same_as is not None or any(below.claims for below in node.walk()):
        return True
    if node.kind is None and not node.is_model:
        return None
    return not expects(node) if node.from_config else None


def expects(node: Node) -> bool:
    """Whether the layer, or one inside it, should have arrays of its own by class and config."""
    return any(
        below.same_as is None and not below.claims and below.kind and expected_kinds(below)[0] for below in node.walk()
    )


def remarks_of(labelling: Labelling, node: Node) -> tuple[str, ...]:
    """What is odd about one layer."""
    is_bare = node.from_config and node.same_as is None and not any(below.claims for below in node.walk())
    if labelling.built and is_bare and expects(node) and not node.is_model:
        return ("the file has no arrays for it",)
    return ()


def activation_of(node: Node) -> str | None:
    """The activation's name: of a text, of a serialised function, or of an object."""
    value = node.config.get("activation")
    if isinstance(value, dict):
        value = value.get("config") if isinstance(value.get("config"), str) else value.get("class_name")
    return value if isinstance(value, str) else None


def weight_of(labelling: Labelling, node: Node, claim: Claim, path: str, wiring: Wiring) -> Weight:
    """One array with its labels."""
    array = claim.array
    if array.dtype == "opaque16" and policy_of(node.config).name == HALF:
        array = replace(array, dtype=HALF)
    config, class_name = node.config, node.class_name
    connectivity = fans(class_name, claim.name, array.shape, config, labelling.keras_version)
    known = claim.kind is not None
    weight = Weight(
        name=claim.name,
        layer=path or node.name,
        layer_class=class_name or "unknown class",
        index=labelling.indices.get(id(claim)),
        stored_path=array.path,
        array=array,
        axes=axes_of(claim, wiring),
        trainable=trained(node, claim),
        fan_in=connectivity.fan_in if known else None,
        fan_out=connectivity.fan_out if known else None,
        keras_fan_in=connectivity.keras_fan_in if known else None,
        keras_fan_out=connectivity.keras_fan_out if known else None,
        initializer=initializer_of(class_name, claim.name, config, array.shape, connectivity, labelling.keras_version)
        if known and node.from_config
        else None,
        named=known or not claim.name.startswith("weight "),
        remark=claim.remark,
    )
    labelling.weights[id(claim)] = weight
    return weight


def trained(node: Node, claim: Claim) -> bool | None:
    """Whether training changes a weight; None where the file does not tell."""
    if node.frozen:
        return False
    return claim.kind.trainable if claim.kind else None


def axes_of(claim: Claim, wiring: Wiring) -> tuple[Axis, ...]:
    """Names of all axes, gates along the last one, and the layer that feeds the rows."""
    shape = claim.array.shape
    names = claim.kind.axis_names(len(shape)) if claim.kind else None
    if names is None:
        return tuple(Axis("value" if len(shape) == 1 else f"axis {place}", size) for place, size in enumerate(shape))
    axes = [Axis(name, size) for name, size in zip(names, shape, strict=True)]
    gates = gates_of(claim.kind, shape) if claim.kind else ()
    if axes and gates and shape[-1] % len(gates) == 0:
        axes[-1] = replace(axes[-1], blocks=gates)
    return tuple(fed(axis, claim, wiring) for axis in axes)


def fed(axis: Axis, claim: Claim, wiring: Wiring) -> Axis:
    """An axis that runs along the input, named after the layer that feeds it where the graph proves it."""
    is_fed = axis.name in INCOMING and "kernel" in claim.name and claim.name != "recurrent_kernel"
    source = wiring.source
    if not is_fed or source is None or claim.name == "pointwise_kernel" or last_size(wiring.input_shape) != axis.size:
        return axis
    return replace(axis, source=source.name, source_word=source_word(source))


def source_word(source: Node) -> str:
    """What one step along a layer's output is called."""
    if "filters" in source.config or "nb_filter" in source.config:
        return "filter"
    has_units = any(key in source.config for key in ("units", "output_dim")) and text_at(source.config, "name")
    return "unit" if has_units else "output"
