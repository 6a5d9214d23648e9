"""Hostile and broken HDF5 structures, each in a legacy ``.h5`` file and inside a ``.keras`` archive."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import h5py
import numpy as np

from tests.makers.hostile.cases import Case, Expectation, Surroundings, from_bytes
from tests.makers.plain_models import archive_tree, hdf5, keras_archive, kernel, legacy_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Plant: TypeAlias = "Callable[[h5py.Group, str, Surroundings], None]"
    Patch: TypeAlias = "Callable[[bytes], bytes]"

MIB = 1 << 20
KERNEL = kernel(0)
LONG_TEXT = b"CAFE" + b"x" * 4_096
ENDLESS = 1 << 30
"""A size of which no array of two axes can be allocated, so that whoever tries is told so at once."""


CONTAINERS = ("h5", "keras")


@dataclass(frozen=True)
class Hazard:
    """What is planted in place of the first layer's kernel: group, name of the kernel, and what must not be read."""

    name: str
    plant: Plant
    expectation: Expectation
    said: str = ""
    flagged: str = ""
    flagged_in: tuple[str, ...] = CONTAINERS
    latest: bool = False
    patch: Patch | None = None


def hdf5_cases() -> Iterable[Case]:
    """Every hazard in both containers, and what only a bare file can have."""
    for hazard in HAZARDS:
        for container in CONTAINERS:
            flagged = hazard.flagged if container in hazard.flagged_in else ""
            name, make = f"{container}-{hazard.name}", maker(hazard, container)
            yield Case(name, make, hazard.expectation, hazard.said, flagged)
    yield from whole_file_cases()


def maker(hazard: Hazard, container: str) -> Callable[[Surroundings], Path]:
    """The function that makes a case's file."""

    def make(around: Surroundings) -> Path:
        tree, place = (legacy_tree, ("model_weights/first/first", "kernel:0"))
        if container == "keras":
            tree, place = archive_tree, ("layers/dense/vars", "0")
        libver = "latest" if hazard.latest else "earliest"
        data = hdf5(tree, lambda file: hazard.plant(file[place[0]], place[1], around), libver=libver)
        data = hazard.patch(data) if hazard.patch else data
        path = around.folder / f"model.{container}"
        path.write_bytes(data if container == "h5" else keras_archive(weights=data))
        return path

    return make


def replaced(group: h5py.Group, name: str, value: object) -> None:
    """Put something else in the kernel's place."""
    del group[name]
    group[name] = value


def soft(target: str) -> Plant:
    """A soft link to a path."""
    return lambda group, name, _: replaced(group, name, h5py.SoftLink(target))


def dataset(**options: object) -> Plant:
    """A dataset made with h5py's options."""

    def plant(group: h5py.Group, name: str, _: Surroundings) -> None:
        del group[name]
        group.create_dataset(name, **options)

    return plant


def typed(make: Callable[[], h5py.h5t.TypeID]) -> Plant:
    """A dataset of two values of a low-level type, never written."""

    def plant(group: h5py.Group, name: str, _: Surroundings) -> None:
        del group[name]
        h5py.h5d.create(group.id, name.encode(), make(), h5py.h5s.create_simple((2,)))

    return plant


def external_link(group: h5py.Group, name: str, around: Surroundings) -> None:
    """A link to a dataset in another file."""
    replaced(group, name, h5py.ExternalLink(str(around.secret_hdf5), "/secret"))


def external_group(group: h5py.Group, _name: str, around: Surroundings) -> None:
    """A link to another file beside the kernel."""
    group["more"] = h5py.ExternalLink(str(around.secret_hdf5), "/")


def external_storage(group: h5py.Group, name: str, around: Surroundings) -> None:
    """A dataset whose bytes are another file's."""
    del group[name]
    group.create_dataset(name, (3, 2), "<f4", external=[(str(around.secret), 0, 24)])


def virtual(group: h5py.Group, name: str, around: Surroundings) -> None:
    """A dataset put together from another file."""
    del group[name]
    layout = h5py.VirtualLayout((3, 2), "<f4")
    layout[:] = h5py.VirtualSource(str(around.secret_hdf5), "secret", (3, 2))
    group.create_virtual_dataset(name, layout)


