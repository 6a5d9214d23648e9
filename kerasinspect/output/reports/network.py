"""The network of a model as JSON that a page draws: a row for each node, and edges in lanes beside the rows."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from kerasinspect.output.wording import first_few, shape_text
from kerasinspect.shown.escaping import visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.analysis.network.results import Edge, Network, Node
    from kerasinspect.output.formats.json import Document, Writable

_LANES = 16
"""Lanes beside the rows; edges that find all of them taken share the last."""

_NAMED = 4
"""Layers that a sentence names."""

_ENDS = {"taken": "input of the model", "given": "output of the model"}


def network_document(network: Network, rows: Mapping[str, int]) -> Document:
    """The nodes, and the edges by the rows of these; ``rows`` are those of layers in the tree, by their paths."""
    order = _order(network.nodes)
    places = {node: row for row, node in enumerate(order)}
    spans = sorted((places[edge.source], places[edge.target]) for edge in network.edges)
    feeds, depths = _feeds(network, places), _depths(network.nodes)
    return {
        "nodes": [{**_node(network, at, rows, feeds), "depth": depths[at]} for at in order],
        "edges": [[*span, lane] for span, lane in zip(spans, _lanes(spans), strict=True)],
        "remarks": [visible(remark) for remark in _remarks(network)],
    }


def _order(nodes: Sequence[Node]) -> list[int]:
    """The nodes as a page lists them: what the model takes first, and what it gives last."""
    ranks = {"taken": 0, "given": 2}
    return sorted(range(len(nodes)), key=lambda at: ranks.get(nodes[at].kind, 1))


def _feeds(network: Network, places: Mapping[int, int]) -> dict[int, list[Edge]]:
    """The edges into each node, in the order of the rows that they come from."""
    feeds: dict[int, list[Edge]] = {}
    for edge in sorted(network.edges, key=lambda edge: places[edge.source]):
        feeds.setdefault(edge.target, []).append(edge)
    return feeds


def _node(network: Network, at: int, rows: Mapping[str, int], feeds: Mapping[int, list[Edge]]) -> Document:
    """One node: what it is, what it takes from which others, and the row of its layer in the tree."""
    node = network.nodes[at]
    taken = [_taken(network, edge) for edge in feeds.get(at, ())]
    return {
        "name": visible_name(node.name) if node.name else _ENDS.get(node.kind, ""),
        "about": visible(", ".join(_about(node))),
        "takes": visible(f"takes {first_few(taken, _NAMED)}") if taken else "",
        "layer": rows.get(node.path),
    }


def _taken(network: Network, edge: Edge) -> str:
    """What passes along an edge: the name of its source, and its shape."""
    name = network.nodes[edge.source].name or "the input of the model"
    call = "" if edge.source_call is None else f" (call {edge.source_call + 1})"
    times = f" {network.edges[edge]} times" if network.edges[edge] > 1 else ""
    return f"{visible_name(name)}{call} {shape_text(edge.shape)}".rstrip() + times


def _about(node: Node) -> Iterator[str]:
    """What stands beside the name of a node."""
    if node.class_name:
        yield node.class_name
    yield from node.wrapped
    if node.calls > 1:
        yield f"called {node.calls:,} times"
    if node.same_as:
        yield f"the same layer as {node.same_as}"
    if node.position is not None:
        yield f"{node.position + 1}"


def _depths(nodes: Sequence[Node]) -> list[int]:
    """In how many models each node lies; each of these stands before it."""
    depths: list[int] = []
    for node in nodes:
        depths.append(0 if node.around is None else depths[node.around] + 1)
    return depths


def _lanes(spans: Iterable[tuple[int, int]]) -> Iterator[int]:
    """For each edge, in the order of the rows that they begin at, the first lane that is free along it.

    One to the next row needs none, and has lane 0.
    """
    free = [*range(1, _LANES + 1)]
    taken: list[tuple[int, int]] = []
    for source, target in spans:
        begin, end = min(source, target), max(source, target)
        while taken and taken[0][0] <= begin:
            heappush(free, heappop(taken)[1])
        if target == source + 1:
            yield 0
        elif free:
            heappush(taken, (end, free[0]))
            yield heappop(free)
        else:
            yield _LANES


def _remarks(network: Network) -> Iterator[str]:
    """What the file does not tell."""
    if not network.is_wired:
        yield "The file does not tell how the layers are connected: these are the layers and what lies in each."
    if unwired := network.unwired:
        yield f"The file does not tell how the layers inside these are connected: {first_few(unwired, _NAMED)}."
    if apart := network.unconnected:
        yield f"Connected to nothing: {first_few(apart, _NAMED)}."


def has_network(document: Mapping[str, Writable]) -> bool:
    """Whether there is anything to draw."""
    return bool(document["nodes"])
