"""No array may lie over what the file is made of, or over another array: asked of runs and chunks in memory."""

from __future__ import annotations

from array import array
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from hypothesis import given
from hypothesis import strategies as st

from kerasinspect.containers.hdf5.datasets.chunk_index import ChunkIndex
from kerasinspect.containers.hdf5.datasets.chunks import Chunked
from kerasinspect.containers.hdf5.datasets.extents import overlaps
from kerasinspect.containers.stored import Contiguous, StoredArray
from kerasinspect.dtypes import Encoding

if TYPE_CHECKING:
    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.stored import Storage

Runs = list[tuple[int, int]]
"""Places in a file, each with the bytes that lie there."""

RUNS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=6)


def a_file(read: Runs) -> OpenFile:
    """A file of which so much was read."""
    spans = array("Q", [number for run in read for number in run])
    return cast("OpenFile", SimpleNamespace(stream=SimpleNamespace(spans=spans)))


def in_chunks(runs: Runs) -> Storage:
    """Values whose chunks lie there."""
    words = array("Q", [word for at, (start, count) in enumerate(runs) for word in (count, at, 0, start)])
    index = ChunkIndex(a_file([]), "/a", 0, (len(runs),), (1,), words)
    return Chunked(a_file([]), "/a", (len(runs),), Encoding("<f4"), (1,), (), index, None)


def stored(storage: Storage) -> StoredArray:
    """An array of this storage."""
    return StoredArray("/a", (), "float32", Encoding("<f4"), storage)


def share(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two runs have a byte in common."""
    return max(one[0], other[0]) < min(sum(one), sum(other))


@given(st.lists(st.tuples(RUNS, st.booleans()), max_size=4), RUNS)
def test_overlaps_are_those_that_two_loops_find(owners: list[tuple[Runs, bool]], read: Runs) -> None:
    """Of arrays in one run and in chunks, over headers and over one another."""
    read = [(0, 0), *((start, count) for start, count in read if count)]
    held = [runs if chunked else runs[:1] for runs, chunked in owners]
    storages = [
        in_chunks(runs) if chunked else Contiguous(cast("Source", None), *(*runs, (0, 0))[0])
        for runs, (_, chunked) in zip(held, owners, strict=True)
    ]
    every = [(owner, at, run) for owner, runs in enumerate(held) for at, run in enumerate(runs)]
    over_headers = {owner for owner, _, run in every if any(share(run, one) for one in read)}
    over_others = {one[0] for one in every for other in every if one[:2] != other[:2] and share(one[2], other[2])}
    found = [(place, "headers" in words) for place, words in overlaps(a_file(read), [*map(stored, storages)])]
    assert found == [(place, True) for place in sorted(over_headers)] + [
        (place, False) for place in sorted(over_others)
    ]
