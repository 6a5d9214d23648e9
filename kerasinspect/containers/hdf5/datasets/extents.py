"""Whose the bytes of an HDF5 file are: no array may lie over what the file is made of, or over another array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.containers.hdf5.datasets.chunks import Chunked
from kerasinspect.containers.stored import Contiguous

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.stored import StoredArray


def overlaps(file: OpenFile, arrays: Sequence[StoredArray]) -> Iterator[tuple[int, str]]:
    """The place of every array that lies where it cannot, and over what; the file must have been walked.

    Of two arrays that share bytes nothing tells which one they belong to, so that both are given.
    """
    starts, ends, owners = _extents(arrays).T
    for place in np.unique(owners[_over_structure(file, starts, ends)]).tolist():
        yield place, "its values lie over headers of the file"
    for place in np.unique(owners[_over_one_another(starts, ends)]).tolist():
        yield place, "its values share bytes with those of another array, or with themselves"


def _extents(arrays: Sequence[StoredArray]) -> np.ndarray:
    """A row for each run of values, in order: where it begins and ends, and the place of the array that it is of."""
    runs, tables = [], []
    for place, array in enumerate(arrays):
        storage = array.storage
        if isinstance(storage, Contiguous):
            runs.append((storage.offset, storage.offset + storage.nbytes, place))
        elif isinstance(storage, Chunked):
            found = storage.index.found
            begin = found["address"].astype(np.int64)
            tables.append(np.column_stack([begin, begin + found["nbytes"], np.full(len(begin), place)]))
    table = np.concatenate([np.array(runs, np.int64).reshape(-1, 3), *tables])
    table = table[table[:, 0] < table[:, 1]]
    return table[np.argsort(table[:, 0], kind="stable")]


def _over_structure(file: OpenFile, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Whether each run lies over anything that was read to find it: headers, trees, heaps, names."""
    read = np.frombuffer(file.stream.spans, np.uint64).astype(np.int64).reshape(-1, 2)
    read = read[np.argsort(read[:, 0], kind="stable")]
    low, high = read[:, 0], np.maximum.accumulate(read.sum(1))
    is_over: np.ndarray = high[np.searchsorted(low, ends) - 1] > starts
    return is_over


def _over_one_another(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Whether each run, in order of where it begins, shares bytes with any other."""
    furthest = np.maximum.accumulate(ends)
    shares = np.zeros(len(starts), bool)
    shares[1:] |= starts[1:] < furthest[:-1]
    shares[:-1] |= starts[1:] < ends[:-1]
    return shares
