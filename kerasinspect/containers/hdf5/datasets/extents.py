"""Whose the bytes of an HDF5 file are: no array may lie over what the file is made of, or over another array."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate, pairwise, repeat
from operator import add, gt
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.datasets.chunks import Chunked
from kerasinspect.containers.stored import Contiguous

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.stored import StoredArray


class _Run(NamedTuple):
    """Values that lie in a row."""

    start: int
    end: int
    owner: int
    """The place of the array that they are of."""


def overlaps(file: OpenFile, arrays: Sequence[StoredArray]) -> Iterator[tuple[int, str]]:
    """The place of every array that lies where it cannot, and over what; the file must have been walked.

    Of two arrays that share bytes nothing tells which one they belong to, so that both are given.
    """
    runs = sorted(_runs(arrays))
    for place in sorted(set(_over_structure(file, runs))):
        yield place, "its values lie over headers of the file"
    for place in sorted(set(_over_one_another(runs))):
        yield place, "its values share bytes with those of another array, or with themselves"


def _runs(arrays: Iterable[StoredArray]) -> Iterator[_Run]:
    """Every run of values that is not empty."""
    for place, one in enumerate(arrays):
        storage = one.storage
        if isinstance(storage, Contiguous) and storage.nbytes:
            yield _Run(storage.offset, storage.offset + storage.nbytes, place)
        elif isinstance(storage, Chunked):
            yield from (_Run(start, end, place) for start, end in storage.index.extents() if start < end)


def _over_structure(file: OpenFile, runs: Sequence[_Run]) -> Iterator[int]:
    """The owner of each run that lies over anything that was read to find it: headers, trees, heaps, names."""
    begins, sizes = file.stream.spans[::2], file.stream.spans[1::2]
    ends = array("Q", map(add, begins, sizes))
    if _any_shared(begins, ends, runs):
        read = sorted(zip(begins, ends, strict=True))
        low = [start for start, _ in read]
        high = [*accumulate((end for _, end in read), max)]
        for start, end, owner in runs:
            if high[bisect_left(low, end) - 1] > start:
                yield owner


def _any_shared(begins: Iterable[int], ends: Iterable[int], runs: Sequence[_Run]) -> bool:
    """Whether any of the places that were read lies in a run: no file but a damaged one has such.

    There are twenty times as many places as runs, and sorting them would take three times as long.
    """
    starts = [run.start for run in runs]
    furthest = [0, *accumulate((run.end for run in runs), max)]
    reached = map(furthest.__getitem__, map(bisect_left, repeat(starts), ends))
    return any(map(gt, reached, begins))


def _over_one_another(runs: Sequence[_Run]) -> Iterator[int]:
    """The owner of each run, in order of where it begins, that shares bytes with any other."""
    furthest = accumulate((run.end for run in runs), max)
    for (before, after), reached in zip(pairwise(runs), furthest, strict=False):
        if after.start < reached:
            yield after.owner
        if after.start < before.end:
            yield before.owner
