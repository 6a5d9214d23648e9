"""One file of a series while its neighbours are held against it: its layers, and what is known of their values."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import field
from math import hypot, isfinite
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kerasinspect.analysis.comparison.compared_values import are_stored_alike, compared_values
from kerasinspect.analysis.comparison.matching.places import values_of
from kerasinspect.analysis.comparison.series.results import Movement
from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.analysis.placed_layers import placed_layers
from kerasinspect.analysis.statistics import measure
from kerasinspect.analysis.weights_checksum import verifying
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kerasinspect.analysis.comparison.results import ArrayChange
    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.statistics import Statistics
    from kerasinspect.model import Array, Layer, Model, Weight

Compare: TypeAlias = "Callable[[Array, Array], ArrayChange]"
"""Holds two arrays of one shape against each other; raises UnreadableFile where one of them cannot be read."""

Place: TypeAlias = "tuple[str, int]"
"""The path of a layer, and which one it is of those with that path."""


class Row(NamedTuple):
    """A layer with its own weights that are followed."""

    layer: Layer
    weights: tuple[Weight, ...]


class Figures(NamedTuple):
    """What is known of the values of one weight in one file."""

    nan: int
    infinite: int
    norm: float
    """The L2 norm of those that are finite."""


@dataclass(slots=True)
class Sum:
    """The movement of numbers that are added array by array."""

    changed: int = 0
    distance: float = 0.0
    before: float = 0.0
    """The L2 norm of what was there before."""

    @classmethod
    def of(cls, parts: Iterable[Sum]) -> Sum:
        """The movement of several numbers together."""
        whole = cls()
        for part in parts:
            whole.add(part)
        return whole

    def add(self, other: Sum) -> None:
        """Add the movement of other numbers."""
        self.changed += other.changed
        self.distance = hypot(self.distance, other.distance)
        self.before = hypot(self.before, other.before)

    def movement(self) -> Movement:
        """All of it together."""
        share = self.distance / self.before if self.before else None if self.distance else 0.0
        return Movement(self.changed, self.distance, share if share is not None and isfinite(share) else None)


@dataclass(slots=True)
class MeasuredFile:
    """One file of a series that can be read; its model is open until its neighbours have been held against it."""

    model: Model
    at: int
    """Its position in the series."""
    rows: dict[Place, Row]
    damage: Damage
    figures: dict[str, Figures | None] = field(default_factory=dict)
    """By stored path; None where the values cannot be read."""
    verification: ExitStack = field(default_factory=ExitStack)
    """Ends when the checksum of the file is verified."""

    @classmethod
    def of(cls, model: Model, at: int, selection: Selection | None, *, whole: bool) -> MeasuredFile:
        """A file with the layers of a selection that have weights; of a ``whole`` one the checksum is verified."""
        seen: Counter[str] = Counter()
        rows: dict[Place, Row] = {}
        for row in _rows(selection) if selection else ():
            path = row.layer.path
            rows[path, seen[path]] = row
            seen[path] += 1
        file = cls(model, at, rows, Damage(frozenset(model.damage)))
        verified = file.verification.enter_context(verifying(model, file.damage.note, whole=whole))
        file.verification.callback(verified)
        return file

    def figures_of(self, weight: Weight) -> Figures | None:
        """What is known of the values of a weight, measured where nothing is; None for what cannot be read."""
        key = weight.stored_path
        if key not in self.figures:
            measured = self.damage.attempt(lambda: measure(values_of(weight)), weight.path, key)
            self.figures[key] = None if isinstance(measured, Unread) else _figures(measured)
        return self.figures[key]

    def is_lost(self, weight: Weight) -> bool:
        """Whether it is known that the values of a weight cannot be read."""
        return self.figures.get(weight.stored_path, weight) is None

    def lose(self, weight: Weight, message: str) -> None:
        """Note that the values of a weight cannot be read, and why."""
        self.figures[weight.stored_path] = None
        self.damage.note(message, weight.path)


def _figures(measured: Statistics) -> Figures:
    """What is known of values that were measured by themselves."""
    return Figures(measured.nan, measured.infinities, measured.norm or 0.0)


def moved(compare: Compare, before: MeasuredFile, old: Weight, file: MeasuredFile, new: Weight) -> Sum | None:
    """How one weight moved from the file before to another; None where that cannot be read."""
    if before.is_lost(old):
        return None
    one, other, are_told = compared_values(old, new)
    if not are_told and not are_stored_alike(old, new):
        return None
    change = Damage().attempt(lambda: compare(one, other), new.path, new.path)
    if isinstance(change, Unread):
        if file.figures_of(new):
            before.lose(old, change.message)
        return None
    if change.equal:
        known = file.figures[new.stored_path] = before.figures_of(old)
        return Sum(before=known.norm) if known else None
    if not are_told:
        return None
    norm = change.old_norm or 0.0
    before.figures.setdefault(old.stored_path, Figures(change.old_nan, change.old_infinite, norm))
    file.figures[new.stored_path] = Figures(change.new_nan, change.new_infinite, change.new_norm or 0.0)
    return Sum(change.changed, change.distance, norm)


def _rows(selection: Selection) -> Iterator[Row]:
    """The layers that have weights in a selection, each variable in the first of them that has it."""
    chosen = {weight.stored_path for weight in selection.weights if weight.same_as is None}
    for layer, _ in placed_layers(selection.model):
        weights = tuple(weight for weight in layer.weights if weight.stored_path in chosen)
        if weights:
            yield Row(layer, weights)
