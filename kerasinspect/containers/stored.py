"""Groups and arrays as they lie in a file, before anyone says what they mean."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import field
from operator import index
from types import EllipsisType
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from kerasinspect.containers.sources import BLOCK, Source
from kerasinspect.errors import DamagedFile, NoNumbers, RefusedFile
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.model import all_values, depth_first
from kerasinspect.shown.representation import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import DTypeLike

    from kerasinspect.dtypes import Encoding
    from kerasinspect.model import Index
    from kerasinspect.remarks import Remark

_UNWRITTEN_LIMIT = 1 << 20
"""Bytes of an array that was declared but never written whose fill value is still shown."""


PICKLED = "object"
"""The dtype of an array of pickled Python objects."""


class Storage(Protocol):
    """The bytes of an array in C order, wherever they are; hashed by identity: two names may be of one storage."""

    def read(self, start: int, count: int) -> bytes | memoryview:
        """``count`` bytes from ``start``."""

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces of at most ``size``; a piece is valid until the next one."""


@dataclass(frozen=True, slots=True, eq=False)
class Contiguous:
    """Bytes that lie in one run in the file: what every Keras writes."""

    source: Source
    offset: int
    nbytes: int

    def read(self, start: int, count: int) -> bytes:
        """``count`` bytes from ``start``, straight from the file."""
        return self.source.read_at(self.offset + start, count)

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces, through one buffer."""
        return self.source.blocks(self.offset, self.nbytes, size)


@dataclass(frozen=True, slots=True, eq=False)
class InMemory:
    """Bytes that a header held, or that were made from others."""

    load: Callable[[], bytes]

    def read(self, start: int, count: int) -> bytes:
        """``count`` bytes from ``start``."""
        return self.load()[start : start + count]

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces."""
        view = memoryview(self.load())
        return (view[start : start + size] for start in range(0, len(view), size))


