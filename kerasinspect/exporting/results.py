"""What is exported: arrays with the names that they get, and the file that they went to."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias, overload

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.shown.lookup import is_among, named_or_at
from kerasinspect.shown.representation import counted_thing, html_table, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.shown_values import ShownAs
    from kerasinspect.axes import Axis
    from kerasinspect.model import Array, Model, Weight

FormName: TypeAlias = Literal["npz", "npy", "safetensors", "csv", "json"]
"""What arrays can be exported as."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One array that is exported."""

    name: str
    """The path of its weight, ``layer/weight``; of several models with the name of the file before it."""
    weight: Weight
    model: Model = field(repr=False)
    shown_as: ShownAs
    """What its numbers are: as stored, the integers that packed ones stand for, or those that the layer computes with.
    """
    array: Array = field(repr=False)
    axes: tuple[Axis, ...] = field(repr=False)
    """One for each axis of the array, of the same size."""
    sha256: str | None = None
    """Of the little-endian bytes in C order as the model has them, where digests are asked for."""
    fingerprint: str | None = field(default=None, repr=False)
    """That of its model, where digests are asked for and the whole model is exported."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape as exported: that of the values where several are packed into a byte."""
        return self.array.shape

    @property
    def dtype(self) -> str:
        """Dtype of what is exported, in Keras's word."""
        return self.array.dtype


@dataclass(frozen=True)
class Export:
    """A file that was exported. Its arrays can be counted, walked, and asked for by position or name."""

    path: str
    form: FormName
    arrays: tuple[Exported, ...]
    notes: tuple[str, ...] = ()
    """Sentences about arrays that have another dtype in the file."""

    def __len__(self) -> int:
        """The number of arrays."""
        return len(self.arrays)

    def __iter__(self) -> Iterator[Exported]:
        """Every array, in the order of ``get_weights()``."""
        return iter(self.arrays)

    def __contains__(self, key: object) -> bool:
        """Whether it can be asked for that name, or holds that very thing."""
        return is_among(self.arrays, lambda array: array.name, key)

    @overload
    def __getitem__(self, key: int | str) -> Exported: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Exported, ...]: ...
    def __getitem__(self, key: int | slice | str) -> Exported | tuple[Exported, ...]:
        """The array at a position, or of a name in the file; of a slice, those in it.

        Raises IndexError for a position, NothingMatches for a name that is not there.
        """
        return named_or_at("array", self.arrays, lambda array: array.name, key)

    def __repr__(self) -> str:
        """Its file and the number of its arrays, on one line."""
        return one_line(self, *self._facts)

    def _repr_html_(self) -> str:
        """Its arrays in a table, as a notebook shows them, with what is to be said of their dtypes."""
        rows = ((array.name, str(array.shape), array.dtype) for array in self.arrays)
        caption = " · ".join((*self._facts, *self.notes))
        return html_table(caption, ("array", "shape", "dtype"), rows, len(self))

    @property
    def _facts(self) -> tuple[str, ...]:
        """Its file, what that is, and the number of its arrays."""
        return (self.path, self.form, counted_thing(len(self), "array"))
