"""Valid but odd HDF5 files that h5py makes, each array of which is held against what h5py reads.

``python -m tests.makers.odd_hdf5 --count 2500`` makes so many files of a few arrays each: never written, partly
written, grown, shrunk, empty, compact, in chunks with filters and masks of them, in every list of chunks, with fill
values of every dtype, in every version of the format. It prints how many arrays were equal and how many are left alone,
for which reason, and leaves with 1 where one was other than h5py says or was called damaged.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.errors import RefusedFile, UnreadableFile
from kerasinspect.limits import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from kerasinspect.containers.stored import StoredArray

DTYPES = ["i1", "u1", "?", "<c8", ">c8", "<c16", "V1", "V2"]
DTYPES += [order + kind for kind in ("f4", "f8", "f2", "i2", "u2", "i4", "u4", "i8", "u8") for order in "<>"]
VERSIONS = ("earliest", "v108", "v110", "latest")
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"compression": "gzip"},
    {"shuffle": True},
    {"shuffle": True, "compression": "gzip"},
    {"fletcher32": True},
    {"shuffle": True, "compression": "gzip", "fletcher32": True},
)
TIMES = {
    "alloc": (h5py.h5d.ALLOC_TIME_LATE, h5py.h5d.ALLOC_TIME_EARLY, h5py.h5d.ALLOC_TIME_INCR),
    "fill": (h5py.h5d.FILL_TIME_ALLOC, h5py.h5d.FILL_TIME_NEVER, h5py.h5d.FILL_TIME_IFSET),
}
EQUAL = "equal"


def make(path: Path, chooser: Random) -> None:
    """Make one file of a few odd arrays."""
    options: dict[str, Any] = {"libver": chooser.choice(VERSIONS)}
    options |= {"userblock_size": 512} if not chooser.randrange(5) else {}
    options |= {"track_order": True} if not chooser.randrange(5) else {}
    with h5py.File(path, "w", **options) as file:
        for number in range(chooser.randint(2, 6)):
            group = file.require_group(chooser.choice("abc"))
            chooser.choice(MAKERS)(group, f"array{number}", chooser)


def values(shape: tuple[int, ...], dtype: np.dtype[Any], chooser: Random) -> np.ndarray:
    """Any bytes as values; a boolean has two of them."""
    count = int(np.prod(shape)) * dtype.itemsize
    data = np.frombuffer(chooser.randbytes(count), np.uint8)
    return (data & 1 if dtype.kind == "b" else data).view(dtype).reshape(shape)


def any_shape(chooser: Random, *, least: int = 0) -> tuple[int, ...]:
    """A small shape of up to four axes."""
    return tuple(chooser.randint(least, 6) for _ in range(chooser.randint(1, 4)))


def any_dtype(chooser: Random) -> np.dtype[Any]:
    """One of all that weights have, in either byte order."""
    return np.dtype(chooser.choice(DTYPES))


def filled(dtype: np.dtype[Any], chooser: Random) -> dict[str, Any]:
    """A fill value of a dtype, or the default."""
    return {"fillvalue": values((1,), dtype, chooser)[0]} if chooser.randrange(3) else {}


def plain(group: h5py.Group, name: str, chooser: Random) -> None:
    """Values in one run, or one value, or none."""
    shape = chooser.choice([(), (0,), (3, 0, 2), any_shape(chooser)])
    group.create_dataset(name, data=values(shape, any_dtype(chooser), chooser))


def null(group: h5py.Group, name: str, chooser: Random) -> None:
    """A type without values."""
    group.create_dataset(name, data=h5py.Empty(any_dtype(chooser)))


def unwritten(group: h5py.Group, name: str, chooser: Random) -> None:
    """An array of which nothing was ever written."""
    dtype = any_dtype(chooser)
    chunks = {"chunks": True, "maxshape": (None,)} if chooser.randrange(2) else {}
    group.create_dataset(name, (chooser.randint(1, 9),), dtype, **filled(dtype, chooser), **chunks)


def timed(group: h5py.Group, name: str, chooser: Random) -> None:
    """An array with times of its own for taking room and for filling it, of which some may be written."""
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dtype = any_dtype(chooser)
    create.set_alloc_time(chooser.choice(TIMES["alloc"]))
    create.set_fill_time(chooser.choice(TIMES["fill"]))
    if chooser.randrange(2):
        create.set_fill_value(values((1,), dtype, chooser))
    size = chooser.randint(1, 9)
    if chooser.randrange(2):
        create.set_chunk((min(size, 3),))
    made = h5py.h5d.create(
        group.id, name.encode(), h5py.h5t.py_create(dtype, logical=True), h5py.h5s.create_simple((size,)), create
    )
    if chooser.randrange(2):
        h5py.Dataset(made)[: size // 2] = values((size // 2,), dtype, chooser)


def compact(group: h5py.Group, name: str, chooser: Random) -> None:
    """Values in the header."""
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    create.set_layout(h5py.h5d.COMPACT)
    shape, dtype = any_shape(chooser, least=1), any_dtype(chooser)
    if chooser.randrange(2):
        create.set_fill_value(values((1,), dtype, chooser))
    space, kind = h5py.h5s.create_simple(shape), h5py.h5t.py_create(dtype, logical=True)
    made = h5py.h5d.create(group.id, name.encode(), kind, space, create)
    if chooser.randrange(2):
        h5py.Dataset(made)[...] = values(shape, dtype, chooser)


def chunked(group: h5py.Group, name: str, chooser: Random) -> None:
    """Values in chunks that went through filters, some of them written, and the whole grown or shrunk after that."""
    shape, dtype = any_shape(chooser, least=1), any_dtype(chooser)
    chunks = tuple(chooser.randint(1, size) for size in shape)
    limits = chooser.choice([None, shape, (None, *shape[1:]), (None,) * len(shape)])
    options = {**filled(dtype, chooser), **chooser.choice(FILTERS)}
    made = group.create_dataset(name, shape, dtype, chunks=chunks, maxshape=limits, **options)
    written = tuple(slice(chooser.randint(0, size - 1), chooser.randint(1, size)) for size in shape)
    part = made[written]
    if part.size:
        made[written] = values(part.shape, dtype, chooser)
    if limits and limits[0] is None and chooser.randrange(2):
        made.resize(chooser.randint(0, 9), axis=0)


def masked(group: h5py.Group, name: str, chooser: Random) -> None:
    """Chunks each of which skipped some of the filters, as its mask says."""
    dtype, size = any_dtype(chooser), chooser.randint(1, 5)
    options = chooser.choice(FILTERS[1:4])
    made = group.create_dataset(name, (4 * size,), dtype, chunks=(size,), **filled(dtype, chooser), **options)
    steps: list[Callable[[bytes], bytes]] = []
    if "shuffle" in options:
        steps.append(lambda data: np.frombuffer(data, np.uint8).reshape(-1, dtype.itemsize).T.tobytes())
    if "compression" in options:
        steps.append(zlib.compress)
    for place, mask in itertools.product(range(3), [chooser.randrange(1 << len(steps))]):
        data = values((size,), dtype, chooser).tobytes()
        for number, step in enumerate(steps):
            data = data if mask >> number & 1 else step(data)
        made.id.write_direct_chunk((place * size,), data, mask)


def indexed(group: h5py.Group, name: str, chooser: Random) -> None:
    """Chunks in every kind of list that newer versions of the format have, all of them written."""
    limits, time = chooser.choice(
        [((6, 4), None), ((6, 4), h5py.h5d.ALLOC_TIME_EARLY), ((None, 4), None), ((None, None), None)]
    )
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    create.set_chunk(chooser.choice([(6, 4), (2, 2), (4, 3)]))
    if time is not None:
        create.set_alloc_time(time)
    maxima = tuple(h5py.h5s.UNLIMITED if size is None else size for size in limits)
    dtype = any_dtype(chooser)
    space, kind = h5py.h5s.create_simple((6, 4), maxima), h5py.h5t.py_create(dtype, logical=True)
    h5py.Dataset(h5py.h5d.create(group.id, name.encode(), kind, space, create))[...] = values((6, 4), dtype, chooser)


MAKERS = (plain, null, unwritten, timed, compact, chunked, chunked, masked, indexed)


def answers(path: Path, chooser: Random) -> Iterator[str]:
    """For each array of a file, whether it is what h5py reads; or why it is left alone, or what is wrong."""
    tree = read_hdf5(open_source(path), DEFAULT)
    if any("is damaged" in words for words in tree.damage):
        yield f"WRONG: called damaged: {tree.damage}"
    arrays = {array.path: array for array in tree.root.all_arrays()}
    with h5py.File(path) as file:
        found: list[h5py.Dataset] = []
        file.visititems(lambda _, item: found.append(item) if isinstance(item, h5py.Dataset) else None)
        for item in found:
            yield answer(arrays.pop(item.name, None), item, chooser)
    yield from (f"WRONG: {name} is not there" for name in arrays)


def answer(array: StoredArray | None, item: h5py.Dataset, chooser: Random) -> str:
    """The same for one array."""
    if array is None:
        return f"WRONG: {item.name} was not found"
    try:
        whole, pieces = array[...], b"".join(map(bytes, array.blocks(chooser.choice([1, 7, 64, 1 << 20]))))
    except RefusedFile as error:
        return f"left alone: {re.sub('/[a-z]/array[0-9]+', 'It', error.message)}"
    except UnreadableFile as error:
        return f"WRONG: {error}"
    expected = item[()]
    if array.shape != item.shape:
        return f"WRONG: {item.name} has shape {item.shape} and not {array.shape}"
    part = tuple(slice(chooser.randint(0, size), None, chooser.choice([1, 2, -1])) for size in item.shape)
    little = np.asarray(expected).astype(expected.dtype.newbyteorder("<"))
    same = little.tobytes() == pieces and same_bytes(np.asarray(expected[part]), array[part])
    return EQUAL if same and same_bytes(np.asarray(expected), whole) else f"WRONG: {item.name} of {item.dtype}"


def same_bytes(theirs: np.ndarray, ours: np.ndarray) -> bool:
    """Whether values are the same to the last bit, whatever the order of their bytes."""
    return theirs.shape == ours.shape and bytes_of(theirs) == bytes_of(ours)


def bytes_of(array: np.ndarray) -> bytes:
    """Values as little-endian bytes; opaque ones as they are."""
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


def measured(count: int, seed: int = 1) -> Counter[str]:
    """How many arrays of so many files are equal, left alone, or wrong."""
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as room:
        for number in range(count):
            chooser = random.Random(f"{seed} {number}")  # noqa: S311 - the same files every time
            path = Path(room, "odd.h5")
            make(path, chooser)
            tally.update(answers(path, chooser))
    return tally


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Hold odd HDF5 files against h5py.")
    parser.add_argument("--count", type=int, default=2_500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    tally = measured(chosen.count, chosen.seed)
    sys.stdout.write("".join(f"{count:7,} {words}\n" for words, count in sorted(tally.items())))
    raise SystemExit(any(words.startswith("WRONG") for words in tally))


if __name__ == "__main__":
    main()
