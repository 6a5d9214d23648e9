"""Small files of which many parts share one: a long header, a heap, a long name, the name of a model around them.

Each part that is read, kept or written by itself would cost as much as what it shares, times their number.
"""

from __future__ import annotations

import io
import struct
from functools import partial
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.makers.hostile.cases import Case, from_bytes
from tests.makers.plain_models import dense, hdf5, keras_archive, legacy_tree, with_end
from tests.makers.raw_zip import DEFLATED

if TYPE_CHECKING:
    from collections.abc import Iterable

MANY = 3_000
"""Groups that share something."""
PLACE = "model_weights/first/many"
LONG = 60_000
"""Characters of a long name, bytes of a long attribute, messages of a long header."""
MIB = 1 << 20
TOO_OFTEN = "more than 4 times its bytes"


def sharing_cases() -> Iterable[Case]:
    """All of them."""
    yield from_bytes("h5-continuations", continuations, "survive")
    yield from_bytes("h5-texts-of-many", partial(one_header, texts()), "refuse", "limit hdf5_attribute_values")
    yield from_bytes("h5-messages-of-many", partial(one_header, bytes(8 * LONG)), "refuse", TOO_OFTEN)
    yield from_bytes("h5-names-in-a-name", names_in_a_name, "survive", "damaged at /model_weights/first/many")
    yield from_bytes("h5-long-paths", long_paths, "refuse", TOO_OFTEN)
    yield from_bytes("h5-one-under-many-names", one_under_many_names, "refuse", TOO_OFTEN)
    yield from_bytes("h5-one-text-of-many", one_text_of_many, "refuse", TOO_OFTEN)
    yield from_bytes("h5-heaps-in-a-heap", heaps_in_a_heap, "refuse", TOO_OFTEN)
    yield from_bytes(
        "json-long-paths", lambda: archive(nested(10, LONG, MANY // 30)), "refuse", "limit path_characters"
    )
    yield from_bytes("json-both-directions", lambda: archive(both_directions(40)), "refuse", "limit layers")
    yield from_bytes("json-models-in-models", lambda: archive(nested(10, 1, MANY // 10)), "survive")
    yield from_bytes("json-many-outputs", lambda: archive(many_outputs()), "survive")
    yield from_bytes("json-many-axes", lambda: archive(passed_on([3] * 200_000)), "survive")
    for name, (place, config) in CLASSES.items():
        make = partial(many_of_a_class, place, config)
        yield from_bytes(f"json-long-class-{name}", make, "refuse", "limit path_characters")
    yield from_bytes("json-connections", lambda: archive(connected(200, LONG // 2)), "refuse", "limit path_characters")


def many(file: h5py.File) -> None:
    """A group of many groups."""
    group = file.create_group(PLACE)
    for number in range(MANY):
        group.create_group(f"{number:05}")


def addresses(data: bytes) -> tuple[int, list[int]]:
    """Where the headers of the group of many and of the groups in it are."""
    with h5py.File(io.BytesIO(data)) as file:
        group = file[PLACE]
        return h5py.h5o.get_info(group.id).addr, [h5py.h5o.get_info(inner.id).addr for inner in group.values()]


def message(kind: int, body: bytes) -> bytes:
    """One message of a header."""
    return struct.pack("<HHB3x", kind, len(body), 0) + body


def texts() -> bytes:
    """A message that is an attribute of many texts of two bytes."""
    datatype = struct.pack("<B3xI", 0x13, 2)
    dataspace = struct.pack("<BB6xQ", 1, 1, LONG // 2)
    head = struct.pack("<BxHHH8s", 1, 2, len(datatype), len(dataspace), b"x")
    return message(0x0C, head + datatype + dataspace + b"ab" * (LONG // 2))


def one_header(shared: bytes) -> bytes:
    """Many groups whose headers all go on at the same long place, which ends with the names of the first one."""
    data = bytearray(hdf5(legacy_tree, many))
    count = 3 if any(shared) else 2 + len(shared) // 8
    groups = addresses(bytes(data))[1]
    shared += message(0x11, bytes(data[groups[0] + 24 : groups[0] + 40]))
    for address in groups:
        more = message(0x10, struct.pack("<QQ", len(data), len(shared)))
        data[address : address + 40] = struct.pack("<BxHII4x", 1, count, 1, len(more)) + more
    return with_end(data + shared)


def continuations() -> bytes:
    """A header that says thousands of times that it goes on at the same few bytes, and grows by them each time."""
    data = bytearray(hdf5(legacy_tree, many))
    address, _ = addresses(bytes(data))
    first = message(0x10, struct.pack("<QQ", len(data), 24 * LONG))
    data[address : address + 40] = struct.pack("<BxHII4x", 1, LONG, 1, len(first)) + first
    again = message(0x10, struct.pack("<QQ", len(data) + 24 * LONG, 40))
    return with_end(data + again * LONG + bytes(40))


def names_in_a_name() -> bytes:
    """A group whose names are the ends of one long name."""
    data = bytearray(hdf5(legacy_tree, many))
    address, inner = addresses(bytes(data))
    at, wanted = address + 16, {*inner}
    while struct.unpack_from("<H", data, at)[0] != 0x11:  # the message that says where the names are
        at += 8 + struct.unpack_from("<H", data, at + 2)[0]
    (heap,) = struct.unpack_from("<Q", data, at + 16)
    struct.pack_into("<Q", data, heap + 8, LONG + 1)
    struct.pack_into("<Q", data, heap + 24, len(data))
    table = data.find(b"SNOD")
    while table >= 0:
        for entry in range(table + 8, table + 8 + 40 * data[table + 6], 40):
            if struct.unpack_from("<Q", data, entry + 8)[0] in wanted:
                wanted.discard(struct.unpack_from("<Q", data, entry + 8)[0])
                struct.pack_into("<Q", data, entry, len(wanted))
        table = data.find(b"SNOD", table + 1)
    return with_end(data + b"n" * LONG + b"\0")


def long_paths() -> bytes:
    """Many groups in groups of long names, which stand in the path of each."""

    def change(file: h5py.File) -> None:
        group = file["model_weights/first"]
        for _ in range(10):
            group = group.create_group("d" * (LONG // 10))
        for number in range(MANY // 10):
            group.create_group(str(number))

    return hdf5(legacy_tree, change)


def one_under_many_names() -> bytes:
    """A group with a long path that has many other names, of each of which it is said that it leads there."""

    def change(file: h5py.File) -> None:
        group = file["model_weights/first"].create_group("zzz")
        for _ in range(5):
            group = group.create_group("d" * LONG)
        names = file["model_weights/first"].create_group("aaa")
        for number in range(MANY):
            names[str(number)] = group

    return hdf5(legacy_tree, change)


def one_text_of_many() -> bytes:
    """Many groups with an attribute each, which is the same text of a quarter of a megabyte in one heap."""

    def change(file: h5py.File) -> None:
        many(file)
        for group in file[PLACE].values():
            group.attrs.create("long", "text", dtype=h5py.string_dtype())

    size = MIB // 4
    data = bytearray(hdf5(legacy_tree, change))
    heap, at = len(data), data.find(b"long\0")
    data += struct.pack("<4sB3xQ", b"GCOL", 1, 32 + size) + struct.pack("<HH4xQ", 1, 0, size) + b"t" * size
    while 0 <= at < heap:
        value = data.index(struct.pack("<I", len("text")), at + len("long"))
        struct.pack_into("<IQI", data, value, size, heap, 1)
        at = data.find(b"long\0", value)
    return with_end(data)


def heaps_in_a_heap() -> bytes:
    """Attributes whose texts lie in as many heaps, each inside the one before, with the same thousands of objects."""
    count = 200

    def change(file: h5py.File) -> None:
        for number in range(count):
            file["model_weights/first"].attrs.create(f"a{number}", "text", dtype=h5py.string_dtype())

    data = bytearray(hdf5(legacy_tree, change))
    start = len(data)
    tail, end = 32 * count, 32 * count + 16 * LONG
    for number in range(count):
        heap = struct.pack("<4sB3xQ", b"GCOL", 1, end - 32 * number)
        data += heap + struct.pack("<HH4xQ", 1, 0, tail - 32 * (number + 1))
    data += b"".join(struct.pack("<HH4xQ", number, 0, 0) for number in range(2, LONG + 2))
    value = struct.pack("<I", len("text"))
    at = -1
    for number in range(count):
        at = data.index(value, data.index(b"a%d\0" % number, at + 1)) + len(value)
        struct.pack_into("<QI", data, at, start + 32 * number, 1)
    return with_end(data)


def archive(config: dict[str, Any], weights: bytes | None = None) -> bytes:
    """The plain archive with another config, deflated, and perhaps with other weights."""
    return keras_archive(described=config, weights=weights, method=DEFLATED)


def model(name: str, layers: list[dict[str, Any]], class_name: str = "Sequential") -> dict[str, Any]:
    """A serialised model of these layers."""
    return {"module": "keras", "class_name": class_name, "config": {"name": name, "layers": layers}}


def layer(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A serialised layer of this name."""
    entry = dense(0)
    return entry | {"config": entry["config"] | {"name": name}} | more


def nested(depth: int, length: int, many: int) -> dict[str, Any]:
    """A model of many layers in models of long names."""
    inner = model("m" * length, [layer(f"d{number}") for number in range(many)])
    for _ in range(depth):
        inner = model("m" * length, [inner])
    return inner


def many_of_a_class(place: str, config: dict[str, Any]) -> bytes:
    """An archive with a group of thousands of arrays that no class describes."""

    def tree(file: h5py.File) -> None:
        for number in range(MANY):
            file[f"{place}/{number}"] = np.zeros(1, "<f4")

    return archive(config, hdf5(tree))


def unknown(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A serialised object of a class of one's own."""
    return {"module": "own", "class_name": name, "registered_name": f"own>{name}", "config": {"name": "plain"} | more}


def both_directions(depth: int) -> dict[str, Any]:
    """Wrappers inside one another, each of which makes two layers of the one that it describes."""
    inner = layer("inner")
    for number in range(depth):
        inner = {"class_name": "Bidirectional", "config": {"name": f"b{number}", "layer": inner}}
    return model("m", [inner])


def many_outputs() -> dict[str, Any]:
    """A model that gives one layer's output two hundred thousand times, to thousands of layers."""
    inner = model("inner", [layer("first")], "Functional")
    inner["config"]["output_layers"] = [["first", 0, 0]] * 200_000
    taken = [[["inner", 0, 0, {}]]]
    outer = [layer(f"d{n}", inbound_nodes=taken) | {"class_name": "Dropout"} for n in range(MANY)]
    return model("m", [inner, *outer], "Functional")


def passed_on(shape: list[int]) -> dict[str, Any]:
    """A model in which thousands of layers hand one input's shape on."""
    first = {"class_name": "InputLayer", "config": {"name": "first", "batch_shape": shape}}
    return model("m", [first, *(layer(f"d{n}") | {"class_name": "Dropout"} for n in range(MANY))])


def connected(count: int, length: int) -> dict[str, Any]:
    """A model of long name, inside another one, in which each of some layers takes what all of them give."""
    history = [[[f"d{number}", 0, 0, {}] for number in range(count)]]
    return model(
        "m", [model("n" * length, [layer(f"d{n}", inbound_nodes=history) for n in range(count)], "Functional")]
    )


CLASSES = {
    "of-the-model": ("vars", unknown("C" * MIB)),
    "of-a-layer": ("layers/outer/inner/vars", model("m", [unknown("Outer", inner=unknown("I" * MIB))])),
}
"""Where thousands of arrays are, and a config in which what holds them has a very long class name."""
