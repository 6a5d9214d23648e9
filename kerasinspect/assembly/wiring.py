"""What each layer is connected to, and the shapes that pass between layers, from the config alone.

Every generation of ``inbound_nodes`` is read: nested lists of ``[name, node, tensor]`` with keyword arguments among
them, and the ``__keras_tensor__`` objects of Keras 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.assembly.nodes import as_mapping
from kerasinspect.knowledge.channels import own_axis, passed_axis, passes_on
from kerasinspect.knowledge.shapes import output_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.model import Shape

    Shapes: TypeAlias = "Shape | tuple[Shape, ...] | None"

HISTORY_LENGTH = 3
MOST_AXES = 64
"""As numpy allows."""
MOST_SHAPES = 1_000
"""Shapes that one layer takes or gives; of more, none is told, since all layers behind it would look at each."""


@dataclass(frozen=True, slots=True)
class Source:
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
    source: Source | None = None
    """What one axis of its input runs along, in every call."""


@dataclass(slots=True)
class Graph:
    """The wiring of every layer of a model, by identity of its node."""

    wiring: dict[int, Wiring] = field(default_factory=dict)

    def of(self, node: Node) -> Wiring:
        """Where a layer stands; nothing is known of one that the config does not connect."""
        return self.wiring.get(id(node)) or Wiring()


def connect(root: Node) -> Graph:
    """The graph of a whole model, nested models included."""
    graph = Graph()
    connect_model(graph, root, None)
    return graph


def connect_model(graph: Graph, model: Node, given: Shapes) -> None:
    """Wire the layers of a model that takes the given shapes, and those of the models among them.

    Only a Sequential that a config describes runs its layers one after the other; where a config says nothing of what
    feeds a layer, nothing is said.
    """
    places = by_name(model)
    previous: Node | None = None
    chained = is_chain(model)
    for child in model.children:
        if chained:
            calls = [[previous.name]] if previous is not None else []
        else:
            calls = [list(sources(call)) for call in listed(child.entry.get("inbound_nodes"))]
        feeding = [[places[name] for name in call if name in places] for call in calls]
        inbound = tuple(dict.fromkeys(chain.from_iterable(feeding)))
        wiring = graph.wiring[id(child)] = Wiring(inbound=inbound, calls=max(1, len(calls)))
        is_first = (chained and previous is None) or child.role == "input"
        wiring.input_shape = incoming(graph, child, feeding[0] if feeding else [], given if is_first else None)
        wiring.output_shape = outgoing(graph, child, wiring.input_shape)
        wiring.source = origin(graph, feeding, wiring)
        previous = child


def is_chain(model: Node) -> bool:
    """Whether a model runs its layers one after the other."""
    return model.from_config and model.kind is not None and model.kind.class_name == "Sequential"


def by_name(model: Node) -> dict[str, Node]:
    """The layers of a model by name; the first of each name."""
    return {child.name: child for child in reversed(model.children)}


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """A JSON list, or an empty one."""
    return value if isinstance(value, list) else []


def sources(call: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Names of the layers whose tensors a call takes, in order."""
    pending = [call]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            history = as_mapping(value.get("config")).get("keras_history")
            if value.get("class_name") == "__keras_tensor__" and isinstance(history, list) and history:
                value = history
            else:
                pending += reversed([*value.values()])
                continue
        if isinstance(value, list):
            if is_history(value):
                yield value[0]
                pending += [item for item in value[HISTORY_LENGTH:] if isinstance(item, dict)]
            else:
                pending += reversed(value)


def is_history(value: list[Any]) -> bool:
    """Whether a JSON list names a tensor: layer, call, output."""
    return (
        len(value) >= HISTORY_LENGTH
        and isinstance(value[0], str)
        and all(isinstance(part, int) for part in value[1:HISTORY_LENGTH])
        and value[0] != "_CONSTANT_VALUE"
    )


def incoming(graph: Graph, child: Node, first: list[Node], given: Shapes) -> Shapes:
    """The shapes that a layer's first call takes: from the layers before it, else as its own config says."""
    if len(first) > MOST_SHAPES:
        return None
    shapes = tuple(graph.of(node).output_shape for node in first)
    if len(shapes) == 1 and shapes[0] is not None:
        return shapes[0]
    if shapes and all(shape is not None and is_single(shape) for shape in shapes):
        return shapes  # type: ignore[return-value] # each was just seen to be one shape
    return declared(child) or given


