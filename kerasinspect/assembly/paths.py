"""Paths of layers in the user's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.limits import check_paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.assembly.graph import Graph
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.limits import Limits

_WHERE = "The model"
"""What exceeds the limit, in a message."""


def layer_paths(model: Node, limits: Limits) -> dict[Node, str]:
    """The path of every layer in a model, and that of the model itself, which is empty.

    Raises RefusedFile where paths and classes of all layers and arrays become too long together; each array names the
    class of its layer, too.
    """
    paths = {model: ""}
    characters = len(model.class_name) * len(model.claims)
    check_paths(characters, limits, _WHERE)
    pending = [model]
    while pending:
        node = pending.pop()
        prefix = f"{paths[node]}/" if node is not model else ""
        for child in node.children:
            characters += (len(prefix) + len(child.name) + len(child.class_name)) * (1 + len(child.claims))
            check_paths(characters, limits, _WHERE)
            paths[child] = f"{prefix}{child.name}"
        pending += reversed(node.children)
    return paths


def check_connections(graph: Graph, paths: Mapping[Node, str], limits: Limits) -> None:
    """Raise RefusedFile where the paths of what feeds each layer become too long together."""
    characters = 0
    for wiring in graph.wiring.values():
        characters += sum(len(paths[node]) for node in wiring.inbound)
        check_paths(characters, limits, _WHERE)


def shared_paths(model: Node, paths: Mapping[Node, str]) -> dict[Node, list[str]]:
    """The other paths at which a shared layer appears."""
    shared: dict[Node, list[str]] = {}
    for node in model.walk():
        if node.same_as is not None:
            shared.setdefault(node.same_as, []).append(paths[node])
    return shared
