"""Makes the network of a model from its layers and its config."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from kerasinspect.analysis.network.results import Edge, Network, Node
from kerasinspect.analysis.network.ways import chain, configured
from kerasinspect.analysis.placed_layers import known_class
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.serialized import config_of, entries_of
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.analysis.network.ways import Tensor, Ways
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Layer, Model, Shape

    _Shapes: TypeAlias = "Shape | tuple[Shape, ...] | None"

_TOP = -1
"""Where the layers at the top lie, in place of the position of a node."""


@dataclass(slots=True)
class _Making:
    """A network while it is put together."""

    nodes: list[Node] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    """The layer of each node."""
    members: dict[int, list[int]] = field(default_factory=dict)
    """Positions of the nodes right in each cluster, by its own, and of those at the top."""
    ways: dict[int, Ways] = field(default_factory=dict)
    """How each cluster calls its members, where the file tells."""
    edges: dict[Edge, int] = field(default_factory=dict)


class _Given(NamedTuple):
    """A tensor as something in the network gives it."""

    place: int
    """Position of the node."""
    call: int | None
    output: int
    shape: Shape | None


def network_of(model: Model) -> Network:
    """The network of a model; where the file does not tell what feeds a layer, nothing does."""
    making = _Making()
    _place(making, model)
    for cluster, members in making.members.items():
        ways = _ways_at(making, cluster, members, model)
        if ways is not None:
            making.ways[cluster] = ways
        elif cluster != _TOP:
            making.nodes[cluster] = replace(making.nodes[cluster], is_wired=False)
    for cluster, ways in making.ways.items():
        _connect(making, making.members[cluster], ways)
    if _TOP in making.ways:
        _add_ends(making)
    return Network(model.name, model.class_name, tuple(making.nodes), making.edges, _TOP in making.ways)


def _place(making: _Making, model: Model) -> None:
    """Add a node for each layer that is drawn, in order, each behind the one that it lies in."""
    shared = {path: layer.path for layer in model.walk() for path in layer.also_at}
    making.members[_TOP] = []
    pending = [(layer, _TOP) for layer in reversed(model.layers)]
    while pending:
        layer, around = pending.pop()
        place = len(making.nodes)
        is_cluster = _holds_nodes(layer)
        making.nodes.append(_node_of(layer, around, shared.get(layer.path), is_cluster=is_cluster))
        making.layers.append(layer)
        making.members[around].append(place)
        if is_cluster:
            making.members[place] = []
            pending += [(inner, place) for inner in reversed(layer.layers)]


def _holds_nodes(layer: Layer) -> bool:
    """Whether what lies in a layer is drawn: in a model, in a layer of an unknown class, and in a wrapper of these.

    What Keras's own layers are made of, such as the cell of an LSTM, is told by their classes.
    """
    if layer.kind == "wrapper":
        return any(map(_holds_nodes, layer.layers))
    return bool(layer.layers) and (layer.kind == "model" or not layer.known)


def _node_of(layer: Layer, around: int, same_as: str | None, *, is_cluster: bool) -> Node:
    """The node of a layer."""
    return Node(
        name=layer.name,
        class_name=known_class(layer),
        path=layer.path,
        kind=layer.kind,
        around=None if around == _TOP else around,
        is_cluster=is_cluster,
        calls=layer.calls,
        same_as=same_as,
        wrapped=tuple(inner.class_name for inner in layer.layers) if layer.kind == "wrapper" and not is_cluster else (),
        parameters=None if is_cluster else layer.parameters,
    )


def _ways_at(making: _Making, cluster: int, members: Sequence[int], model: Model) -> Ways | None:
    """How a model or a layer calls what lies in it; None where the file does not tell."""
    layers = [making.layers[member] for member in members]
    if not layers:
        return None
    if cluster == _TOP:
        is_known = len(layers) == 1 or any(layer.inbound for layer in layers)
        return _ways_of(config_of(model.config or {}), model.class_name if is_known else None, layers)
    layer = making.layers[cluster]
    if layer.kind == "wrapper":
        return chain(1) if len(layers) == 1 else None
    return _ways_of(layer.config, layer.class_name if layer.known else None, layers)


def _ways_of(config: JsonObject, class_name: str | None, layers: Sequence[Layer]) -> Ways | None:
    """How a model of a class calls its layers; None where its config does not describe them."""
    if "layers" not in config:
        return None
    if row_of(class_name or "").is_chain:
        listed = len(entries_of(config["layers"]))  # behind these are layers that only the arrays tell of
        return chain(min(listed, len(layers))) if listed else None
    return configured(config, [layer.name for layer in layers])


def _connect(making: _Making, members: Sequence[int], ways: Ways) -> None:
    """Add the edges between the nodes right in a model."""
    for taken in ways.taken:
        layer = making.layers[members[taken.layer]]
        target = _taking(making, members[taken.layer], taken.position, taken.among)
        only = layer.input_shape if taken.among == 1 and not taken.call else None
        _add_edge(making, _giving(making, members, taken.tensor), target, taken.call if layer.calls > 1 else None, only)


def _add_edge(making: _Making, given: _Given, target: int, call: int | None = None, shape: _Shapes = None) -> None:
    """Add an edge for a tensor, or count it once more; the shape is what the layer takes that takes nothing else."""
    shape = given.shape or _single(shape, 0)
    edge = Edge(given.place, target, shape, given.call, call, given.output)
    making.edges[edge] = making.edges.get(edge, 0) + 1


def _giving(making: _Making, members: Sequence[int], tensor: Tensor) -> _Given:
    """What gives a tensor: a node inside a nested model, where the file tells which."""
    place, shape = members[tensor.layer], tensor.shape
    call = _call_of(making, place, tensor)
    while (ways := making.ways.get(place)) is not None:
        if "outputs" not in ways.ordered or tensor.output >= len(ways.outputs):
            break
        tensor = ways.outputs[tensor.output]
        place = making.members[place][tensor.layer]
        call = _call_of(making, place, tensor) if call is None else call
    return _Given(place, call, tensor.output, shape or _shape_given(making.layers[place], call, tensor.output))


def _call_of(making: _Making, place: int, tensor: Tensor) -> int | None:
    """Which call of a shared layer gives a tensor; None where there is one."""
    return tensor.call if making.layers[place].calls > 1 else None


def _taking(making: _Making, place: int, position: int | None, count: int) -> int:
    """The node that takes a tensor, which is one of several: an input of a nested model, where the file tells which."""
    while (ways := making.ways.get(place)) is not None:
        if position is None or "inputs" not in ways.ordered or count != len(ways.inputs):
            break
        place = making.members[place][ways.inputs[position].layer]
        position, count = 0, 1
    return place


def _shape_given(layer: Layer, call: int | None, output: int) -> Shape | None:
    """The shape of what a layer gives; that of a shared layer is known of its first call."""
    return None if call else _single(layer.output_shape, output)


def _single(shapes: _Shapes, place: int) -> Shape | None:
    """One of several shapes, or the only one."""
    several = [shape for shape in shapes or () if isinstance(shape, tuple)]
    if several:
        return several[place] if place < len(several) else None
    return None if shapes is None or place else tuple(size for size in shapes if not isinstance(size, tuple))


def _add_ends(making: _Making) -> None:
    """Add what the whole model takes, where no layer stands for it, and what it gives."""
    ways, members = making.ways[_TOP], making.members[_TOP]
    for tensor in ways.inputs:
        place = _taking(making, members[tensor.layer], 0, 1)
        if making.nodes[place].kind != "input":
            shape = _single(making.layers[members[tensor.layer]].input_shape, 0)
            _add_edge(making, _Given(_added(making, "taken", None), None, 0, shape), place)
    for position, tensor in enumerate(ways.outputs):
        given = _giving(making, members, tensor)
        _add_edge(making, given, _added(making, "given", position if len(ways.outputs) > 1 else None))


def _added(making: _Making, kind: Literal["taken", "given"], position: int | None) -> int:
    """The position of a new node for what the model takes or gives."""
    making.nodes.append(Node("", None, "", kind, position=position))
    return len(making.nodes) - 1
