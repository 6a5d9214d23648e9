"""``graph`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import model_document, model_state

if TYPE_CHECKING:
    from kerasinspect.analysis.network.results import Edge, Network, Node
    from kerasinspect.model import Model
    from kerasinspect.output.formats.json import Document

_GRAPH_SCHEMA = "kerasinspect.graph/1"


def graph_document(model: Model, network: Network) -> Document:
    """The document of ``graph``."""
    return {
        "schema": _GRAPH_SCHEMA,
        "model": model_document(model),
        "connections_known": network.is_wired,
        "nodes": [_node(node) for node in network.nodes],
        "edges": [_edge(edge, times) for edge, times in network.edges.items()],
        **model_state(model, None),
    }


def _node(node: Node) -> Document:
    """The document of one node."""
    return {
        "name": node.name or None,
        "class_name": node.class_name,
        "path": node.path or None,
        "kind": node.kind,
        "inside": node.around,
        "holds_nodes": node.is_cluster,
        "connections_known": node.is_wired,
        "calls": node.calls,
        "same_as": node.same_as,
        "wrapped": node.wrapped,
        "parameters": node.parameters,
        "selected": not node.is_outside,
    }


def _edge(edge: Edge, times: int) -> Document:
    """The document of one edge."""
    return {
        "source": edge.source,
        "target": edge.target,
        "shape": edge.shape,
        "source_call": edge.source_call,
        "target_call": edge.target_call,
        "output": edge.output,
        "times": times,
    }
