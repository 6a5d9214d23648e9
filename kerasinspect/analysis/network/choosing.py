"""The part of a network that was asked for, with what it is connected to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kerasinspect.analysis.network.results import Network, Node
    from kerasinspect.model import Layer, Model


def chosen_part(network: Network, model: Model, paths: Collection[str]) -> Network:
    """The nodes of some layers, by path, with all edges from and to them, and what stands at the other ends of these.

    A layer that is not drawn, such as the cell of an LSTM, stands for the one around it.
    """
    chosen = {*_chosen(network, model, paths)}
    edges = {edge: times for edge, times in network.edges.items() if edge.source in chosen or edge.target in chosen}
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    kept = sorted({around for place in chosen | ends for around in _with_clusters(network.nodes, place)})
    places = {place: new for new, place in enumerate(kept)}
    nodes = (replace(network.nodes[place], is_outside=place not in chosen) for place in kept)
    return replace(
        network,
        nodes=tuple(node if node.around is None else replace(node, around=places[node.around]) for node in nodes),
        edges={
            replace(edge, source=places[edge.source], target=places[edge.target]): times
            for edge, times in edges.items()
        },
    )


def _chosen(network: Network, model: Model, paths: Collection[str]) -> Iterator[int]:
    """The nodes of some layers, or of the layers around them where they are not drawn themselves."""
    drawn = {node.path: place for place, node in reversed([*enumerate(network.nodes)]) if node.path}
    pending: list[tuple[Layer, int]] = [(layer, drawn[layer.path]) for layer in model.layers]
    while pending:
        layer, around = pending.pop()
        place = drawn.get(layer.path, around)
        if layer.path in paths:
            yield place
        pending += [(inner, place) for inner in layer.layers]


def _with_clusters(nodes: tuple[Node, ...], place: int) -> Iterator[int]:
    """A node and the clusters that it lies in."""
    around: int | None = place
    while around is not None:
        yield around
        around = nodes[around].around
