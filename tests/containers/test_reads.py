"""What it costs to find every array of an HDF5 file: its headers are read in one pass, and each is parsed once."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

import h5py
import numpy as np

from kerasinspect.containers.hdf5 import objects, walk
from kerasinspect.containers.sources import Source, open_source
from kerasinspect.limits import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.hdf5.headers import Header

VALUES = 3_000
"""Values of a kernel, so that the headers of a layer lie far from those of the layer before."""
SUPERBLOCK = 96
"""Reads of no more bytes are of the superblock, or look for one."""


def saved(layers: int) -> bytes:
    """A file of so many layers as Keras lays them out: a group with a name, and two arrays below it."""
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        for number in range(layers):
            own = root.create_group(f"layers/dense_{number}/vars")
            own.attrs["name"] = f"dense_{number}"
            own["0"], own["1"] = np.zeros(VALUES, "float32"), np.zeros(4, "float32")
    return file.getvalue()


def reads_of(layers: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Place and bytes of each read that it takes to find the arrays of so many layers, none of it their values."""
    path = folder / f"{layers}.h5"
    path.write_bytes(saved(layers))
    reads: list[tuple[int, int]] = []

    def counted(source: Source, position: int, count: int) -> bytes:
        reads.append((position, count))
        return read_at(source, position, count)

    read_at = Source.read_at
    with monkeypatch.context() as patched:
        patched.setattr(Source, "read_at", counted)
        source = open_source(path)
        assert len([*walk.read_hdf5(source, DEFAULT).root.all_arrays()]) == 2 * layers
        source.close()
    # Whether it ends as an archive does is asked of its last bytes, once.
    return [(first, size) for first, size in reads if SUPERBLOCK < size < 1 << 16]


def test_no_header_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read around a header is kept, since the next group is as often before it as behind it."""
    reads = reads_of(200, tmp_path, monkeypatch)
    assert max(Counter(at for first, size in reads for at in range(first, first + size)).values()) == 1


def test_reads_grow_with_the_headers_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many layers take twice as many reads and bytes, and one layer takes less than two reads."""
    few, many = (reads_of(layers, tmp_path, monkeypatch) for layers in (100, 200))
    assert len(many) <= 2 * len(few) + 2 <= 2 * 2 * 100
    assert sum(size for _, size in many) <= 2.1 * sum(size for _, size in few)


def test_each_header_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attributes, links and shape of an object come from one look at its header."""
    parsed: Counter[int] = Counter()

    def counted(file: OpenFile, address: int) -> Header:
        parsed[address] += 1
        return objects.header_at(file, address)

    monkeypatch.setattr(walk, "header_at", counted)
    reads_of(50, tmp_path, monkeypatch)
    assert len(parsed) == 2 + 4 * 50
    assert set(parsed.values()) == {1}
