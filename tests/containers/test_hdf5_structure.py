"""What an HDF5 file says in one place is held against what it says in another.

Each file here is one of h5py's in which a few bytes were changed, so that it contradicts itself; it has no name, so
that nothing but our reader meets it.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect.containers.hdf5.checksums import lookup3
from kerasinspect.containers.hdf5.file import open_file
from kerasinspect.containers.hdf5.messages import (
    DATASPACE,
    DATATYPE,
    FILL_VALUE,
    FILTERS,
    LAYOUT,
    SYMBOL_TABLE,
    shape_of,
)
from kerasinspect.containers.hdf5.objects import header_at
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.containers.stored import Contiguous
from kerasinspect.errors import DamagedFile, InspectError
from kerasinspect.limits import DEFAULT
from tests.makers.nameless import nameless
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerasinspect.containers.stored import Tree
    from kerasinspect.limits import Limits

VALUES = np.arange(12, dtype="<f4").reshape(3, 4)
EIGHT, FOUR = struct.Struct("<Q"), struct.Struct("<I")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file of an array in one run, one in chunks, one in its header, and a group of two more."""
    path = tmp_path_factory.mktemp("structure") / "file.h5"
    with h5py.File(path, "w", libver=("earliest", "v108")) as file:
        file["run"] = VALUES
        file.create_dataset("chunks", data=VALUES, chunks=(2, 2), shuffle=True)
        file["group/one"], file["group/other"] = VALUES + 1, VALUES + 2
        file["group"].attrs["names"] = [b"one", b"other"]
        file.create_group("empty")
        create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        create.set_layout(h5py.h5d.COMPACT)
        made = h5py.h5d.create(file.id, b"small", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((3, 4)), create)
        h5py.Dataset(made)[...] = VALUES
    return path.read_bytes()


def tree_of(data: bytes, limits: Limits = DEFAULT) -> Tree:
    """What bytes hold."""
    with nameless(data) as path:
        return read_hdf5(open_source(path), limits)


def message_at(data: bytes, name: str, kind: int) -> int:
    """Where the body of a message lies in the file, of the first array of that name."""
    with nameless(data) as path:
        file = open_file(open_source(path), DEFAULT)
        header = header_at(file, file.root)
        for part in name.split("/"):
            address = dict(header.links()())[part]
            assert isinstance(address, int)
            header = header_at(file, address)
        return header.address + 16 + header.require(kind).start


def changed(data: bytes, place: int, new: bytes) -> bytes:
    """The same bytes with others at a place."""
    return data[:place] + new + data[place + len(new) :]


CONTRADICTIONS: dict[str, tuple[str, int, int, bytes]] = {
    "a larger axis": ("run", DATASPACE, 8, EIGHT.pack(4)),
    "an axis that is larger than it may become": ("chunks", DATASPACE, 8, EIGHT.pack(4)),
    "a smaller axis": ("run", DATASPACE, 8, EIGHT.pack(2)),
    "fewer axes": ("run", DATASPACE, 1, b"\1"),
    "more axes than there can be": ("run", DATASPACE, 1, b"\x21"),
    "another version of the dataspace": ("run", DATASPACE, 0, b"\3"),
    "a dataspace with other flags": ("run", DATASPACE, 2, b"\3"),
    "no largest sizes though they are there": ("run", DATASPACE, 2, b"\0"),
    "another version of the datatype": ("run", DATATYPE, 0, b"\x01"),
    "a version of the datatype to come": ("run", DATATYPE, 0, b"\x71"),
    "smaller values": ("run", DATATYPE, 4, FOUR.pack(2)),
    "a larger run": ("run", LAYOUT, 10, EIGHT.pack(52)),
    "a smaller run": ("run", LAYOUT, 10, EIGHT.pack(44)),
    "a run that is compact": ("run", LAYOUT, 1, b"\0"),
    "another version of the layout": ("run", LAYOUT, 0, b"\x07"),
    "a layout of no kind": ("run", LAYOUT, 1, b"\4"),
    "fewer bytes in the header": ("small", LAYOUT, 2, b"\x2c"),
    "larger chunks": ("chunks", LAYOUT, 11, FOUR.pack(4)),
    "chunks of another rank": ("chunks", LAYOUT, 2, b"\2"),
    "chunks of larger values": ("chunks", LAYOUT, 19, FOUR.pack(8)),
    "chunks of no size": ("chunks", LAYOUT, 11, FOUR.pack(0)),
    "another version of the filters": ("chunks", FILTERS, 0, b"\4"),
    "another version of the fill value": ("chunks", FILL_VALUE, 0, b"\x06"),
}
"""The array, the message, where in it, and what stands there instead."""


