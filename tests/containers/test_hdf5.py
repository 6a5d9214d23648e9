"""HDF5 structures and values, held against h5py on files that h5py makes here."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.errors import DamagedFile, RefusedFile
from kerasinspect.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerasinspect.containers.stored import Group

VALUES = np.arange(2 * 3 * 5 * 7, dtype="<f4").reshape(2, 3, 5, 7)


def tree_of(path: Path, limits: Limits = DEFAULT, *, damaged: int = 0) -> Group:
    """The root group of a file of which so many parts cannot be read."""
    tree = read_hdf5(open_source(path), limits)
    assert len(tree.damage) == damaged
    return tree.root


forms = pytest.mark.parametrize(
    "form", [{}, {"libver": "latest"}, {"track_order": True}], ids=["default", "latest", "ordered"]
)
"""What h5py is asked for: what Keras asks for, which is read here, and what pyfive reads."""

LAYOUTS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "chunked": {"chunks": (1, 2, 3, 4)},
    "deflated": {"chunks": (2, 2, 2, 2), "compression": "gzip"},
    "shuffled-and-deflated": {"chunks": (2, 3, 5, 7), "compression": "gzip", "shuffle": True},
    "one-chunk-larger-than-the-array": {"chunks": (2, 3, 5, 7), "maxshape": (None, 3, 5, 7)},
}


@pytest.mark.parametrize("options", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_values_are_those_that_h5py_reads(tmp_path: Path, options: dict[str, Any]) -> None:
    """Every layout that is read at all is read to the last bit, whole and in pieces."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("group/array", data=VALUES, **options)
    array = tree_of(path).groups["group"].arrays["array"]
    assert array.shape == VALUES.shape
    assert b"".join(bytes(block) for block in array.blocks(64)) == VALUES.tobytes()
    for key in (..., 0, (slice(None), 1), (slice(1, None), slice(None, None, -2)), (..., slice(2, 5)), (-1, 2, -3, 4)):
        np.testing.assert_array_equal(array[key], VALUES[key])


DTYPES = ["<f8", ">f4", "<f2", ">i8", "u1", "i1", "<i4", "?", "<c8"]


@forms
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_keep_their_values_and_give_little_endian_bytes(
    tmp_path: Path, dtype: str, form: dict[str, Any]
) -> None:
    """A big-endian file gives the same bytes as a little-endian one."""
    values = np.array([[0, 1, 1], [1, 0, 1]]).astype(dtype)
    with h5py.File(tmp_path / "file.h5", "w", **form) as file:
        file["array"] = values
    array = tree_of(tmp_path / "file.h5").arrays["array"]
    assert array.dtype == np.dtype(dtype).name
    np.testing.assert_array_equal(array[...], values)
    assert b"".join(map(bytes, array.blocks())) == values.astype(values.dtype.newbyteorder("<")).tobytes()


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (1, 1, 1)])
def test_scalars_and_empty_arrays_are_read(tmp_path: Path, shape: tuple[int, ...]) -> None:
    """An array without axes, or without values, is an array all the same."""
    values = np.full(shape, 2.5, "<f4")
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["array"] = values
    array = tree_of(tmp_path / "file.h5").arrays["array"]
    np.testing.assert_array_equal(array[...], values)
    assert array.nbytes == values.nbytes


@forms
def test_bfloat16_is_told_by_its_mark_and_decoded_exactly(tmp_path: Path, form: dict[str, Any]) -> None:
    """Keras stores bfloat16 as opaque bytes with an attribute; without it the bytes stay what they are."""
    values = np.array([1.0, -2.5, 3.140625], "<f4")
    stored = (values.view("<u4") >> 16).astype("<u2").view("V2")
    with h5py.File(tmp_path / "file.h5", "w", **form) as file:
        file["plain"] = stored
        file["marked"] = stored
        file["marked"].attrs["dtype"] = "bfloat16"
    arrays = tree_of(tmp_path / "file.h5").arrays
    assert (arrays["marked"].dtype, arrays["plain"].dtype) == ("bfloat16", "opaque16")
    np.testing.assert_array_equal(arrays["marked"][...], values)


