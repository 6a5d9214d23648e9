"""The labels of rows, columns and groups of a grid, in the room that a page has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.output.arrays.layouts import corner
from kerasinspect.output.layout.cutting import numbered, told_apart
from kerasinspect.shown.escaping import NAME_LIMIT, columns_of, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.output.arrays.layouts import Piece, Runs

_TOLD_APART = 4_096
"""Labels that are compared with each other, so that no two look alike; of more each that is cut has its number."""

_MEASURED = 64
"""Labels of an axis that counts which are measured where there are very many: its first and its last."""


@dataclass(frozen=True, slots=True)
class RowLabels:
    """What stands beside the rows of a grid."""

    width: int
    """Columns that the widest label takes."""
    text: Callable[[int], str]
    """The label of the row at a position."""


NO_LABELS = RowLabels(0, lambda _: "")
"""For an array that has no axis along its rows."""


def row_labels(values: ShownValues, axis: int, runs: Runs, room: int | None) -> RowLabels:
    """The labels of some rows, in at most so many columns."""
    if sum(map(len, runs)) > _TOLD_APART:
        return _counted_labels(values, axis, runs, room)
    places = [at for run in runs for at in run]
    texts = told_apart([values.label(axis, at) for at in places], room)
    return RowLabels(_widest(texts), dict(zip(places, texts, strict=True)).__getitem__)


def _counted_labels(values: ShownValues, axis: int, runs: Runs, room: int | None) -> RowLabels:
    """The labels of very many rows, of which those that count are as wide as the first or the last; others are cut."""
    widest = _widest(visible(values.label(axis, at), NAME_LIMIT) for at in measured_positions(values, axis, runs))
    width = widest if room is None else min(widest, room)

    def text(at: int) -> str:
        label = visible(values.label(axis, at), NAME_LIMIT)
        return label if columns_of(label) <= width else numbered(label, at, width)

    return RowLabels(width, text)


def measured_positions(values: ShownValues, axis: int, runs: Runs) -> Iterator[int]:
    """The positions whose labels are measured; of an axis that counts, the first and the last tell."""
    counts = axis not in values.labels and values.axes[axis].counts
    return (at for run in runs for part in (corner(run, _MEASURED) if counts else [run]) for at in part)


def with_labels_cut(groups: list[Piece], room: int | None) -> list[Piece]:
    """Groups of columns whose labels take at most so many columns; those of gates lose their words to leave room."""
    labels = [group.label for group in groups]
    if room is not None and groups[0].group is None and 2 * _widest(labels) > room:
        labels = [label.partition(" (")[0] for label in labels]
    cuts = told_apart(labels, room)
    return [replace(group, label=label) for group, label in zip(groups, cuts, strict=True)]


def _widest(texts: Iterable[str]) -> int:
    """Columns of the widest of some labels."""
    return max(map(columns_of, texts), default=0)