def virtual_unlimited(group: h5py.Group, name: str, around: Surroundings) -> None:
    """A dataset whose very shape depends on which other files there are."""
    del group[name]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    space = h5py.h5s.create_simple((3, 2), (h5py.h5s.UNLIMITED, 2))
    space.select_hyperslab((0, 0), (h5py.h5s.UNLIMITED, 1), (3, 2), (3, 2))
    source = h5py.h5s.create_simple((3, 2), (h5py.h5s.UNLIMITED, 2))
    source.select_hyperslab((0, 0), (1, 1), (3, 2), (3, 2))
    names = str(around.secret_hdf5.parent / "probe_%b.h5").encode()
    properties.set_virtual(space, names, b"/secret", source)
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, space, properties)


def cycle(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """A group inside itself, by hard links."""
    group["again"] = group
    group["top"] = group.file["/"]


def shared_subtrees(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """Thirty levels of two links to the next one: 2^30 paths."""
    here = group
    for _level in range(30):
        following = here.create_group("a")
        here["b"] = following
        here = following


def nested(depth: int) -> Plant:
    """Groups inside one another."""

    def plant(group: h5py.Group, _name: str, _: Surroundings) -> None:
        for _level in range(depth):
            group = group.create_group("g")

    return plant


def many_links(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """Very many names for one empty group."""
    target = group.create_group("target")
    for number in range(20_000):
        group[f"n{number}"] = target


def many_groups(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """Very many groups."""
    for number in range(5_000):
        group.create_group(f"n{number}")


def many_attributes(group: h5py.Group, name: str, _: Surroundings) -> None:
    """Very many attributes, of a group and of a dataset."""
    for number in range(1_500):
        group.attrs[f"a{number}"] = number
        group[name].attrs[f"a{number}"] = number


def stacked(group: h5py.Group, name: str, _: Surroundings) -> None:
    """A chunk that was deflated twice."""
    del group[name]
    size = 4 * MIB
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((size // 4,))
    properties.set_deflate(9)
    properties.set_deflate(9)
    made = h5py.h5d.create(
        group.id, name.encode(), h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((size // 4,)), properties
    )
    once = zlib.compress(bytes(size), 9)
    made.write_direct_chunk((0,), zlib.compress(once, 9))


def unwritten_in_all(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """Many datasets of some megabytes each, none of which is stored."""
    for number in range(64):
        group.create_dataset(f"n{number}", (MIB,), "<f4")


def shared_heap_object(group: h5py.Group, name: str, _: Surroundings) -> None:
    """A dataset of texts; ``one_for_all`` lets all of them be the first, long one."""
    del group[name]
    texts = [LONG_TEXT] + [b"y"] * 999
    group.create_dataset(name, data=texts, dtype=h5py.string_dtype())


def shared_heap_attribute(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """An attribute of texts; ``one_for_all`` lets all of them be the first, long one."""
    texts = [LONG_TEXT] + [b"y"] * 999
    group.attrs.create("name" if "name" in group.attrs else "odd", texts, dtype=h5py.string_dtype())


def shared_heap_names(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """The same in the attribute that a reader must have: the names of the layers."""
    texts = [LONG_TEXT] + [b"y"] * 999
    top = group.file.get("model_weights", group)
    top.attrs.create("layer_names" if "layer_names" in top.attrs else "name", texts, dtype=h5py.string_dtype())


def one_for_all(data: bytes) -> bytes:
    """Let every text beside the long one be the long one: each is a length, a heap's address and a number in it."""
    length = struct.pack("<L", len(LONG_TEXT))
    at = data.index(length)
    while not data.startswith(b"GCOL", int.from_bytes(data[at + 4 : at + 12], "little")):
        at = data.index(length, at + 1)
    changed, long_text = bytearray(data), data[at : at + 16]
    while bytes(changed[at : at + 4]) in {length, b"\x01\0\0\0"}:
        changed[at : at + 16] = long_text
        at += 16
    return bytes(changed)


def other_filter(data: bytes) -> bytes:
    """Let the deflate filter be one that only a plug-in could read."""
    at = data.index(b"deflate\0") - 8
    return data[:at] + struct.pack("<H", 32015) + data[at + 2 :]


def attribute(name: str, value: object, **options: object) -> Plant:
    """An attribute of the file, or of the group that a reader takes it from."""

    def plant(group: h5py.Group, _name: str, _: Surroundings) -> None:
        holder = group.file
        if name == "layer_names":
            holder = group.file.get("model_weights", group)
        elif name == "weight_names":
            holder = group.parent
        holder.attrs.pop(name, None)
        holder.attrs.create(name, value, **options)

    return plant


def named(raw: bytes) -> Plant:
    """A group with a name of any bytes."""

    def plant(group: h5py.Group, _name: str, _: Surroundings) -> None:
        h5py.h5g.create(group.id, raw)

    return plant


def swapped(group: h5py.Group, name: str, _: Surroundings) -> None:
    """A group in place of the kernel."""
    del group[name]
    group.create_group(name)


def named_type(group: h5py.Group, name: str, _: Surroundings) -> None:
    """A named datatype in place of the kernel."""
    replaced(group, name, np.dtype("<f4"))


def group_replaced(group: h5py.Group, _name: str, _: Surroundings) -> None:
    """A dataset in place of the layer."""
    file, path = group.file, group.parent.name
    del file[path]
    file[path] = np.arange(3.0)


def odd_float() -> h5py.h5t.TypeID:
    """A float whose fields are nowhere usual."""
    made = h5py.h5t.IEEE_F32LE.copy()
    made.set_fields(31, 20, 11, 0, 20)
    return made


def nested_compound(depth: int = 200) -> h5py.h5t.TypeID:
    """Compounds inside one another."""
    made = h5py.h5t.STD_I8LE
    for _level in range(depth):
        outer = h5py.h5t.create(h5py.h5t.COMPOUND, 1)
        outer.insert(b"a", 0, made)
        made = outer
    return made


def texts_of_texts() -> h5py.h5t.TypeID:
    """Lists of lists."""
    return h5py.h5t.vlen_create(h5py.h5t.vlen_create(h5py.h5t.STD_I32LE))


def enumeration() -> h5py.h5t.TypeID:
    """An enumeration that is no bool."""
    made = h5py.h5t.enum_create(h5py.h5t.STD_I8LE)
    made.enum_insert(b"RED", 1)
    return made


def nothing(group: h5py.Group, name: str, around: Surroundings) -> None:
    """Leave everything as it is, for what only a patch changes."""


NOT_FOLLOWED = "not followed"
HAZARDS = (
    Hazard("plain", nothing, "read", "second"),
    Hazard("plain-latest", nothing, "read", "second", latest=True),
    Hazard("external-link", external_link, "survive", NOT_FOLLOWED, "KI510"),
    Hazard("external-link-latest", external_link, "survive", NOT_FOLLOWED, "KI510", latest=True),
    Hazard("external-group", external_group, "survive", NOT_FOLLOWED, "KI510"),
    Hazard("external-storage", external_storage, "survive", "another file", "KI511"),
    Hazard("virtual", virtual, "survive", "virtual|other", "KI511"),
    Hazard("virtual-unlimited", virtual_unlimited, "survive", "virtual|other", "KI511", latest=True),
    Hazard("soft-dangling", soft("/nowhere"), "survive", NOT_FOLLOWED, "KI510"),
    Hazard("soft-loop", soft("/layers/dense/vars/0"), "survive", NOT_FOLLOWED, "KI510"),
    Hazard("soft-root", soft("/"), "survive", NOT_FOLLOWED, "KI510"),
    Hazard("cycle", cycle, "survive", "second", "KI411"),
    Hazard("shared-subtrees", shared_subtrees, "survive", "second", "KI411"),
    Hazard("nested-100", nested(100), "survive", "limit hdf5_depth"),
    Hazard("many-links", many_links, "survive", "second", "KI411"),
    Hazard("many-groups", many_groups, "survive", "second"),
    Hazard("many-attributes", many_attributes, "survive", "second", latest=True),
    Hazard(
        "unwritten",
        dataset(shape=(ENDLESS, ENDLESS), dtype="<f4"),
        "survive",
        "limit inflated|none of them|stored",
        "KI514",
    ),
    Hazard(
        "unwritten-chunks",
        dataset(shape=(ENDLESS, ENDLESS), dtype="<f4", chunks=(1024, 1024)),
        "survive",
        flagged="KI514",
    ),
    Hazard(
        "unwritten-overflow",
        dataset(shape=(1 << 31, 1 << 31), dtype="u1", chunks=(1024, 1024)),
        "survive",
        flagged="KI514",
    ),
    Hazard("unwritten-in-all", unwritten_in_all, "survive", flagged="KI514"),
    Hazard("stacked-deflate", stacked, "survive", flagged="KI511"),
    Hazard("one-text-for-all", shared_heap_object, "survive", "second", "KI511", patch=one_for_all),
    Hazard("one-text-for-all-attribute", shared_heap_attribute, "survive", "", patch=one_for_all),
    Hazard("one-text-for-all-names", shared_heap_names, "survive", "", patch=one_for_all),
    Hazard(
        "unknown-filter", dataset(data=KERNEL, compression="gzip"), "survive", "filter", "KI511", patch=other_filter
    ),
    Hazard("deflate", dataset(data=KERNEL, compression="gzip"), "read", "second"),
    Hazard("deflate-shuffle", dataset(data=KERNEL, compression="gzip", shuffle=True), "read", "second"),
    Hazard("fletcher32", dataset(data=KERNEL, fletcher32=True), "survive", "filter", "KI511"),
    Hazard("lzf", dataset(data=KERNEL, compression="lzf"), "survive", "filter", "KI511"),
    Hazard("scale-offset", dataset(data=KERNEL, scaleoffset=3), "survive", "filter", "KI511"),
    Hazard("time-type", typed(lambda: h5py.h5t.UNIX_D32LE), "survive", "second"),
    Hazard("bit-field", typed(lambda: h5py.h5t.STD_B8LE), "survive", "second"),
    Hazard("opaque", typed(lambda: h5py.h5t.create(h5py.h5t.OPAQUE, 16)), "survive", "second", "KI511"),
    Hazard("opaque-large", typed(lambda: h5py.h5t.create(h5py.h5t.OPAQUE, 4 * MIB)), "survive", "second", "KI511"),
    Hazard("compound-200", typed(nested_compound), "survive", "second", "KI511"),
    Hazard("enumeration", typed(enumeration), "survive", "second"),
    Hazard("texts-of-texts", typed(texts_of_texts), "survive", "second", "KI511"),
    Hazard("array-type", typed(lambda: h5py.h5t.array_create(h5py.h5t.IEEE_F32LE, (9, 9))), "survive", "second"),
    Hazard("odd-float", typed(odd_float), "survive", "second", "KI511"),
    Hazard("long-double", dataset(data=np.ones((3, 2), np.longdouble)), "survive", "second", "KI511"),
    Hazard("complex", dataset(data=KERNEL.astype("c8")), "survive", "second"),
    Hazard("big-endian", dataset(data=KERNEL.astype(">f4")), "read", "second"),
    Hazard("reference", dataset(shape=(2,), dtype=h5py.ref_dtype), "survive", "second", "KI511"),
    Hazard("region-reference", dataset(shape=(2,), dtype=h5py.regionref_dtype), "survive", "second", "KI511"),
    Hazard("no-dataspace", dataset(data=h5py.Empty("f")), "survive", "second"),
    Hazard("scalar", dataset(data=np.float32(5)), "survive", "second"),
    Hazard("no-values", dataset(data=np.zeros((0, 5), "<f4")), "survive", "second"),
    Hazard("many-axes", dataset(data=np.ones((1,) * 32, "<f4")), "survive", "second"),
    Hazard("text", dataset(data="just text"), "survive", "second", "KI511"),
    Hazard("group-for-kernel", swapped, "survive", "second"),
    Hazard("type-for-kernel", named_type, "survive", "second"),
    Hazard("dataset-for-layer", group_replaced, "survive", "second"),
    Hazard("layer-names-number", attribute("layer_names", 7), "survive"),
    Hazard("layer-names-numbers", attribute("layer_names", np.arange(3)), "survive"),
    Hazard("layer-names-table", attribute("layer_names", np.array([[b"a", b"b"]])), "survive"),
    Hazard("layer-names-repeated", attribute("layer_names", [b"first"] * 1_000), "survive"),
    Hazard(
        "weight-names-absolute",
        attribute("weight_names", [b"/secret", b"/model_weights"]),
        "survive",
        flagged="KI506",
        flagged_in=("h5",),
    ),
    Hazard(
        "weight-names-parent",
        attribute("weight_names", [b"../../x", b"..", b".", b""]),
        "survive",
        flagged="KI506",
        flagged_in=("h5",),
    ),
    Hazard("config-number", attribute("model_config", 7), "survive"),
    Hazard("config-numbers", attribute("model_config", np.arange(9)), "survive"),
    Hazard("config-empty", attribute("model_config", h5py.Empty("S1")), "survive"),
    Hazard("config-bytes", attribute("model_config", np.bytes_(b"\xff\xfe{")), "survive"),
    Hazard("config-not-json", attribute("model_config", "{'class_name': Model}"), "survive"),
    Hazard("config-list", attribute("model_config", "[1, 2]"), "survive"),
    Hazard("config-reference", attribute("model_config", None, shape=(1,), dtype=h5py.ref_dtype), "survive"),
    Hazard("name-escape", named(b"\x1b[2J\x9b\x07"), "survive", "second", "KI512"),
    Hazard("name-newline", named(b"x\n::error::y"), "survive", "second", "KI512"),
    Hazard("name-bytes", named(b"\xff\xfe\xc3"), "survive", "second", "KI512"),
    Hazard("name-parent", named(b".."), "survive", "second", "KI506"),
    Hazard("name-long", named(b"n" * 40_000), "survive", "second"),
)


def whole_file_cases() -> Iterator[Case]:
    """Damage that only a bare file can have."""
    for size in (8, 48, 95, 96):
        yield from_bytes(f"h5-cut-at-{size}", partial(first_bytes, size), "refuse", "cut off|damaged")
    for share in (10, 50, 90):
        yield from_bytes(f"h5-cut-{share}-percent", partial(shortened, share), "refuse", "cut off: .* bytes")
    yield from_bytes("h5-cut-2-bytes", lambda: hdf5(legacy_tree)[:-2], "refuse", "cut off")
    yield from_bytes("h5-open-for-writing", open_for_writing, "refuse", "open for writing|being written")
    yield from_bytes("h5-superblock-version", lambda: superblock(8, 9), "refuse")
    yield from_bytes("h5-superblock-width", lambda: superblock(13, 255), "refuse")
    yield from_bytes("h5-superblock-root", lambda: superblock(70, 255), "refuse")
    yield from_bytes("h5-user-block", lambda: hdf5(legacy_tree, userblock_size=512), "read", "second")
    yield from_bytes("h5-behind-archive", behind_archive, "refuse")
    yield from_bytes("h5-before-archive", lambda: hdf5(legacy_tree) + keras_archive(), "survive", flagged="KI410")
    yield from_bytes("h5-not-keras", lambda: hdf5(lambda file: file.update(secret=[1])), "refuse", "holds secret")
    yield from_bytes("h5-nothing", hdf5, "refuse", "holds nothing")
    yield from_bytes("h5-as-text", lambda: hdf5(legacy_tree).replace(b"\r\n", b"\n"), "refuse", "copied as text")


def first_bytes(count: int) -> bytes:
    """The first bytes of the plain legacy file."""
    return hdf5(legacy_tree)[:count]


def shortened(percent: int) -> bytes:
    """The beginning of the plain legacy file."""
    data = hdf5(legacy_tree)
    return data[: len(data) * percent // 100]


def superblock(at: int, value: int) -> bytes:
    """The plain legacy file with another byte in its superblock."""
    data = bytearray(hdf5(legacy_tree))
    data[at] = value
    return bytes(data)


def open_for_writing() -> bytes:
    """A file whose writer was killed."""
    data = bytearray(hdf5(legacy_tree, libver="latest"))
    data[8], data[11] = 3, 1
    return bytes(data)


def behind_archive() -> bytes:
    """A ZIP archive in the user block of an HDF5 file: two models in one."""
    archive = keras_archive()
    size = 1 << len(archive).bit_length()
    return archive.ljust(size, b"\0") + hdf5(legacy_tree, userblock_size=size)[size:]
