"""A network in the language of Mermaid, which GitHub, GitLab and many editors draw: https://mermaid.js.org."""

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
    import re
    from collections.abc import Iterator

    from kerasinspect.analysis.network.results import Network, Node

MOST_EDGES = 500
"""Edges that Mermaid draws unless whoever runs it has raised ``maxEdges``; a diagram cannot."""

_SPECIAL = late_pattern(r"[^A-Za-z0-9 (),·_]|^[0-9]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Characters that could mean something to Mermaid, Markdown or HTML where they stand."""
_RESOLVED_LATER = frozenset("$\\:\ufb02\xb6")
"""Characters that begin formulas, line breaks, icons and Mermaid's own entities after these were resolved."""

_SHAPES = {"input": ('(["', '"])'), "taken": ('(["', '"])'), "given": ('(["', '"])'), "operation": ('{{"', '"}}')}
"""What is written around the label of a node that is no box, by its kind."""


def mermaid_lines(network: Network) -> Iterator[str]:
    """The lines of a flowchart from top to bottom, without ends of lines."""
    yield "%% kerasinspect graph"
    yield "flowchart TD"
    if network.is_wired:
        yield from _body(network)
    else:
        yield f'  subgraph model["{_label(model_facts(network), UNWIRED)}"]'
        yield from _body(network)
        yield "  end"
    outside = [f"n{place}" for place, node in enumerate(network.nodes) if node.is_outside and not node.is_cluster]
    if outside:
        yield "  classDef outside stroke-dasharray:4 4"
        yield f"  class {','.join(outside)} outside"


def _body(network: Network) -> Iterator[str]:
    """All nodes, then all edges."""
    for place, depth, ends in nested(network):
        yield f"{'  ' * depth}{'end' if ends else _node(place, network.nodes[place])}"
    for edge, times in network.edges.items():
        said = edge_text(edge, times)
        label = f'|"{_escaped(said)}"|' if said else ""
        yield f"  n{edge.source} -->{label} n{edge.target}"
    yield from (f"  n{above} ~~~ n{below}" for above, below in below_one_another(network))


def _node(place: int, node: Node) -> str:
    """A node, or the beginning of a cluster."""
    label = _label(node_title(node), *node_facts(node))
    if node.is_cluster:
        return f'subgraph n{place}["{label}"]'
    before, after = _SHAPES.get(node.kind, ('["', '"]'))
    return f"n{place}{before}{label}{after}"


def _label(*lines: str) -> str:
    """A label of several lines, the long ones among them broken."""
    return "<br/>".join(_escaped(part) for line in lines for part in broken(line))


def _escaped(text: str) -> str:
    """Text that stands for itself: what could mean anything else has its number, and where needed a tag behind it."""
    return _SPECIAL.sub(_by_number, text)


def _by_number(found: re.Match[str]) -> str:
    """A character as Mermaid writes it that resolves entities; an empty tag parts it from what follows."""
    return f"#{ord(found[0])};{'<wbr/>' if found[0] in _RESOLVED_LATER else ''}"
