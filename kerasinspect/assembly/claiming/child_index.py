"""An index of the layers right inside others, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.knowledge.naming import unnumbered

if TYPE_CHECKING:
    from kerasinspect.assembly.nodes import Node


class _NamedChildren(NamedTuple):
    """The first layer of each name; and of recurrent cells, which Keras 2 numbers apart, of each without its number."""

    layers: dict[str, Node]
    cells: dict[str, Node]

    def add(self, child: Node) -> None:
        """Add a layer, unless an earlier one has its name."""
        self.layers.setdefault(child.name, child)
        if child.role == "cell":
            self.cells.setdefault(unnumbered(child.name), child)


class ChildIndex:
    """Finds layers by the parts of stored names; each layer is looked at once, however many names there are."""

    def __init__(self) -> None:
        """Begin with an empty index."""
        self._known: dict[Node, _NamedChildren] = {}
        """By the outer layer."""

    def known(self, node: Node) -> _NamedChildren:
        """The layers right inside a layer, indexed at the first call."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = _NamedChildren({}, {})
            for child in node.children:
                known.add(child)
        return known

    def named(self, node: Node, part: str) -> Node | None:
        """The layer inside ``node`` that a part of a name means."""
        known = self.known(node)
        return known.layers.get(part) or known.cells.get(unnumbered(part))

    def append(self, node: Node, child: Node) -> None:
        """Put a layer inside another one, and into the index."""
        self.known(node).add(child)
        node.children.append(child)