@pytest.mark.parametrize("userblock", [512, 4096])
def test_a_user_block_moves_every_address(tmp_path: Path, userblock: int) -> None:
    """HDF5 may begin behind bytes that belong to someone else."""
    with h5py.File(tmp_path / "file.h5", "w", userblock_size=userblock) as file:
        file["array"] = VALUES
    np.testing.assert_array_equal(tree_of(tmp_path / "file.h5").arrays["array"][...], VALUES)


@forms
def test_groups_of_every_size_are_listed_by_both_generations_of_the_format(
    tmp_path: Path, form: dict[str, Any]
) -> None:
    """Many links move into other structures than few."""
    names = [f"layer_{number}" for number in range(300)]
    with h5py.File(tmp_path / "file.h5", "w", **form) as file:
        for name in names:
            file.create_group(name).attrs["name"] = name
    groups = tree_of(tmp_path / "file.h5").groups
    assert sorted(groups) == sorted(names)
    assert groups["layer_7"].text("name") == "layer_7"


@forms
def test_attributes_come_as_texts_however_they_were_written(tmp_path: Path, form: dict[str, Any]) -> None:
    """Fixed-length bytes of h5py 2, variable-length texts of h5py 3, empty lists, and lists in parts are the same."""
    with h5py.File(tmp_path / "file.h5", "w", **form) as file:
        file.attrs["fixed"] = np.array([b"dense", "größe".encode()])
        file.attrs["variable"] = np.array(["dense", "größe"], dtype=object)
        file.attrs["empty"] = []
        file.attrs["one"] = "text"
        file.attrs["parts0"], file.attrs["parts1"] = np.array([b"a", b"b"]), np.array([b"c"])
        file.attrs["count"], file.attrs["share"], file.attrs["whether"] = 3, np.float32(0.5), True
        file.attrs["numbers"], file.attrs["nothing"] = [1, 2], h5py.Empty("f4")
    root = tree_of(tmp_path / "file.h5")
    assert [root.attributes[name] for name in ("count", "share", "whether")] == [3, 0.5, 1]
    assert root.attributes["numbers"] is root.attributes["nothing"] is None
    assert root.texts("fixed") == root.texts("variable") == ["dense", "größe"]
    assert root.texts("empty") == []
    assert root.texts("parts") == ["a", "b", "c"]
    assert root.text("one") == "text"
    assert root.texts("absent") is None


def outside(path: Path) -> Path:
    """A file that must never be opened, with a canary in it."""
    with h5py.File(path, "w") as file:
        file["secret"] = np.full(4, 42.0)
    return path


def soft_link(file: h5py.File, _: Path) -> None:
    """A link to another place in the file."""
    file["link"] = h5py.SoftLink("/array")


def external_link(file: h5py.File, other: Path) -> None:
    """A link into another file."""
    file["link"] = h5py.ExternalLink(str(other), "/secret")


def hard_link(file: h5py.File, _: Path) -> None:
    """A second name of the same object."""
    file["link"] = file["array"]


def cycle(file: h5py.File, _: Path) -> None:
    """A group that holds the root."""
    file["link"] = file["/"]


@pytest.mark.parametrize(
    ("make", "words", "damaged"),
    [
        (soft_link, "links to /array, not followed", 1),
        (external_link, "/secret in", 1),
        (hard_link, "is the same as /", 0),
        (cycle, "is the same as /", 0),
    ],
    ids=["soft", "external", "hard", "cycle"],
)
def test_a_link_is_named_and_not_followed(
    tmp_path: Path, make: Callable[[h5py.File, Path], None], words: str, damaged: int
) -> None:
    """Each object is met once, and nothing outside the file is opened."""
    other = outside(tmp_path / "other.h5")
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["array"] = VALUES
        make(file, other)
    root = tree_of(tmp_path / "file.h5", damaged=damaged)
    assert len([*root.all_arrays()]) == 1
    assert words in "".join(link.words for link in root.links.values())


