"""What a comparison of one file after another gives: how each layer moved, where the first NaN is, or infinity."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args, overload

from kerasinspect.analysis.selection.sort_keys import largest_first
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.shown.lookup import Directory, is_among
from kerasinspect.shown.representation import counted_thing, html_table, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerasinspect.analysis.selection.sort_keys import SortKey

LayerOrder: TypeAlias = Literal["order", "name", "total", "largest", "last"]
"""In which order layers are listed."""

LAYER_ORDERS: tuple[LayerOrder, ...] = get_args(LayerOrder)


@dataclass(frozen=True, slots=True)
class Movement:
    """How numbers moved from the file before to one, all of them together."""

    changed: int
    """Positions with another value."""
    distance: float
    """The L2 norm of the difference, over the positions that are finite on both sides."""
    change: float | None
    """That as a share of the L2 norm of the values before; None where they were all zero and are not."""


@dataclass(frozen=True, slots=True)
class LayerSeries:
    """One layer over all files, by its own weights."""

    path: str
    """The path in the first file that has it, or that tells its name."""
    last_path: str
    """The path in the last such file."""
    class_name: str
    trains: bool | None
    """Whether training changes any of its weights, as the last file that has it says."""
    parameters: int
    """Scalars in its own weights."""
    weights: tuple[str, ...]
    """The names of those that are compared."""
    movements: tuple[Movement | None, ...]
    """One for each file; None in the first, and where there is nothing to compare with."""
    nan: tuple[int | None, ...]
    """NaN among its values in each file; None where the file lacks it, or its values cannot be read."""
    infinite: tuple[int | None, ...]
    """Infinities among its values in each file, as ``nan``."""
    missing: tuple[int, ...] = ()
    """The positions of the files that are known to lack it."""
    unseen: bool = False
    """Whether it may have moved unseen: some of its values cannot be read, or it was missing and came back."""
    trained: tuple[Movement | None, ...] = ()
    """Those of ``movements`` that its trainable weights alone make, where it has others too; empty where not."""

    def __repr__(self) -> str:
        """Its path, its class, and how far it moved."""
        total = "" if self.total is None else f"sum of changes {self.total:.4g}"
        return one_line(self, self.path, self.class_name, counted_thing(len(self.movements), "file"), total)

    @property
    def compared(self) -> tuple[tuple[int, Movement], ...]:
        """The movements that there are, each with the position of its file."""
        return tuple((at, movement) for at, movement in enumerate(self.movements) if movement is not None)

    @property
    def moves(self) -> bool | None:
        """Whether any value changed from one file to the next; None where that is not known."""
        if any(movement.changed for _, movement in self.compared):
            return True
        return False if self.compared and not self.unseen else None

    @property
    def total(self) -> float | None:
        """The sum of its changes, the length of its way; None where there is none."""
        return sum(self._changes.values()) if self._changes else None

    @property
    def trained_total(self) -> float | None:
        """The sum of the changes of its trainable weights, without statistics that follow the data; None where none."""
        moved = self.trained or (() if self.trains is False else self.movements)
        changes = [one.change for one in moved if one is not None and one.change is not None]
        return sum(changes) if changes else None

    @property
    def trained_largest(self) -> int | None:
        """The position of the file up to which its trainable weights moved most; None where they did not."""
        if not self.trained:
            return self.largest
        moved = {at: one.change for at, one in enumerate(self.trained) if one is not None and one.change}
        return max(moved, key=moved.__getitem__, default=None)

    @property
    def largest(self) -> int | None:
        """The position of the file up to which it moved most; None where it did not."""
        moved = {at: change for at, change in self._changes.items() if change}
        return max(moved, key=moved.__getitem__, default=None)

    @property
    def last(self) -> float | None:
        """Its change up to the last file; None where there is none."""
        movement = self.movements[-1]
        return None if movement is None else movement.change

    @property
    def since(self) -> int | None:
        """The position of the first file in which its values can be read."""
        return next((at for at, count in enumerate(self.nan) if count is not None), None)

    @property
    def first_nan(self) -> int | None:
        """The position of the first file in which it has a NaN."""
        return next((at for at, count in enumerate(self.nan) if count), None)

    @property
    def first_infinity(self) -> int | None:
        """The position of the first file in which it has an infinite value."""
        return next((at for at, count in enumerate(self.infinite) if count), None)

    @property
    def _changes(self) -> Mapping[int, float]:
        """The changes that can be told, by position."""
        return {at: movement.change for at, movement in self.compared if movement.change is not None}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One file of a series."""

    location: str
    error: str = ""
    """Why it cannot be read; then nothing else is known."""
    format: str | None = None
    keras_version: str | None = None
    compared_with: int | None = None
    """The position of the last file before it that could be read."""
    movement: Movement | None = None
    """Of all layers together, from that file on."""
    nan: int | None = None
    """NaN in all weights; None where none could be read."""
    nan_in: str | None = None
    """The path of the first weight with a NaN."""
    infinite: int | None = None
    """Infinities in all weights; None where none could be read."""
    infinite_in: str | None = None
    """The path of the first weight with an infinity."""
    new: tuple[str, ...] = ()
    """Paths of layers that the file before lacks, or has in other shapes."""
    back: tuple[str, ...] = ()
    """Those of them that an earlier file has, the same as far as class and shapes tell."""
    gone: tuple[str, ...] = ()
    """Paths of layers of the file before that this one lacks, or has in other shapes."""
    damage: tuple[str, ...] = ()
    """Sentences about what could not be read of it."""

    @property
    def unread(self) -> tuple[str, ...]:
        """Sentences about what could not be read, be it all of it."""
        return (self.error, *self.damage) if self.error else self.damage


