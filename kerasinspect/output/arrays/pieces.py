"""What lies side by side in an array, gates or groups, and what a table or a picture of them is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.words import GATE_WORDS
from kerasinspect.output.arrays.layouts import PLACES, Piece, corner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.analysis.slicing import Window
    from kerasinspect.output.arrays.layouts import Roles

_GROUPS_MADE = 64
"""Groups of columns that are made of a long axis, from both of its ends; no page has room for more."""


def column_pieces(values: ShownValues, roles: Roles, *, full: bool) -> list[Piece]:
    """The columns in equally wide parts: gates, or the positions of the group axis, or all in one.

    Where not all are shown, those in the middle of a long axis are left out here: no page has room for them.
    """
    columns = positions_along(values.window, roles.column)
    if roles.group is not None:
        groups = positions_along(values.window, roles.group)
        ends = [groups] if full else corner(groups, _GROUPS_MADE)
        return [Piece(columns, at, values.label(roles.group, at)) for run in ends for at in run]
    gates = _gates(values, roles.column)
    return [Piece(gate, label=word) for word, gate in gates] if gates else [Piece(columns)]


def pieces_by_gate(values: ShownValues, roles: Roles, *, full: bool) -> list[list[Piece]]:
    """The columns in equally wide parts, those of each gate apart where the group axis has gates: all of equal length.

    Where not all are shown, each gate has its first.
    """
    gates = () if roles.group is None else _gates(values, roles.group)
    if roles.group is None or not gates:
        return [column_pieces(values, roles, full=full)]
    columns, name = positions_along(values.window, roles.column), values.axes[roles.group].name
    return [
        [
            Piece(columns, at, f"{name} {at - gate.start}", word, gate.start)
            for at in (gate if full else gate[: _GROUPS_MADE // len(gates)])
        ]
        for word, gate in gates
    ]


def _gates(values: ShownValues, at: int) -> list[tuple[str, range]]:
    """The gates along an axis and where they lie; none where only a part of it is looked at."""
    axis = values.axes[at]
    count = len(axis.blocks)
    if not count or at in values.labels or values.window[at] != range(axis.size) or axis.size % count:
        return []
    wide = axis.size // count
    words = [f"gate {gate} ({GATE_WORDS[gate]})" if gate in GATE_WORDS else f"gate {gate}" for gate in axis.blocks]
    return [(word, range(n * wide, (n + 1) * wide)) for n, word in enumerate(words)]


def column_label(values: ShownValues, roles: Roles, piece: Piece, position: int) -> str:
    """The label of one column."""
    axis = values.axes[roles.column]
    if piece.label and roles.group is None:
        return f"{axis.name} {position % (axis.size // len(axis.blocks))}"
    return values.label(roles.column, position)


def block_labels(values: ShownValues, fixed: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Which block this is; the only place of a window tells none from another."""
    for axis, at in fixed:
        if values.axes[axis].size > 1 or values.axes[axis].name not in PLACES or axis in values.labels:
            yield values.label(axis, at)


def fixed_labels(values: ShownValues) -> Iterator[str]:
    """The names of the positions at which a slice takes a single one."""
    for at, part in enumerate(values.window):
        if not isinstance(part, range):
            gate = "gate " if values.axes[at].blocks and at not in values.labels else ""
            yield gate + values.label(at, part)


def positions_along(window: Window, axis: int) -> range:
    """The positions of an axis that the window leaves free."""
    part = window[axis]
    return part if isinstance(part, range) else range(part, part + 1)
