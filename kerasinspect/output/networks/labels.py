"""What stands on the nodes and edges of a network, and where what nothing connects is put."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from kerasinspect.model import UNKNOWN_CLASS
from kerasinspect.output.wording import counted, shape_text
from kerasinspect.shown.escaping import visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.network.results import Edge, Network, Node

UNWIRED = "how its layers are connected is not in the file"
"""What stands on a model or a layer whose inside only its own code knows."""

_ENDS = {"taken": "input", "given": "output"}
"""What is written where the whole model takes or gives something, by the kind of the node."""

_LINE = 50
"""Characters of a name after which it is broken: neither Mermaid nor Graphviz breaks a word."""

_MOST_BESIDE = 8
"""Nodes in a row that nothing connects."""


def node_title(node: Node) -> str:
    """The first line of a node: its name, or which input or output of the model it is."""
    if node.kind not in _ENDS:
        return visible_name(node.name) or "(no name)"
    return _ENDS[node.kind] if node.position is None else f"{_ENDS[node.kind]} {node.position + 1}"


def node_facts(node: Node) -> tuple[str, ...]:
    """The other lines of a node: its class and size, how often it is called, and which layer it is."""
    if node.kind in _ENDS:
        return ()
    size = counted(node.parameters, "parameter") if node.parameters and node.same_as is None else ""
    facts = [" · ".join(filter(None, (_class_in_words(node), size)))]
    if node.calls > 1:
        facts.append(f"called {node.calls:,} times")
    if node.same_as is not None:
        facts.append(f"the same as {visible_name(node.same_as)}")
    return (*facts, *([UNWIRED] if node.is_cluster and not node.is_wired else []))


def broken(text: str) -> Iterator[str]:
    """The text in parts that are no wider than a node should be."""
    return (text[start : start + _LINE] for start in range(0, len(text), _LINE))


def _class_in_words(node: Node) -> str:
    """The class of a layer, that of a wrapper with what it holds: ``Bidirectional(LSTM)``."""
    wrapped = ", ".join(visible_name(name) for name in dict.fromkeys(node.wrapped))
    name = visible_name(node.class_name or UNKNOWN_CLASS)
    return f"{name}({wrapped})" if wrapped else name


def model_facts(network: Network) -> str:
    """What a model without known connections is, for the frame around all that it holds."""
    return " · ".join(visible_name(fact) for fact in (network.name, network.class_name) if fact) or "model"


def edge_text(edge: Edge, times: int) -> str:
    """What stands on an edge: the shape, how often it is there, and which calls of shared layers it connects."""
    often = f"{times:,} times" if times > 1 else ""
    ends = (("from call", edge.source_call), ("call" if edge.source_call is None else "to call", edge.target_call))
    calls = " ".join(f"{word} {call + 1:,}" for word, call in ends if call is not None)
    return " · ".join(filter(None, (shape_text(edge.shape), often, calls)))


def below_one_another(network: Network) -> Iterator[tuple[int, int]]:
    """Pairs of nodes that nothing connects, of which the second is put below the first.

    Without them all would stand in one row, which for a model with hundreds of layers nobody could look at.
    """
    loose: dict[int | None, list[int]] = {}
    for place, node in enumerate(network.nodes):
        around = network.is_wired if node.around is None else network.nodes[node.around].is_wired
        if not around and node.kind not in _ENDS:
            loose.setdefault(node.around, []).append(place)
    for places in loose.values():
        beside = min(_MOST_BESIDE, isqrt(len(places) - 1) + 1)
        yield from zip(places, places[beside:], strict=False)