def test_values_in_another_file_are_withheld(tmp_path: Path) -> None:
    """External storage and virtual datasets have a shape, but their values are refused."""
    other = outside(tmp_path / "other.h5")
    layout = h5py.VirtualLayout((4,), "f8")
    layout[:] = h5py.VirtualSource(str(other), "secret", (4,))
    with h5py.File(tmp_path / "file.h5", "w", libver="latest") as file:
        file.create_dataset("external", (4,), "f8", external=[(str(other), 0, 32)])
        file.create_virtual_dataset("virtual", layout)
    arrays = tree_of(tmp_path / "file.h5", damaged=2).arrays
    for name in ("external", "virtual"):
        assert arrays[name].shape == (4,)
        with pytest.raises(RefusedFile, match="not opened"):
            arrays[name][...]


@pytest.mark.parametrize("options", [{"compression": "lzf"}, {"fletcher32": True}, {"scaleoffset": 2}])
def test_a_foreign_filter_is_named_and_its_data_left_alone(tmp_path: Path, options: dict[str, Any]) -> None:
    """Only shuffle and deflate are undone."""
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file.create_dataset("array", data=VALUES, chunks=(1, 3, 5, 7), **options)
    array = tree_of(tmp_path / "file.h5", damaged=1).arrays["array"]
    with pytest.raises(RefusedFile, match="filter"):
        array[0]


