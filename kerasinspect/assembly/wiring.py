"""What each layer is connected to, and the shapes that pass between layers, from the config alone."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.assembly.graph import Graph, Wiring, is_single
from kerasinspect.assembly.sources import common_source, common_values, is_same, original, source_given
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.output_shapes import output_shape
from kerasinspect.knowledge.serialized import as_list, as_mapping, shape_of, tensor_layers

if TYPE_CHECKING:
    from kerasinspect.assembly.graph import Shapes
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.model import Shape

_MOST_SHAPES = 1_000
"""Shapes that one layer takes or gives; of more, none is told, since all layers behind it would look at each."""


def connect(root: Node) -> Graph:
    """The graph of a whole model, nested models included."""
    graph = Graph()
    _connect_model(graph, root, None)
    for node in graph.wiring:
        if node.same_as is not None:
            _keep_what_agrees(graph.of(node.same_as), graph.of(node))
    return graph


def _keep_what_agrees(first: Wiring, other: Wiring) -> None:
    """Keep of what feeds a shared layer at its first place what feeds it at another one too."""
    if first.source is not None and not is_same(first.source, other.source):
        first.source = None
    if original(first.values) is not original(other.values):
        first.values = None


def _connect_model(graph: Graph, model: Node, given: Shapes) -> None:
    """Wire the layers of a model that takes the given shapes, and those of the models among them.

    Only a Sequential that a config describes runs its layers one after the other; where a config says nothing of what
    feeds a layer, nothing is said.
    """
    places, outer = _by_name(model), graph.of(model)
    previous: Node | None = None
    chained = _is_chain(model)
    has_one_input = sum(child.role == "input" for child in model.children) <= 1
    for child in model.children:
        if chained:
            calls = [[previous.name]] if previous is not None else []
        else:
            calls = [list(tensor_layers(call)) for call in as_list(child.entry.get("inbound_nodes"))]
        feeding = [[places[name] for name in call if name in places] for call in calls]
        inbound = tuple(dict.fromkeys(chain.from_iterable(feeding)))
        wiring = graph.wiring[child] = Wiring(inbound, max(1, len(calls)), tuple(feeding[0]) if feeding else ())
        is_first = (chained and previous is None) or child.role == "input"
        wiring.input_shape = _incoming(graph, child, feeding[0] if feeding else [], given if is_first else None)
        wiring.is_first = chained and previous is None
        wiring.source, wiring.values = common_source(graph, feeding, wiring), common_values(graph, feeding)
        if is_first and has_one_input and not feeding:
            wiring.source, wiring.values = outer.source, outer.values
        wiring.output_shape = _outgoing(graph, child, wiring.input_shape)
        wiring.given = source_given(graph, child, wiring, wiring.output_shape)
        previous = child


def _is_chain(model: Node) -> bool:
    """Whether a model runs its layers one after the other."""
    return model.from_config and model.kind is not None and model.kind.is_chain


def _by_name(model: Node) -> dict[str, Node]:
    """The layers of a model by name; the first of each name."""
    return {child.name: child for child in reversed(model.children)}


def _incoming(graph: Graph, child: Node, first: list[Node], given: Shapes) -> Shapes:
    """The shapes that a layer's first call takes: from the layers before it, else as its own config says."""
    if len(first) > _MOST_SHAPES:
        return None
    shapes = _shapes_given(graph, first)
    return shapes if shapes is not None else _declared(child) or given


def _shapes_given(graph: Graph, nodes: list[Node]) -> Shapes:
    """The shapes that some layers give: that of a single one for what it is, or one of each."""
    shapes = [graph.of(node).output_shape for node in nodes]
    if len(shapes) == 1:
        return shapes[0]
    single = tuple(shape for shape in shapes if is_single(shape))
    return single if single and len(single) == len(shapes) else None


def _one_by_one(shapes: Shapes) -> tuple[Shape, ...]:
    """Shapes as a tuple with one for each input."""
    return (shapes,) if is_single(shapes) else tuple(part for part in shapes or () if isinstance(part, tuple))


def _declared(node: Node) -> Shape | None:
    """The input shape that a layer's own config or build config says, in any generation's words."""
    config, build = node.config, as_mapping(node.entry.get("build_config"))
    for holder, key in (
        (config, "batch_shape"),
        (config, "batch_input_shape"),
        (build, "input_shape"),
        (config, "build_input_shape"),
    ):
        shape = shape_of(holder.get(key))
        if shape is not None:
            return shape
    if isinstance(config.get("input_shape"), list):
        inner = shape_of(config["input_shape"])
        return None if inner is None else (None, *inner)
    width = config.get("input_dim")
    if isinstance(width, int) and not row_of(node.class_name).reads_indices and not isinstance(width, bool):
        length = config.get("input_length")
        return (None, length, width) if isinstance(length, int) else (None, width)
    return None


def _outgoing(graph: Graph, node: Node, incoming_shape: Shapes) -> Shapes:
    """The shapes that a layer gives; a nested model, which is wired now, gives those of its last layer."""
    if node.role == "input":
        return _declared(node) or incoming_shape
    if node.is_model:
        _connect_model(graph, node, incoming_shape)
        return _model_output(graph, node)
    inputs = _one_by_one(incoming_shape)
    return output_shape(node.class_name, node.config, inputs) if inputs and node.kind else None


def _model_output(graph: Graph, model: Node) -> Shapes:
    """The shapes that a nested model gives, once it is wired."""
    outputs = model.config.get("output_layers")
    places = _by_name(model)
    last = model.children[-1:] if _is_chain(model) else []
    found = [places[name] for name in tensor_layers(outputs) if name in places] or last
    return _shapes_given(graph, found) if len(found) <= _MOST_SHAPES else None