@dataclass(frozen=True)
class Series:
    """How the layers of a model move over files. They can be counted, walked, and asked for by position or path."""

    checkpoints: tuple[Checkpoint, ...]
    """Every file, in order."""
    layers: tuple[LayerSeries, ...]
    """Every layer of any file that has weights, in the order in which the files have them."""

    @cached_property
    def first_nan(self) -> Checkpoint | None:
        """The first file with a NaN."""
        return next((one for one in self.checkpoints if one.nan), None)

    @cached_property
    def first_infinity(self) -> Checkpoint | None:
        """The first file with an infinite value."""
        return next((one for one in self.checkpoints if one.infinite), None)

    @cached_property
    def moves_most(self) -> LayerSeries | None:
        """The layer whose trainable weights have the largest sum of changes; None where none moves.

        Moving statistics follow the data whatever is learned, and their shares are large beside those of kernels.
        Where no trainable weight moves, any layer that does is asked.
        """
        moving = [layer for layer in self.layers if layer.trained_total]
        if moving:
            return max(moving, key=lambda layer: layer.trained_total or 0.0)
        return max((one for one in self.layers if one.total), key=lambda layer: layer.total or 0.0, default=None)

    @cached_property
    def statistics_move_most(self) -> LayerSeries | None:
        """The layer that moves most with its moving statistics, where that is more than any trainable weights move."""
        most = max((one for one in self.layers if one.total), key=lambda layer: layer.total or 0.0, default=None)
        return None if most is self.moves_most or most is None or not (most.trained or most.trains is False) else most

    @cached_property
    def never_move(self) -> tuple[LayerSeries, ...]:
        """The layers of which no value changes from any file to the next."""
        return tuple(layer for layer in self.layers if layer.moves is False)

    @property
    def partial(self) -> bool:
        """Whether a file, or a part of one, could not be read."""
        return any(one.unread for one in self.checkpoints)

    def arranged(self, order: LayerOrder = "order", top: int | None = None) -> tuple[LayerSeries, ...]:
        """The first ``top`` layers in an order: the largest first, names by letter."""
        return tuple(sorted(self.layers, key=_SORT[order]) if order in _SORT else self.layers)[:top]

    def __len__(self) -> int:
        """The number of layers."""
        return len(self.layers)

    def __iter__(self) -> Iterator[LayerSeries]:
        """Every layer, in order."""
        return iter(self.layers)

    def __contains__(self, key: object) -> bool:
        """Whether it can be asked for that path, or holds that very layer."""
        return is_among(self.layers, lambda layer: layer.path, key)

    @overload
    def __getitem__(self, key: int | str) -> LayerSeries: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[LayerSeries, ...]: ...
    def __getitem__(self, key: int | slice | str) -> LayerSeries | tuple[LayerSeries, ...]:
        """The layer at a position, or of a path; of a slice, those in it.

        Raises IndexError for a position, NothingMatches for a path that is not there.
        """
        return self._by_path.named(key) if isinstance(key, str) else self.layers[key]

    @cached_property
    def _by_path(self) -> Directory[LayerSeries]:
        """Every layer by its path in the first file that has it."""
        return Directory.of("layer", ((layer.path, layer) for layer in self.layers))

    def __repr__(self) -> str:
        """How many layers and files there are."""
        return one_line(self, *self._facts)

    def _repr_html_(self) -> str:
        """Its layers in a table, as a notebook shows them."""
        rows = map(_html_cells, self.layers)
        return html_table(" · ".join(self._facts), _HTML_TITLES, rows, len(self.layers), _HTML_NUMBERS)

    @property
    def _facts(self) -> tuple[str, ...]:
        """How many layers and files there are, and where the first NaN and the first infinity are."""
        first = (("NaN", self.first_nan), ("infinity", self.first_infinity))
        counts = (counted_thing(len(self.layers), "layer"), counted_thing(len(self.checkpoints), "file"))
        return *counts, *(f"first {what} in {where.location}" for what, where in first if where is not None)


_HTML_TITLES = ("layer", "class", "parameters", "moves", "sum of changes")
_HTML_NUMBERS = ("parameters", "sum of changes")


def _html_cells(layer: LayerSeries) -> tuple[str, ...]:
    """One layer as a row of a notebook's table."""
    moves = {True: "yes", False: "no", None: ""}[layer.moves]
    total = "" if layer.total is None else f"{layer.total:.4g}"
    return (layer.path, layer.class_name, f"{layer.parameters:,}", moves, total)


def _largest_change(layer: LayerSeries) -> float | None:
    """The largest change of a layer."""
    return max((movement.change for _, movement in layer.compared if movement.change is not None), default=None)


_SORT: Mapping[str, Callable[[LayerSeries], SortKey]] = {
    "name": lambda layer: layer.path,
    "total": largest_first(lambda layer: layer.total),
    "largest": largest_first(_largest_change),
    "last": largest_first(lambda layer: layer.last),
}
"""Sort keys by order."""