def test_a_declared_size_without_bytes_is_not_believed(tmp_path: Path) -> None:
    """A small file cannot ask for terabytes: the shape is known, reading it is refused before memory is taken."""
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        file.create_dataset("array", (1 << 20, 1 << 20), "f4", chunks=(1 << 10, 1 << 10), compression="gzip")
        file["other"] = VALUES
    arrays = tree_of(tmp_path / "bomb.h5", damaged=1).arrays
    assert arrays["array"].shape == (1 << 20, 1 << 20)
    with pytest.raises(DamagedFile, match="limit inflated_ratio"):
        arrays["array"][0, 0]
    np.testing.assert_array_equal(arrays["other"][...], VALUES)


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(hdf5_depth=3), "hdf5_depth"),
        (Limits(hdf5_objects=5), "hdf5_objects"),
        (Limits(hdf5_links=5), "hdf5_links"),
        (Limits(name_bytes=4), "name_bytes"),
        (Limits(hdf5_header_bytes=1000), "hdf5_header_bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_passing_a_limit_is_a_refusal_that_names_it(tmp_path: Path, limits: Limits, name: str) -> None:
    """Reading stops before the work is done."""
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file.create_group("a/b/c/d/e/f/a longer name")
    with pytest.raises(RefusedFile, match=name):
        tree_of(tmp_path / "file.h5", limits)


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(hdf5_attributes=3), "hdf5_attributes"),
        (Limits(hdf5_attribute_values=5), "hdf5_attribute_values"),
        (Limits(hdf5_attribute_bytes=20), "hdf5_attribute_bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_passing_a_limit_on_attributes_is_a_refusal_too(tmp_path: Path, limits: Limits, name: str, libver: str) -> None:
    """They are read no further than the limits allow."""
    with h5py.File(tmp_path / "file.h5", "w", libver=libver) as file:
        file.attrs["names"] = ["a long name"] * 9
        file.attrs.update({f"a{number}": number for number in range(9)})
    assert len(tree_of(tmp_path / "file.h5").attributes) == 10
    with pytest.raises(RefusedFile, match=name):
        tree_of(tmp_path / "file.h5", limits)


def test_an_array_in_too_many_chunks_is_left_alone(tmp_path: Path) -> None:
    """Each chunk costs memory, whatever is in it."""
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file.create_dataset("array", data=VALUES, chunks=(1, 1, 1, 1))
    array = tree_of(tmp_path / "file.h5", Limits(hdf5_chunks=100), damaged=1).arrays["array"]
    with pytest.raises(RefusedFile, match="limit hdf5_chunks: 210, where 100"):
        array[0]


def test_a_large_array_in_chunks_is_read_slab_by_slab(tmp_path: Path) -> None:
    """Neither a corner nor all of it in pieces takes the memory of the whole."""
    with h5py.File(tmp_path / "file.h5", "w") as file:
        made = file.create_dataset("array", (1 << 22, 4), "<f4", chunks=(1 << 14, 4), compression="gzip", fillvalue=0)
        made[-3:] = 7
    array = tree_of(tmp_path / "file.h5", Limits(inflated_free=1 << 30)).arrays["array"]
    tracemalloc.start()
    assert array[0, 0] == 0
    assert array[-1, -1] == 7
    assert sum(np.count_nonzero(np.frombuffer(block, "<f4")) for block in array.blocks(1 << 16)) == 12
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < array.nbytes / 16


def test_a_tree_of_chunks_that_cannot_be_walked_is_damage(tmp_path: Path) -> None:
    """Whatever is wrong with it; ``test_guards.py`` asks what can be."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("array", data=VALUES, chunks=(1, 3, 5, 7))
    path.write_bytes(path.read_bytes().replace(b"TREE\1", b"FREE\1"))
    with pytest.raises(DamagedFile, match="the chunks of /array"):
        tree_of(path, damaged=1).arrays["array"][0]


def test_two_objects_or_attributes_of_one_name_are_damage(tmp_path: Path) -> None:
    """Readers differ about which of them counts."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["first"], file["first2"] = VALUES, VALUES + 1
        file.attrs["named"], file.attrs["extra"] = 1, 2
        group = file.create_group("group")
        group.attrs["named"], group.attrs["extra"] = 1, 2
    data = path.read_bytes()
    path.write_bytes(data.replace(b"first2", b"first\0"))
    assert "two objects named first" in read_hdf5(open_source(path), DEFAULT).damage[0]
    place = data.rindex(b"extra")
    path.write_bytes(data[:place] + b"named" + data[place + 5 :])
    assert "the attributes of /group" in read_hdf5(open_source(path), DEFAULT).damage[0]


def test_a_file_that_says_it_begins_elsewhere_is_refused(tmp_path: Path) -> None:
    """Some readers count from where it begins, others from where it says."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["array"] = VALUES
    path.write_bytes(bytes(512) + path.read_bytes())
    with pytest.raises(RefusedFile, match="begins at byte 512 and says 0"):
        tree_of(path)


def test_a_file_cut_off_says_both_sizes(tmp_path: Path) -> None:
    """The superblock knows how long the file was."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["array"] = VALUES
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes()[: whole // 2])
    with pytest.raises(DamagedFile, match=rf"{whole:,} bytes and has {whole // 2:,}"):
        tree_of(path)


def test_an_array_in_its_header_must_be_whole(tmp_path: Path) -> None:
    """A compact dataset that holds fewer bytes than its shape needs is damage, never fewer values."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        space, create = h5py.h5s.create_simple((4,)), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        create.set_layout(h5py.h5d.COMPACT)
        compact = h5py.h5d.create(file.id, b"array", h5py.h5t.IEEE_F32LE, space, create)
        compact.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype="<f4"))
    np.testing.assert_array_equal(tree_of(path).arrays["array"][...], np.arange(4))
    data = path.read_bytes()
    place = data.index((4).to_bytes(8, "little") + (4).to_bytes(8, "little"))
    path.write_bytes(data[:place] + (9).to_bytes(8, "little") * 2 + data[place + 16 :])
    tree = read_hdf5(open_source(path), DEFAULT)
    assert not tree.root.arrays
    assert "it holds 16 bytes where its shape takes 36" in tree.damage[0]


def test_one_damaged_object_does_not_hide_the_others(tmp_path: Path) -> None:
    """The damage is said, with its place, and everything else is read."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["bad"], file["good"] = VALUES, VALUES
        address = h5py.h5o.get_info(file["bad"].id).addr
    data = bytearray(path.read_bytes())
    data[address] = 99
    path.write_bytes(data)
    tree = read_hdf5(open_source(path), DEFAULT)
    assert [*tree.root.arrays] == ["good"]
    assert len(tree.damage) == 1
    assert "/bad" in tree.damage[0]