def is_single(shape: Shapes) -> bool:
    """Whether this is one shape rather than several."""
    return shape is not None and not any(isinstance(size, tuple) for size in shape)


def declared(node: Node) -> Shape | None:
    """The input shape that a layer's own config or build config says, in any generation's words."""
    config, build = node.config, as_mapping(node.entry.get("build_config"))
    for holder, key in (
        (config, "batch_shape"),
        (config, "batch_input_shape"),
        (build, "input_shape"),
        (config, "build_input_shape"),
    ):
        shape = as_shape(holder.get(key))
        if shape is not None:
            return shape
    if isinstance(config.get("input_shape"), list):
        inner = as_shape(config["input_shape"])
        return None if inner is None else (None, *inner)
    width = config.get("input_dim")
    if isinstance(width, int) and node.class_name != "Embedding" and not isinstance(width, bool):
        length = config.get("input_length")
        return (None, length, width) if isinstance(length, int) else (None, width)
    return None


def as_shape(value: Any) -> Shape | None:  # noqa: ANN401 - any JSON
    """A JSON list of sizes, ``null`` for an open one; None for anything else, and for more axes than arrays have."""
    if not isinstance(value, list) or len(value) > MOST_AXES:
        return None
    if not all(size is None or type(size) is int for size in value):
        return None
    return tuple(value)


def outgoing(graph: Graph, node: Node, incoming_shape: Shapes) -> Shapes:
    """The shapes that a layer gives; a nested model, which is wired now, gives those of its last layer."""
    if node.role == "input":
        return declared(node) or incoming_shape
    if node.is_model:
        connect_model(graph, node, incoming_shape)
        return model_output(graph, node)
    inputs = () if incoming_shape is None else (incoming_shape,) if is_single(incoming_shape) else incoming_shape
    return output_shape(node.class_name, node.config, inputs) if inputs and node.kind else None  # type: ignore[arg-type]


def model_output(graph: Graph, model: Node) -> Shapes:
    """The shapes that a nested model gives, once it is wired."""
    outputs = model.config.get("output_layers")
    places = by_name(model)
    last = model.children[-1:] if is_chain(model) else []
    found = [places[name] for name in sources(outputs) if name in places] or last
    if len(found) > MOST_SHAPES:
        return None
    shapes = tuple(graph.of(child).output_shape for child in found)
    if len(shapes) == 1:
        return shapes[0]
    return shapes if shapes and all(is_single(shape) for shape in shapes) else None  # type: ignore[return-value]


def origin(graph: Graph, calls: list[list[Node]], wiring: Wiring) -> Source | None:
    """What the input of a layer runs along, looking through layers that pass it on, where all its calls agree."""
    if not calls or any(len(call) != 1 for call in calls):
        return None
    found = source_of(graph, calls[0][0], wiring.input_shape)
    others = {call[0] for call in calls[1:]} - {calls[0][0]}
    return found if all(source_of(graph, node, None) == found for node in others) else None


def source_of(graph: Graph, node: Node, seen: Shapes) -> Source | None:
    """What the output of a layer runs along; ``seen`` is its shape as the next layer sees it."""
    wiring = graph.of(node)
    shape = wiring.output_shape or seen
    if node.role == "input" or shape is None or not is_single(shape):
        return None
    if node.kind is None or node.role == "operation" or not passes_on(node.class_name, node.config):
        axis = own_axis(node.class_name, node.config, len(shape)) if node.kind else len(shape) - 1
        return sized(shape, axis, node)
    if wiring.source is None or wiring.input_shape is None:
        return None
    passed = passed_axis(node.class_name, node.config, wiring.source.axis, len(wiring.input_shape))
    found = None if passed is None else sized(shape, passed, wiring.source.layer)
    return found if found and found.size == wiring.source.size else None


def sized(shape: Shapes, axis: int, layer: Node) -> Source | None:
    """A source, where the shape has such an axis and tells its size."""
    size = shape[axis] if shape and 0 < axis < len(shape) else None
    return Source(layer, axis, size) if isinstance(size, int) else None
