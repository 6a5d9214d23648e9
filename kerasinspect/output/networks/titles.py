"""What browsers and screen readers say of the parts of a picture, in place of the names that Graphviz has for them."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from kerasinspect.output.networks.labels import model_facts, node_title
from kerasinspect.shown.escaping import visible_name

if TYPE_CHECKING:
    from kerasinspect.analysis.network.results import Network

_TITLE = re.compile(r'(id="edge_(\d+)_(\d+)"[^>]*>\s*)?<title>(?:n|cluster_)?(\w+)(?:&#45;&gt;n(\d+))?</title>')


def with_titles(svg: str, network: Network) -> str:
    """The picture with the path of each layer as its title, and both of them as that of an edge."""
    names = {str(place): visible_name(node.path) or node_title(node) for place, node in enumerate(network.nodes)}
    whole = f"network of {model_facts(network)}"

    def title(found: re.Match[str]) -> str:
        """What is said of one part."""
        before, *to_cluster, first, second = found.groups()
        ends = to_cluster if before else filter(None, (first, second))
        return f"{before or ''}<title>{escape(' → '.join(names.get(end, whole) for end in ends))}</title>"

    return _TITLE.sub(title, svg)
