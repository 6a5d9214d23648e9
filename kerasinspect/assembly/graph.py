"""Where each layer stands in the graph: what feeds it, the shapes of that, and what runs along its axes."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from typing import TypeGuard

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.model import Shape

    Shapes: TypeAlias = "Shape | tuple[Shape, ...] | None"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive positions along an axis that one layer gives."""

    layer: Node | None
    """None where it is what the model takes, and no layer stands for that."""
    word: str
    """What one step along its units is called; empty where no axis is known to be of units."""
    size: int
    shape: tuple[int, ...] = ()
    """Sizes of the axes that lie in a row here; empty where there is but one."""
    axis: int = -1
    """Which of ``shape`` runs along the units."""


@dataclass(frozen=True, slots=True)
class AxisSource:
    """The layer whose own units, filters or outputs one axis of a tensor runs along, position by position."""

    layer: Node
    axis: int
    size: int
    placed_by: Node
    """The last layer that put values at other places along the other axes."""
    runs: tuple[Run, ...] = ()
    """What the positions are further back, where the layer only lays out what others give."""


@dataclass(slots=True)
class Wiring:
    """Where a layer stands in the graph."""

    inbound: tuple[Node, ...] = ()
    """The layers that feed it."""
    calls: int = 1
    taken: tuple[Node, ...] = ()
    """What its first call takes, one for each tensor."""
    is_first: bool = False
    """It takes what a model takes that runs its layers one after the other."""
    input_shape: Shapes = None
    output_shape: Shapes = None
    source: AxisSource | None = None
    """The layer whose units one axis of its input runs along, in every call."""
    given: AxisSource | None = None
    """The layer whose units one axis of its output runs along."""
    values: Node | None = None
    """The layer whose output values it takes as they are, in every call."""


@dataclass(slots=True)
class Graph:
    """The wiring of every layer of a model."""

    wiring: dict[Node, Wiring] = field(default_factory=dict)

    def of(self, node: Node) -> Wiring:
        """Where a layer stands; nothing is known of one that the config does not connect."""
        return self.wiring.get(node) or Wiring()


def is_single(shapes: Shapes) -> TypeGuard[Shape]:
    """Whether this is one shape rather than several, or none."""
    return shapes is not None and tuple not in map(type, shapes)