@pytest.mark.parametrize("change", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_header_that_contradicts_itself_is_damage_of_one_array(
    whole: bytes, change: tuple[str, int, int, bytes]
) -> None:
    """It is named, no value of it is read, and the others are read as ever."""
    name, kind, place, new = change
    tree = tree_of(changed(whole, message_at(whole, name, kind) + place, new))
    assert len(tree.damage) == 1
    assert f"/{name}" in tree.damage[0]
    check_others(tree, {f"/{name}"})


def check_others(tree: Tree, damaged: set[str]) -> None:
    """See that arrays have their values, but for those that are damaged, which have none."""
    arrays = {array.path: array for array in tree.root.all_arrays()}
    for path, more in {"/run": 0, "/chunks": 0, "/small": 0, "/group/one": 1, "/group/other": 2}.items():
        if path not in damaged:
            np.testing.assert_array_equal(arrays[path][...], VALUES + more)
        elif path in arrays:
            with pytest.raises(InspectError):
                arrays[path][...]


def test_the_whole_file_is_sound(whole: bytes) -> None:
    """What the others change."""
    tree = tree_of(whole)
    assert tree.damage == ()
    check_others(tree, set())


UNUSUAL: dict[str, tuple[int, bytes]] = {
    "a sign elsewhere": (2, b"\x1e"),
    "another kind of mantissa": (1, b"\x10"),
    "padding": (1, b"\x22"),
    "a VAX": (1, b"\x60"),
    "fewer bits": (10, b"\x1f"),
    "bits further up": (8, b"\1"),
    "another exponent": (13, b"\x07"),
    "another bias": (16, b"\x7e"),
    "an integer with flags of a float": (0, b"\x10"),
    "no type of number at all": (0, b"\x1f"),
}
"""Where in the datatype of a float, and what stands there instead."""


@pytest.mark.parametrize("change", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_numbers_of_another_form_are_not_read_as_usual_ones(whole: bytes, change: tuple[int, bytes]) -> None:
    """Each field of the datatype counts, and none of them is guessed."""
    tree = tree_of(changed(whole, message_at(whole, "run", DATATYPE) + change[0], change[1]))
    assert "/run" in tree.damage[0]
    check_others(tree, {"/run"})


def offset_of(data: bytes, path: str) -> int:
    """Where the values of an array begin."""
    storage = next(array.storage for array in tree_of(data).root.all_arrays() if array.path == path)
    assert isinstance(storage, Contiguous)
    return storage.offset


def heap_place(data: bytes) -> int:
    """Where a heap of names lies."""
    return data.index(b"HEAP")


STRUCTURES: dict[str, Callable[[bytes], int]] = {
    "the superblock": lambda data: data.index(b"\x89HDF"),
    "a header": lambda data: message_at(data, "group/one", DATASPACE) - 24,
    "a heap": heap_place,
    "names": lambda data: EIGHT.unpack_from(data, heap_place(data) + 24)[0],
    "a tree": lambda data: data.index(b"TREE\0"),
    "a tree of chunks": lambda data: data.index(b"TREE\1"),
    "a table": lambda data: data.index(b"SNOD"),
}


@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES.keys())
def test_an_array_that_lies_over_structure_is_damage(whole: bytes, structure: Callable[[bytes], int]) -> None:
    """Headers are never shown as values."""
    place = message_at(whole, "run", LAYOUT) + 2
    tree = tree_of(changed(whole, place, EIGHT.pack(structure(whole))))
    assert "its values lie over headers of the file" in tree.damage[0]
    check_others(tree, {"/run"})


def test_a_chunk_that_lies_over_a_header_is_damage(whole: bytes) -> None:
    """As an array in one run is."""
    first = whole.index(b"TREE\1") + 24
    tree = tree_of(changed(whole, first + 32, EIGHT.pack(heap_place(whole))))
    assert "/chunks in" in tree.damage[0]
    check_others(tree, {"/chunks"})


@pytest.mark.parametrize("shift", [-4, 0, 4])
def test_two_arrays_in_one_place_are_both_damage(whole: bytes, shift: int) -> None:
    """Nothing tells whose the bytes are."""
    place = message_at(whole, "group/one", LAYOUT) + 2
    tree = tree_of(changed(whole, place, EIGHT.pack(offset_of(whole, "/group/other") + shift)))
    assert len(tree.damage) == 2
    check_others(tree, {"/group/one", "/group/other"})


CHUNKS: dict[str, tuple[int, bytes]] = {
    "outside the array": (8, EIGHT.pack(4)),
    "between others": (8, EIGHT.pack(1)),
    "in the place of another": (16, EIGHT.pack(2)),
    "within a value": (24, EIGHT.pack(1)),
    "behind the file": (32, EIGHT.pack(1 << 40)),
    "over the next one": (0, FOUR.pack(17)),
}
"""Where in the entry of the first chunk, and what stands there instead."""


@pytest.mark.parametrize("change", CHUNKS.values(), ids=CHUNKS.keys())
def test_a_chunk_that_is_elsewhere_than_it_can_be_is_damage(whole: bytes, change: tuple[int, bytes]) -> None:
    """Its place in the array, and its bytes in the file."""
    first = whole.index(b"TREE\1") + 24
    tree = tree_of(changed(whole, first + change[0], change[1]))
    assert "/chunks" in tree.damage[0]
    check_others(tree, {"/chunks"})


def test_lists_of_chunks_count_against_the_budget_of_headers(whole: bytes) -> None:
    """Beyond it the array is left alone, and the others are not."""
    with nameless(whole) as path:
        file = open_file(open_source(path), DEFAULT)
        tree = read_hdf5(file.source, DEFAULT)
    spent = next(array.storage.file.stream.spent for array in tree.root.all_arrays() if array.path == "/chunks")  # type: ignore[attr-defined]
    tree = tree_of(whole, replace(DEFAULT, hdf5_header_bytes=spent - 1))
    assert "exceeds the limit hdf5_header_bytes" in tree.damage[0]
    check_others(tree, {"/chunks"})


def test_an_object_that_is_nothing_is_damage(whole: bytes) -> None:
    """A group without links of any kind, and a dataset without a dataspace, are no objects that are merely empty."""
    for name, kind in (("empty", SYMBOL_TABLE), ("run", DATASPACE)):
        place = message_at(whole, name, kind) - 8
        tree = tree_of(changed(whole, place, b"\x17"))
        assert len(tree.damage) == 1
        assert f"/{name}" in tree.damage[0]
        assert not {name} & {*tree.root.arrays, *tree.root.groups}
    with pytest.raises(DamagedFile, match="/"):
        tree_of(changed(whole, 96 + 16, b"\x17"))


@pytest.mark.parametrize("name", [b"other", b"pt/er", b"\0", b".\0"])
def test_names_are_in_order_and_no_paths(whole: bytes, name: bytes) -> None:
    """A reader that looks for one would not find it."""
    tree = tree_of(changed(whole, whole.index(b"other\0"), name.replace(b"o", b"a", 1)))
    assert "/group" in tree.damage[0]
    check_others(tree, {"/group/one", "/group/other"})


def test_attributes_fill_their_message(whole: bytes) -> None:
    """One that says it has fewer values than it has room for says something wrong, and hides no array."""
    place = whole.index(b"names\0") + 8 + 24 + 8
    assert EIGHT.unpack_from(whole, place) == (2,)
    tree = tree_of(changed(whole, place, EIGHT.pack(1)))
    assert "the attributes of /group" in tree.damage[0]
    check_others(tree, set())


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (b"\1\2\0\0\0\0\0\0" + EIGHT.pack(3) + EIGHT.pack(4), (3, 4)),
        (b"\1\1\1\0\0\0\0\0" + EIGHT.pack(3) + EIGHT.pack((1 << 64) - 1), (3,)),
        (b"\2\1\1\1" + EIGHT.pack(3) + EIGHT.pack(3), (3,)),
        (b"\2\0\0\0", ()),
        (b"\2\0\0\2", None),
        (b"\2\0\0\2\0\0\0\0", None),
    ],
)
def test_a_sound_dataspace_gives_its_shape(body: bytes, shape: tuple[int, ...] | None) -> None:
    """With largest sizes or without, in either version, filled up to eight bytes or not."""
    assert shape_of(body) == shape