@dataclass(frozen=True, slots=True, eq=False)
class Unwritten:
    """Declared, but never written: Keras and h5py would read a fill value everywhere."""

    nbytes: int
    where: str
    value: bytes | None = bytes(1)
    """The bytes of the fill value; None where there is none, so that h5py refuses to read."""

    @property
    def problem(self) -> str | None:
        """The reason why no values are given: there are none, or too many for a weight that someone forgot."""
        if self.nbytes > _UNWRITTEN_LIMIT:
            return f"{self.where} declares {self.nbytes:,} bytes but none of them are stored."
        if self.nbytes and self.value is None:
            return f"{self.where} was never written, and the file has no fill value for it."
        return None

    def read(self, start: int, count: int) -> bytes:
        """``count`` bytes from ``start`` of the fill value again and again."""
        value = self.value or bytes(1)
        skipped = start % len(value)
        return (value * (count // len(value) + 2))[skipped : skipped + count]

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces."""
        view = memoryview(self.read(0, self.nbytes))
        return (view[start : start + size] for start in range(0, len(view), size))


@dataclass(frozen=True, slots=True, eq=False)
class Withheld:
    """Values that may not be read: they lie in another file or behind a filter that is not read, or are no numbers."""

    reason: str
    is_partial: bool = True
    """They are numbers of the model, so that an answer without them is partial."""
    is_elsewhere: bool = False
    """They lie in another file."""

    def read(self, start: int, count: int) -> bytes:  # noqa: ARG002 - nothing is read, whatever is asked
        """Refuse."""
        raise self._refusal()

    def blocks(self, size: int) -> Iterator[memoryview]:  # noqa: ARG002
        """Refuse."""
        raise self._refusal()

    def _refusal(self) -> RefusedFile:
        """Why: where nothing of the model is missing, the array is whole and has no numbers."""
        return RefusedFile(self.reason) if self.is_partial else NoNumbers(self.reason)


@dataclass(frozen=True, slots=True)
class StoredArray:
    """One dataset: shape and dtype from its header, values from the file when asked for.

    Satisfies ``kerasinspect.model.Array``. ``encoding`` is how numpy sees the bytes, ``dtype`` what they mean.
    """

    path: str
    shape: tuple[int, ...]
    dtype: str
    encoding: Encoding
    storage: Storage
    position: int = 0
    """The highest place in the file that belongs to it; write order tells that of layers where nothing else does."""
    problem: str | None = None
    """The reason why its values cannot be read, where its header tells: it declares more than the file holds."""
    source: Source | None = None
    """The file that has to be open for its values to be read."""

    def __repr__(self) -> str:
        """Where it is stored, its shape and its dtype."""
        return one_line(self, self.path, str(self.shape), self.dtype)

    @property
    def size(self) -> int:
        """Number of scalars."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that the values take in the file's dtype."""
        return self.size * self.encoding.itemsize

    def __getitem__(self, key: Index) -> np.ndarray:
        """The selected values; only the bytes that they span are read."""
        from kerasinspect.containers.values import selected  # noqa: PLC0415 - numpy comes with it

        self._check_open()
        picks, kept = normalised(key, self.shape)
        values = selected(self.run, self.shape, picks, self.encoding, self.dtype)
        return values.reshape([len(pick) for pick, keep in zip(picks, kept, strict=True) if keep])

    def _check_open(self) -> None:
        """Raise ClosedModel where the file was closed, even if none of its bytes are needed."""
        if self.source is not None:
            self.source.check_open()

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:  # noqa: FBT001 - as numpy calls it
        """All values, as ``numpy.asarray`` asks for them."""
        return all_values(self, dtype, copy=copy)

    def run(self, first: int, count: int) -> bytes | memoryview:
        """The bytes of ``count`` values in a row, in C order."""
        if self.problem:
            raise DamagedFile(self.problem)
        width = self.encoding.itemsize
        return self.storage.read(first * width, count * width)

    def part(self, start: int, stop: int) -> StoredArray | None:
        """The values from one place to another in C order, as a flat array; None where they lie in no run."""
        if self.problem or not isinstance(self.storage, Contiguous):
            return None
        width = self.encoding.itemsize
        run = replace(self.storage, offset=self.storage.offset + start * width, nbytes=(stop - start) * width)
        return replace(self, shape=(stop - start,), storage=run)

    def blocks(self, size: int = BLOCK) -> Iterator[bytes | memoryview]:
        """All bytes, little-endian in C order, in pieces of at most ``size`` bytes."""
        self._check_open()
        if self.problem:
            raise DamagedFile(self.problem)
        width = max(1, self.encoding.itemsize)
        pieces = self.storage.blocks(max(width, size - size % width))
        if self.encoding.is_big_endian:
            from kerasinspect.containers.values import swapped  # noqa: PLC0415 - as above

            yield from (swapped(piece, self.encoding) for piece in pieces)
        else:
            yield from pieces


_LinkKind: TypeAlias = Literal["soft", "external", "user-defined", "same", "datatype", "damaged"]


class Link(NamedTuple):
    """A name in a group that leads to no object of its own: it is not followed, or its object has another name, too."""

    kind: _LinkKind
    """``same``: a hard link to an object that was met before; ``damaged``: a hard link to what cannot be read."""
    target: str = ""
    """The path that it leads to, or the number of a user-defined kind."""
    file: str = ""
    """The other file that an external link leads into."""

    @property
    def is_path(self) -> bool:
        """Whether it leads somewhere by a path or by a rule of its own rather than to an object."""
        return self.kind in {"soft", "external", "user-defined"}

    @property
    def words(self) -> str:
        """The rest of a sentence that begins with the link's own path."""
        return _LINK_WORDS[self.kind].format(self.target, self.file)

    def __str__(self) -> str:
        """Its words, for a remark."""
        return self.words


_LINK_WORDS: Mapping[_LinkKind, str] = {
    "soft": "links to {0}, not followed",
    "external": "links to {0} in {1}, not followed",
    "user-defined": "is a link of user-defined kind {0}, not followed",
    "same": "is the same as {0}",
    "datatype": "is a named datatype",
    "damaged": "is damaged",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A folder of groups and arrays, with attributes."""

    path: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    arrays: dict[str, StoredArray] = field(default_factory=dict)
    aliases: dict[str, StoredArray] = field(default_factory=dict)
    """Further names of arrays that lie in other groups, or in this one under another name."""
    links: dict[str, Link] = field(default_factory=dict)
    """Names that lead to no group or array of their own."""
    position: int = 0
    """The address of its header."""

    def walk(self) -> Iterator[Group]:
        """The group itself, then every group below it."""
        return depth_first(self, lambda group: group.groups.values()) if self.groups else iter((self,))

    def all_arrays(self) -> Iterator[StoredArray]:
        """Every array in this group and below."""
        for group in self.walk():
            yield from group.arrays.values()

    def at(self, path: str) -> Group | None:
        """The group at a path below this one."""
        group: Group | None = self
        for part in path.split("/"):
            group = group.groups.get(part) if group else None
        return group

    def text(self, name: str) -> str | None:
        """An attribute that is one text; None where it is absent or something else."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) else None

    def texts(self, name: str) -> list[str] | None:
        """An attribute that is a list of texts, put together where Keras had to split it; None where it is absent.

        Keras splits one that would pass the 64 KiB that HDF5 allows into ``name0``, ``name1`` and so on.
        """
        attributes = self.attributes
        if name in attributes:
            return _as_texts(attributes[name])
        parts: list[str] = []
        count = 0
        while f"{name}{count}" in attributes:
            parts += _as_texts(attributes[f"{name}{count}"])
            count += 1
        return parts if count else None


Attribute: TypeAlias = "str | list[str] | int | float | None"
"""The kinds of attribute value that Keras writes; anything else is None."""


@dataclass(frozen=True, slots=True)
class Tree:
    """An HDF5 file, parsed."""

    root: Group
    damage: tuple[str, ...] = ()
    """Sentences about the parts that could not be read."""
    outside_nbytes: int = 0
    """Bytes before and behind the HDF5 file itself that hold something."""
    unwritten: tuple[Remark, ...] = ()
    """A remark on every array that was never written, or not all of it."""


def _as_texts(value: Attribute) -> list[str]:
    """A list of texts from an attribute, whichever way the writer's h5py stored it."""
    if isinstance(value, str):
        return [value]
    return value if isinstance(value, list) else []


def normalised(key: Index, shape: tuple[int, ...]) -> tuple[list[range], list[bool]]:
    """The positions picked along every axis, and whether the axis stays, from a numpy basic index.

    Raises IndexError as numpy does, and for what numpy takes only from an array that is in memory.
    """
    picks, kept = [], []
    for part, size in zip(_axis_by_axis(key, len(shape)), shape, strict=True):
        if isinstance(part, slice):
            picks.append(range(size)[part])
        else:
            place = index(part)
            picks.append(
                range(size)[place : place + 1 or None] if -size <= place < size else _out_of_range(place, size)
            )
        kept.append(isinstance(part, slice))
    return picks, kept


def _axis_by_axis(key: Index, rank: int) -> Sequence[int | np.integer | slice]:
    """A whole number or a slice for each axis; all of an axis where an ellipsis or nothing stands for it."""
    parts = key if isinstance(key, tuple) else (key,)
    for part in parts:
        _require_basic(part)
    steps = [part for part in parts if not isinstance(part, EllipsisType)]
    at = parts.index(Ellipsis) if Ellipsis in parts else len(parts)
    if len(parts) > len(steps) + 1:
        message = "an index can only have a single ellipsis ('...')"
        raise IndexError(message)
    if len(steps) > rank:
        message = f"too many indices: the array has {rank} axes, but {len(steps)} were indexed"
        raise IndexError(message)
    return [*steps[:at], *[slice(None)] * (rank - len(steps)), *steps[at:]]


def _require_basic(part: object) -> None:
    """Raise IndexError for what is no whole number, slice or ellipsis; True is none, as numpy has it."""
    if isinstance(part, slice | EllipsisType):
        return
    with suppress(TypeError):
        index(part)  # type: ignore[arg-type]  # what is no number says so
        if not isinstance(part, bool):
            return
    kind = "None" if part is None else type(part).__name__
    message = (
        f"values in a file are indexed by integers, slices and ..., not by {kind}: "
        "write numpy.asarray(weight)[...], which reads all of them and takes every index of NumPy"
    )
    raise IndexError(message)


def _out_of_range(position: int, size: int) -> range:
    """Raise numpy's error for an index outside the axis."""
    message = f"index {position} is out of bounds for an axis of size {size}"
    raise IndexError(message)
