"""What each layer is connected to, and the shapes that pass between layers, from the config alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.channels import own_axis, passed_axis, passes_on
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.output_shapes import output_shape
from kerasinspect.knowledge.serialized import as_list, as_mapping, shape_of, tensor_layers

if TYPE_CHECKING:
    from typing import TypeGuard

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.model import Shape

    Shapes: TypeAlias = "Shape | tuple[Shape, ...] | None"

_MOST_SHAPES = 1_000
"""Shapes that one layer takes or gives; of more, none is told, since all layers behind it would look at each."""


@dataclass(frozen=True, slots=True)
class _AxisSource:
    """The layer whose own units, filters or outputs one axis of a tensor runs along, position by position."""

    layer: Node
    axis: int
    size: int


@dataclass(slots=True)
class Wiring:
    """Where a layer stands in the graph."""

    inbound: tuple[Node, ...] = ()
    """The layers that feed it."""
    calls: int = 1
    input_shape: Shapes = None
    output_shape: Shapes = None
    source: _AxisSource | None = None
    """The layer whose units one axis of its input runs along, in every call."""


@dataclass(slots=True)
class Graph:
    """The wiring of every layer of a model."""

    wiring: dict[Node, Wiring] = field(default_factory=dict)

    def of(self, node: Node) -> Wiring:
        """Where a layer stands; nothing is known of one that the config does not connect."""
        return self.wiring.get(node) or Wiring()


def connect(root: Node) -> Graph:
    """The graph of a whole model, nested models included."""
    graph = Graph()
    _connect_model(graph, root, None)
    return graph


def _connect_model(graph: Graph, model: Node, given: Shapes) -> None:
    """Wire the layers of a model that takes the given shapes, and those of the models among them.

    Only a Sequential that a config describes runs its layers one after the other; where a config says nothing of what
    feeds a layer, nothing is said.
    """
    places = _by_name(model)
    previous: Node | None = None
    chained = _is_chain(model)
    for child in model.children:
        if chained:
            calls = [[previous.name]] if previous is not None else []
        else:
            calls = [list(tensor_layers(call)) for call in as_list(child.entry.get("inbound_nodes"))]
        feeding = [[places[name] for name in call if name in places] for call in calls]
        inbound = tuple(dict.fromkeys(chain.from_iterable(feeding)))
        wiring = graph.wiring[child] = Wiring(inbound=inbound, calls=max(1, len(calls)))
        is_first = (chained and previous is None) or child.role == "input"
        wiring.input_shape = _incoming(graph, child, feeding[0] if feeding else [], given if is_first else None)
        wiring.output_shape = _outgoing(graph, child, wiring.input_shape)
        wiring.source = _common_source(graph, feeding, wiring)
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


def is_single(shapes: Shapes) -> TypeGuard[Shape]:
    """Whether this is one shape rather than several, or none."""
    return shapes is not None and not any(isinstance(size, tuple) for size in shapes)


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


def _common_source(graph: Graph, calls: list[list[Node]], wiring: Wiring) -> _AxisSource | None:
    """The source of an axis of a layer's input, through layers that pass it on; None where its calls do not agree."""
    if not calls or any(len(call) != 1 for call in calls):
        return None
    found = _source_of(graph, calls[0][0], wiring.input_shape)
    others = {call[0] for call in calls[1:]} - {calls[0][0]}
    return found if all(_source_of(graph, node, None) == found for node in others) else None


def _source_of(graph: Graph, node: Node, seen: Shapes) -> _AxisSource | None:
    """The source of an axis of a layer's output; ``seen`` is the output's shape as the next layer sees it."""
    wiring = graph.of(node)
    shape = wiring.output_shape or seen
    if node.role == "input" or shape is None or not is_single(shape):
        return None
    if node.kind is None or node.role == "operation" or not passes_on(node.class_name, node.config):
        axis = own_axis(node.class_name, node.config, len(shape)) if node.kind else len(shape) - 1
        return _axis_source(shape, axis, node)
    if wiring.source is None or wiring.input_shape is None:
        return None
    passed = passed_axis(node.class_name, node.config, wiring.source.axis, len(wiring.input_shape))
    found = None if passed is None else _axis_source(shape, passed, wiring.source.layer)
    return found if found and found.size == wiring.source.size else None


def _axis_source(shape: Shapes, axis: int, layer: Node) -> _AxisSource | None:
    """A source, where the shape has such an axis and tells its size."""
    size = shape[axis] if shape and 0 < axis < len(shape) else None
    return _AxisSource(layer, axis, size) if isinstance(size, int) else None
