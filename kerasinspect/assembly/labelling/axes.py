"""What runs along each axis of an array, and which layer's units its rows are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.sources import unit_word
from kerasinspect.axes import Axis, Origin
from kerasinspect.knowledge.axes import SHARED
from kerasinspect.knowledge.channels import multiplied_axis
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerasinspect.assembly.graph import Run, Wiring
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.knowledge.kinds import WeightSpec

_INCOMING = ("input", "channel")
"""Axes that run along a layer's input."""
_INNER_KERNELS = ("recurrent_kernel", "pointwise_kernel")
"""Kernels that multiply what the layer itself made of its input."""


def axes_of(
    node: Node, kind: WeightSpec | None, shape: tuple[int, ...], wiring: Wiring, paths: Mapping[Node, str]
) -> tuple[Axis, ...]:
    """The axes of an array: their names, gates along the last one, and the layer of ``paths`` that feeds the rows."""
    names = kind.names_along(shape) if kind else None
    if kind is None or names is None:
        return _bare_axes(shape)
    axes = [Axis(name, size, labels=(name,) * (name == SHARED)) for name, size in zip(names, shape, strict=True)]
    if axes and len(kind.rows) == shape[0]:
        axes[0] = replace(axes[0], labels=kind.rows)
    if axes and kind.gates and shape[-1] % len(kind.gates) == 0:
        axes[-1] = replace(axes[-1], blocks=kind.gates)
    source, place = wiring.source, _axis_fed(node, kind.name, axes, wiring)
    if source is not None and place is not None and axes[place].size == source.size:
        axes[place] = replace(
            axes[place],
            source=paths[source.layer],
            source_word=unit_word(source.layer),
            origins=tuple(_origin(run, paths) for run in source.runs),
        )
    return tuple(axes)


def _origin(run: Run, paths: Mapping[Node, str]) -> Origin:
    """A run of positions with the path of its layer."""
    return Origin("input" if run.layer is None else paths[run.layer], run.word, run.size, run.shape, run.axis)


def _bare_axes(shape: tuple[int, ...]) -> tuple[Axis, ...]:
    """The axes of an array of which nothing is known: a matrix, or several."""
    rank = len(shape)
    places = (*(f"axis {place}" for place in range(rank - 2)), *("row", "column")[max(0, 2 - rank) :])
    names = ("value",) if rank == 1 else places
    return tuple(Axis(name, size, told=False) for name, size in zip(names, shape, strict=True))


def _axis_fed(node: Node, weight: str, axes: Sequence[Axis], wiring: Wiring) -> int | None:
    """The axis of a kernel that runs along the axis of the input that the graph knows the source of."""
    if "kernel" not in weight or weight in _INNER_KERNELS or wiring.source is None or not wiring.input_shape:
        return None
    # An attention layer's projections have an equation for inputs of three axes, whatever comes in.
    class_name = "" if node.weights is not None else node.class_name
    rank, axis = len(wiring.input_shape), wiring.source.axis
    incoming = (place for place, one in enumerate(axes) if one.name in _INCOMING)
    return next((place for place in incoming if multiplied_axis(class_name, node.config, place, rank) == axis), None)
