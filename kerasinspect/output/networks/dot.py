"""A network in DOT, the language of Graphviz: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.late.patterns import late_pattern
from kerasinspect.output.networks.labels import (
    UNWIRED,
    below_one_another,
    broken,
    edge_text,
    model_facts,
    node_facts,
    node_title,
)
from kerasinspect.output.networks.nesting import nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.network.results import Edge, Network, Node

_HEAD = """\
digraph kerasinspect {
  charset="UTF-8" compound=true bgcolor=white fontname="Helvetica,Arial,sans-serif" fontsize=11
  node [shape=box style="rounded,filled" fillcolor="#f4f6f8" color="#7a8794" fontname="Helvetica,Arial,sans-serif"\
 fontsize=11 margin="0.15,0.08" height=0.35]
  edge [color="#7a8794" fontcolor="#4a5560" fontname="Helvetica,Arial,sans-serif" fontsize=9 arrowsize=0.7]"""

_STYLES = {
    "input": ' fillcolor="#dbe9f6" color="#33658a"',
    "taken": ' fillcolor="#dbe9f6" color="#33658a"',
    "given": ' fillcolor="#fbe3cc" color="#a85a13"',
    "operation": ' fillcolor="#ffffff"',
}
"""Colours of nodes by their kind, which people who see few colours can tell apart."""

_OUTSIDE = ' style="rounded,dashed" fontcolor="#6a7580"'

_SMALL = ' point-size="9" color="#4a5560"'

_AMID_ESCAPE = late_pattern(r"(?<=\\)(?=\w)")

_TO_THE_LEFT = '<br align="left"/>'

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def dot_lines(network: Network) -> Iterator[str]:
    """The lines of a directed graph from top to bottom, without ends of lines."""
    yield _HEAD
    if network.is_wired:
        yield from _body(network)
    else:
        yield f"  subgraph cluster_model {{ {_frame(model_facts(network), (UNWIRED,), is_wired=False)}"
        yield from _body(network)
        yield "  }"
    yield "}"


def _body(network: Network) -> Iterator[str]:
    """All nodes, then all edges."""
    for place, depth, ends in nested(network):
        yield f"{'  ' * depth}{'}' if ends else _node(place, network.nodes[place])}"
    inside = _first_inside(network)
    for edge, times in network.edges.items():
        yield f"  {_edge(network, inside, edge, times)}"
    for above, below in below_one_another(network):
        yield f"  n{inside.get(above, above)} -> n{inside.get(below, below)} [style=invis]"


def _node(place: int, node: Node) -> str:
    """A node, or the beginning of a cluster."""
    if node.is_cluster:
        return f"subgraph cluster_{place} {{ {_frame(node_title(node), node_facts(node), is_wired=node.is_wired)}"
    style = f"{_STYLES.get(node.kind, '')}{_OUTSIDE if node.is_outside else ''}"
    return f"n{place} [label=<{_label(node_title(node), node_facts(node))}>{style}]"


def _frame(title: str, facts: tuple[str, ...], *, is_wired: bool) -> str:
    """How the frame of a cluster looks: dashed where it is not known what happens in it."""
    style = "rounded" if is_wired else "rounded,dashed"
    label = _label(title, facts, _TO_THE_LEFT) + _TO_THE_LEFT
    return f'label=<{label}> style="{style}" color="#7a8794" labeljust=l'


def _label(title: str, facts: tuple[str, ...], end: str = "<br/>") -> str:
    """A title with smaller lines below it, the long ones among them broken."""
    titles = [_tagged(part, "b") for part in broken(title)]
    return end.join([*titles, *(_tagged(part, "font", _SMALL) for fact in facts for part in broken(fact))])


def _tagged(text: str, tag: str, attributes: str = "") -> str:
    """A text between tags. Graphviz takes a backslash and a letter for an escape even here, but not across tags."""
    parts = _AMID_ESCAPE.split(text)
    return "".join(f"<{tag}{attributes}>{part.translate(_ENTITIES)}</{tag}>" for part in parts)


def _first_inside(network: Network) -> Mapping[int, int]:
    """A node in each cluster, which Graphviz needs for an edge to or from the whole of it."""
    inside: dict[int, int] = {}
    for place, node in reversed([*enumerate(network.nodes)]):
        if node.around is not None:
            inside[node.around] = inside.get(place, place)
    return inside


def _edge(network: Network, inside: Mapping[int, int], edge: Edge, times: int) -> str:
    """An edge, which ends at the frame of a cluster rather than at a node in it."""
    facts = [f'label=" {edge_text(edge, times)} "']  # numbers and our own words
    for end, key in ((edge.source, "ltail"), (edge.target, "lhead")):
        if network.nodes[end].is_cluster:
            facts += [f"{key}=cluster_{end}", f"id=edge_{edge.source}_{edge.target}"]
    return f"n{inside.get(edge.source, edge.source)} -> n{inside.get(edge.target, edge.target)} [{' '.join(facts)}]"
