"""The network of a model as values: layers and models that hold others, and the tensors that pass between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from kerasinspect.model import Shape
    from kerasinspect.model.layers import LayerKind

_NodeKind: TypeAlias = "LayerKind | Literal['taken', 'given']"
"""What a node is: a layer of some kind, or what the whole model takes where no layer stands for that, or gives."""


@dataclass(frozen=True, slots=True)
class Node:
    """A layer in the network, a model or layer with others inside, or what the whole model takes or gives."""

    name: str
    """Empty for what the model takes or gives."""
    class_name: str | None
    """None where the file does not tell it."""
    path: str
    """Empty for what the model takes or gives."""
    kind: _NodeKind
    around: int | None = None
    """Position of the node that it lies in; None at the top."""
    is_cluster: bool = False
    """Other nodes lie in it."""
    is_wired: bool = True
    """Of a cluster: the file tells how what lies in it is connected. A layer alone has nothing to connect."""
    calls: int = 1
    """How often it is called; a shared layer is called more than once."""
    same_as: str | None = None
    """Path at which the same layer is met first, where a model shares one with another."""
    wrapped: tuple[str, ...] = ()
    """Classes of the layers that a wrapper holds, where they are not drawn."""
    parameters: int | None = None
    """Scalars in its weights and those of its sublayers; None for a cluster, and for what the model takes or gives."""
    position: int | None = None
    """Which of the tensors it is that the model gives, from 0; None where there is one, and for layers."""
    is_outside: bool = False
    """It was not chosen, and is there because a chosen node is connected to it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A tensor that passes from one node to another; several that differ in nothing are one edge."""

    source: int
    """Position of the node that gives it: a cluster where the file does not tell which layer in it does."""
    target: int
    """Position of the node that takes it, or of a cluster."""
    shape: Shape | None = None
    """None where the file does not tell it."""
    source_call: int | None = None
    """Which call of the source, or of a model around it, gives it, from 0; None where there is one call."""
    target_call: int | None = None
    """Which call of the target, or of a model around it, takes it, from 0; None where there is one call."""
    output: int = 0
    """Which of the outputs of the source it is, from 0."""


@dataclass(frozen=True, slots=True)
class Network:
    """All nodes, each behind the one that it lies in, and the edges between them with how often each is there."""

    name: str | None
    class_name: str | None
    nodes: tuple[Node, ...]
    edges: dict[Edge, int]
    """In the order of the layers that take them; more than once where a call takes one tensor several times."""
    is_wired: bool
    """The file tells how the layers at the top are connected."""

    @property
    def unwired(self) -> tuple[str, ...]:
        """Paths of the clusters of which the file does not tell how what lies in them is connected."""
        return tuple(node.path for node in self.nodes if node.is_cluster and not node.is_wired)

    @property
    def unconnected(self) -> tuple[str, ...]:
        """Paths of the layers that nothing feeds and that feed nothing, though others beside them are connected."""
        met = {end for edge in self.edges for end in (edge.source, edge.target)}
        wired: dict[int | None, bool] = {None: self.is_wired}
        wired |= {place: node.is_wired for place, node in enumerate(self.nodes)}
        beside: dict[int | None, int] = {}
        for node in self.nodes:
            beside[node.around] = beside.get(node.around, 0) + 1
        return tuple(
            node.path
            for place, node in enumerate(self.nodes)
            if place not in met and not node.is_cluster and wired[node.around] and beside[node.around] > 1
        )
