"""Nodes become layers: what each is, whether it was built, and what is odd about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import expected_kinds
from kerasinspect.assembly.graph import Wiring, is_single
from kerasinspect.assembly.labelling.weights import Labelling, weight_of
from kerasinspect.assembly.order import own_places
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.late.dataclasses import replace
from kerasinspect.model import UNKNOWN_CLASS, Layer
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.model.layers import ClassSource


def layer_of(labelling: Labelling, node: Node, outer: Wiring) -> Layer:
    """A layer with everything inside it."""
    path = labelling.paths[node]
    wiring = labelling.graph.wiring.get(node) or outer
    children = tuple(layer_of(labelling, child, _inner_wiring(node, child, wiring)) for child in node.children)
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
        built=_is_built(node, whole=labelling.whole),
        trainable=not node.frozen if node.from_config else None,
        activation=_activation_of(node),
        weightless=bool(node.kind and node.kind.weightless),
        known=node.kind is not None and not node.package,
        class_from=_source_of_class(node),
        package=node.package,
        dtype_policy=policy_of(node.config).name,
        input_shape=wiring.input_shape if is_root_child else None,
        output_shape=wiring.output_shape if is_root_child else None,
        inbound=tuple(labelling.paths[source] for source in wiring.inbound) if is_root_child else (),
        calls=wiring.calls if is_root_child else 1,
        also_at=tuple(labelling.shared.get(node, ())),
        vocabulary=labelling.vocabularies.of(node),
        config=node.config,
        remarks=_remarks_of(labelling, node),
        stored_as=node.stored_as,
        named=node.named,
        looked_up_at=node.looked_up_at,
    )


def _inner_wiring(node: Node, child: Node, wiring: Wiring) -> Wiring:
    """What a sublayer sees of its parent's input: all of it, unless the parent changes it first."""
    shape, source = wiring.input_shape, wiring.source
    if node.is_model:  # one that the graph does not know: what comes between its layers is not followed
        return Wiring()
    if row_of(node.class_name).is_stepwise and shape is not None and is_single(shape):
        source = replace(source, axis=source.axis - 1) if source else None
        return replace(wiring, input_shape=(*shape[:1], *shape[2:]), source=source)
    if node.kind is None or child.name == "attention_output" or child is not _first_reader(node, child):
        return replace(wiring, source=None)
    return wiring


def _first_reader(node: Node, child: Node) -> Node:
    """Of the layers in a list, the one that reads what comes in; any other sublayer reads it itself."""
    return next(other for other in node.children if other.listed) if child.listed else child


def _source_of_class(node: Node) -> ClassSource | None:
    """What tells the class of a layer."""
    if not node.class_name or node.class_name == UNKNOWN_CLASS:
        return None
    if node.from_config:
        return "config"
    return "code" if node.is_told_by_code else "names and shapes"


def _is_built(node: Node, *, whole: bool) -> bool | None:
    """Whether Keras had created the layer's weights; None where neither class nor file tells.

    They may be lost in a file that is not ``whole``.
    """
    if node.same_as is not None or any(below.claims for below in node.walk()):
        return True
    if node.kind is None and not node.is_model:
        return None
    if not node.from_config:
        return None
    return (False if whole else None) if _expects_more_arrays(node) else True


def _expects_more_arrays(node: Node) -> bool:
    """Whether the layer, or one inside it, should have arrays of its own by class and config."""
    bare = (below for below in node.walk() if below.same_as is None and not below.claims and below.kind)
    return any(kind.counted for below in bare for kind in expected_kinds(below)[0])


def _remarks_of(labelling: Labelling, node: Node) -> tuple[Remark, ...]:
    """What is odd about one layer."""
    is_bare = node.from_config and node.same_as is None and not any(below.claims for below in node.walk())
    if labelling.built and is_bare and _expects_more_arrays(node) and not node.is_model:
        return (Remark("no-arrays"),)
    if node.unstored and node.config.get("lora_rank"):
        return (Remark("merged-factors", facts=(node.unstored,)),)
    return () if is_bare else _place_remarks(node)


def _place_remarks(node: Node) -> tuple[Remark, ...]:
    """What is odd about where the file has a layer's arrays."""
    named = (Remark("other-name", facts=(node.stored_as,)),) if node.stored_as is not None else ()
    is_lost = node.looked_up_at and not any(claim.loaded_as for below in node.walk() for claim in below.claims)
    return (*named, Remark("other-group", facts=(node.looked_up_at,))) if is_lost else named


def _activation_of(node: Node) -> str | None:
    """The activation's name: of a text, of a serialised function, or of an object."""
    value = node.config.get("activation")
    if isinstance(value, dict):
        value = value.get("config") if isinstance(value.get("config"), str) else value.get("class_name")
    return value if isinstance(value, str) else None