def test_a_checksum_is_that_of_lookup3() -> None:
    """Those that its author gives."""
    assert lookup3(b"") == 0xDEADBEEF
    assert lookup3(b"Four score and seven years ago") == 0x17770551


@pytest.mark.parametrize("signature", [b"\x89HDF", b"OHDR", b"OCHK", b"FRHP", b"FHDB", b"BTHD", b"BTLF"])
def test_a_structure_with_another_checksum_is_damage(tmp_path: Path, signature: bytes) -> None:
    """Those of groups with many links and attributes, which lie in heaps and trees of their own."""
    with h5py.File(tmp_path / "file.h5", "w", libver="latest") as file:
        for number in range(40):
            file.create_group(f"group{number}")
            file["group0"].attrs[f"name{number}"] = "value"
        file.attrs["note"] = "x" * 60
        for number in range(6):
            file["group1"].attrs[f"name{number}"] = "value" * 20
    data = (tmp_path / "file.h5").read_bytes()
    assert tree_of(data).damage == ()
    last = data.rindex(signature) if signature != b"\x89HDF" else 0
    place = last + {b"\x89HDF": 44, b"OHDR": 5, b"OCHK": 20, b"FHDB": 30, b"BTLF": 8}.get(signature, 12)
    with suppress(DamagedFile):
        assert tree_of(changed(data, place, bytes([data[place] ^ 1]))).damage


@pytest.mark.long("hundreds of bits are flipped, and every file is read by h5py too")
def test_flipped_bits_change_no_array_where_h5py_refuses() -> None:
    """A short run, the same every time; ``python -m tests.fuzz.bit_flips`` is a long one."""
    command = [sys.executable, "-m", "tests.fuzz.bit_flips", "--count", "150"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
