"""Checkpoints of TensorFlow, and SavedModel folders, that are cut, that lie, and that ask for more than they hold."""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.containers.tensor_bundle.table import MAGIC, entries_of
from tests.makers import bundles
from tests.makers.bundles import entry, field, tracked, varint
from tests.makers.hostile.cases import Case, Surroundings
from tests.makers.saved_models import (
    LAYER,
    MODEL,
    OBJECTS,
    STORED,
    TENSORS,
    VALUE,
    keras_metadata,
    saved_model,
    user_object,
    variable,
    write_saved_model,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

INDEX, DATA = "c.index", "c.data-00000-of-00001"
RESTARTS = struct.pack("<2I", 0, 1)
ENDLESS = b"\x80" * 12
MIB = 1 << 20
KEY = f"layer-0/kernel{VALUE}"


def bundle_cases() -> Iterable[Case]:
    """All of them."""
    yield Case("bundle-plain", plain, "read")
    yield Case("bundle-without-data", without(DATA), "refuse", "c.data-00000-of-00001")
    yield Case("bundle-one-of-two-shards", one_of_two, "survive", "c.data-00001-of-00002")
    yield Case(
        "bundle-cut-index", partial(changed, INDEX, lambda data: data[: len(data) // 2]), "refuse", "does not end as"
    )
    yield Case("bundle-cut-data", partial(changed, DATA, lambda data: data[:60]), "refuse")
    yield Case("bundle-data-a-folder", data_a_folder, "refuse", "is a folder")
    yield Case("bundle-data-leads-out", data_leads_out, "refuse", "a link out of its folder")
    yield Case("bundle-wrong-checksum", partial(changed, DATA, flipped(3)), "survive", "", "KI404")
    yield Case("bundle-wrong-block-checksum", partial(changed, INDEX, flipped_block), "survive", "", "KI404")
    for name, (make, said) in INDICES.items():
        yield Case(f"bundle-{name}", partial(index_of, make), "refuse", said)
    for name, (graph, expectation, said) in GRAPHS.items():
        yield Case(f"bundle-{name}", partial(graph_of, graph), expectation, said)  # type: ignore[arg-type]
    for name, (tensors, said) in TENSORS_OF.items():
        yield Case(f"bundle-{name}", partial(tensors_of, tensors), "survive", said)
    yield Case("saved-plain", partial(saved, {}), "read", flagged="KI516")
    for name, (parts, expectation, said) in SAVED.items():
        yield Case(f"saved-{name}", partial(saved, parts), expectation, said)  # type: ignore[arg-type]
    yield Case("saved-two-gigabytes", two_gigabytes, "read", flagged="KI516")
    yield Case("saved-without-variables", without_variables, "refuse", "its arrays are missing")
    yield Case("saved-list-leads-out", list_leads_out, "refuse", "a link out of its folder")


def plain(around: Surroundings) -> Path:
    """A checkpoint of one Dense layer."""
    return bundles.write_bundle(around.folder, "c", TENSORS, STORED)


def without(name: str) -> Callable[[Surroundings], Path]:
    """The function that makes a checkpoint without one of its files."""

    def make(around: Surroundings) -> Path:
        path = plain(around)
        (around.folder / name).unlink()
        return path

    return make


def changed(name: str, change: Callable[[bytes], bytes], around: Surroundings) -> Path:
    """A checkpoint one of whose files has other bytes."""
    path = plain(around)
    (around.folder / name).write_bytes(change((around.folder / name).read_bytes()))
    return path


def flipped(at: int) -> Callable[[bytes], bytes]:
    """The function that turns a bit of a byte."""
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def flipped_block(data: bytes) -> bytes:
    """An index whose first block has another checksum."""
    size = len(bundles.block(sorted(pairs_of(data).items())))
    return flipped(size + 1)(data)


def pairs_of(index: bytes) -> dict[bytes, bytes]:
    """The keys and values of an index of one block."""
    end = index.index(RESTARTS) + len(RESTARTS)
    return dict(entries_of(index[:end]))


def one_of_two(around: Surroundings) -> Path:
    """A checkpoint in two shards, of which the second one with the bias is not there."""
    path = plain(around)
    pairs = pairs_of(path.read_bytes())
    pairs[b""] = field(1, 2) + field(3, field(1, 1))
    pairs[f"layer-0/bias{VALUE}".encode()] = entry(bundles.FLOAT32, (3,), 0, bytes(12)) + field(3, 1)
    path.write_bytes(bundles.table(pairs))
    (around.folder / DATA).rename(around.folder / "c.data-00000-of-00002")
    return path


def data_a_folder(around: Surroundings) -> Path:
    """A folder in the place of the data."""
    path = without(DATA)(around)
    (around.folder / DATA).mkdir()
    return path


def data_leads_out(around: Surroundings) -> Path:
    """A link to a file of somebody else in the place of the data."""
    path = without(DATA)(around)
    (around.folder / DATA).symlink_to(around.secret)
    return path


def index_of(make: Callable[[], bytes], around: Surroundings) -> Path:
    """Only an index, with data of zeros."""
    path = around.folder / INDEX
    (around.folder / DATA).write_bytes(bytes(4096))
    path.write_bytes(make())
    return path


def footer(index: tuple[int, int]) -> bytes:
    """The end of an index whose block of blocks lies there."""
    return (varint(0) + varint(0) + varint(index[0]) + varint(index[1])).ljust(40, b"\0") + MAGIC


def handles(*places: tuple[int, int]) -> bytes:
    """An index without blocks, whose block of blocks names these."""
    block = bundles.block([(at.to_bytes(4, "big"), varint(a) + varint(b)) for at, (a, b) in enumerate(places)])
    return block + bytes(5) + footer((0, len(block)))


def compressed() -> bytes:
    """An index whose block says that it is compressed with Snappy."""
    data = bytearray(bundles.table({b"": field(1, 1)}))
    data[data.index(RESTARTS) + len(RESTARTS)] = 1
    return bytes(data)


def expanding() -> bytes:
    """Keys of sixty thousand bytes, each of which repeats the one before it in a few."""
    long = b"k" * 60_000
    pairs = bytes([0]) + varint(len(long)) + b"\0" + long
    pairs += b"".join(varint(len(long)) + b"\3\0" + at.to_bytes(3, "big") for at in range(1, 200_000))
    return bundles.table_of([pairs + RESTARTS])


def with_entry(value: bytes, key: bytes = b"v") -> Callable[[], bytes]:
    """The function that makes an index with this entry."""
    return lambda: bundles.table({b"": field(1, 1), key: value})


def sizes(*shape: int) -> bytes:
    """A shape as entries have it."""
    return field(2, b"".join(field(2, field(1, size)) for size in shape))


INDICES: dict[str, tuple[Callable[[], bytes], str]] = {
    "endless-number-at-the-end": (lambda: bytes(60) + ENDLESS * 3 + bytes(4) + MAGIC, "damaged"),
    "endless-number-in-a-block": (lambda: bundles.table_of([b"\0" + ENDLESS + RESTARTS]), "damaged"),
    "endless-number-in-an-entry": (with_entry(b"\x08" + ENDLESS), "damaged"),
    "block-in-itself": (lambda: handles((0, 20)), "damaged"),
    "block-named-often": (lambda: handles(*[(0, 10)] * 1_000), "damaged"),
    "block-behind-the-end": (lambda: handles((1 << 40, 100)), "damaged"),
    "block-of-terabytes": (lambda: handles((0, 1 << 42)), "limit hdf5_header_bytes"),
    "block-list-behind-the-end": (lambda: bytes(60) + footer((1 << 50, 1 << 50)), "damaged"),
    "compressed-block": (compressed, "damaged"),
    "expanding-keys": (expanding, "limit path_characters"),
    "many-keys": (
        lambda: bundles.table({b"": field(1, 1)} | {b"%d" % at: field(1, 1) for at in range(300_000)}),
        "limit hdf5_objects",
    ),
    "long-key": (with_entry(field(1, 1), b"k" * 10 * MIB), "limit name_bytes"),
    "many-fields": (with_entry(field(1, 1) * 6 * MIB), "an entry has"),
    "many-axes": (with_entry(field(1, 1) + sizes(*[1] * 300)), "damaged"),
    "many-slices": (with_entry(field(1, 1) + sizes(1) + field(7, field(1, b"")) * 20_000), "slices"),
    "unknown-size": (with_entry(field(1, 1) + sizes((1 << 64) - 1)), "damaged"),
    "many-shards": (lambda: bundles.table({b"": field(1, 1 << 40)}), "limit shards"),
    "big-endian": (lambda: bundles.table({b"": field(1, 1) + field(2, 1)}), "damaged"),
    "overlapping-tensors": (
        lambda: bundles.table(
            {b"": field(1, 1)} | {b"%d" % at: field(1, 1) + sizes(1_000) + field(5, 4_000) for at in range(3_000)}
        ),
        "take 12,000,000 bytes",
    ),
}
"""Indices that nothing can be read of, and what is said of each."""


def tensors_of(tensors: Callable[[], Mapping[bytes, bytes]], around: Surroundings) -> Path:
    """A checkpoint of names alone."""
    return index_of(lambda: bundles.table({b"": field(1, 1)} | dict(tensors())), around)


def text_entry(shape: tuple[int, ...], nbytes: int) -> bytes:
    """What an index says of texts."""
    return field(1, bundles.STRING) + sizes(*shape) + field(5, nbytes)


def slices(count: int) -> dict[bytes, bytes]:
    """A tensor in so many slices, none of which is there."""
    parts = b"".join(field(7, field(1, field(1, at) + field(2, 1))) for at in range(count))
    return {b"v": field(1, 1) + sizes(count) + parts}


TENSORS_OF: dict[str, tuple[Callable[[], Mapping[bytes, bytes]], str]] = {
    "shape-of-2-62": (lambda: {b"v": entry(bundles.FLOAT32, (1 << 62,), 0, bytes(16))}, "declares"),
    "shape-of-many-2-62": (lambda: {b"v": entry(bundles.FLOAT32, (1 << 62,) * 250, 0, bytes(16))}, "63 bits"),
    "offset-behind-the-end": (
        lambda: {b"v": field(1, 1) + sizes(4) + field(4, 1 << 50) + field(5, 16)},
        "ends at byte",
    ),
    "shard-not-there": (lambda: {b"v": field(1, 1) + sizes(4) + field(3, 7) + field(5, 16)}, "data file 7"),
    "texts-of-terabytes": (lambda: {b"v": text_entry((1,), 1 << 42)}, "take 4,398,046,511,104 bytes"),
    "more-texts-than-bytes": (lambda: {b"v": text_entry((1 << 62,), 100)}, "not all there"),
    "texts-that-lie": (lambda: {b"v": text_entry((100,), 4096)}, ""),
    "slices-not-there": (lambda: slices(100), "slice of v is not there"),
    "unknown-dtype": (lambda: {b"v": field(1, 77) + sizes(4) + field(5, 16)}, ""),
    "many-tensors": (lambda: {b"%06d" % at: field(1, 1) + sizes(0) for at in range(10_000)}, ""),
    "deep-names": (lambda: {b"a/" * 30_000 + b"%d" % at: field(1, 1) + sizes(0) for at in range(200)}, ""),
    "long-names": (lambda: {b"%d_" % at * 10_000: field(1, 1) + sizes(0) for at in range(100)}, ""),
}
"""Tensors of a checkpoint without objects."""


def graph_of(graph: Callable[[], bytes], around: Surroundings) -> Path:
    """A checkpoint with this graph of objects."""
    return bundles.write_bundle(around.folder, "c", TENSORS, graph())


Node = tuple[dict[str, int], str, str]
KERNEL: Node = ({}, "dense/kernel", KEY)


def chain(count: int, name: str = "a") -> bytes:
    """Objects inside one another, the innermost a variable."""
    return tracked([*(({name: at + 1}, "", "") for at in range(count)), KERNEL])


def lists(count: int, each: int) -> bytes:
    """Layers that all hold one list of layers."""
    first = 2 + count
    holders: list[Node] = [({"items": 1, "kernel": first + 1 + each}, "", "") for _ in range(count)]
    held: list[Node] = [({"kernel": first + 1 + each}, "", "") for _ in range(each)]
    root: Node = ({f"h{at}": 2 + at for at in range(count)}, "", "")
    return tracked([root, ({f"{at}": first + at for at in range(each)}, "", ""), *holders, *held, KERNEL, KERNEL])


def optimizers(count: int, each: int) -> bytes:
    """Optimizers that all keep one list of variables."""
    root: Node = ({f"o{at}": 2 + at for at in range(count)} | {"layer-0": count + 2}, "", "")
    listed: Node = ({f"{at}": count + 2 for at in range(each)}, "", "")
    made: list[Node] = [({"iterations": count + 2, "m": 1}, "", "") for _ in range(count)]
    return tracked([root, listed, *made, KERNEL])


def named(name: str, count: int = 1) -> bytes:
    """An optimizer's variables of one long name."""
    steps: Node = ({"iterations": 3} | {f"v{at}": 4 + at for at in range(count)}, "", "")
    variables: list[Node] = [({}, f"adam/{name}{at}", f"optimizer/v{at}{VALUE}") for at in range(count)]
    layer: Node = ({"kernel": 5 + count - 1}, "", "")
    return tracked([({"layer-0": 2, "optimizer": 1}, "", ""), steps, layer, ({}, "", ""), *variables, KERNEL])


GRAPHS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "graph-empty": (lambda: b"", "refuse", "damaged"),
    "graph-endless-number": (lambda: b"\x0a" + ENDLESS, "refuse", "damaged"),
    "graph-names-what-is-not-there": (lambda: tracked([({"a": 7}, "", "")]), "refuse", "damaged"),
    "graph-in-a-circle": (
        lambda: tracked([({"a": 1}, "", ""), ({"b": 0, "k": 2, "c": 1}, "", ""), KERNEL]),
        "read",
        "",
    ),
    "graph-of-itself": (lambda: tracked([({"a": 0, "b": 0}, "", "")]), "read", ""),
    "graph-of-many": (lambda: tracked([({}, "", "")] * 251_000), "refuse", "limit hdf5_objects"),
    "graph-deep": (lambda: chain(20_000), "survive", ""),
    "graph-deep-lists": (lambda: chain(20_000, "0"), "survive", ""),
    "graph-deep-long-names": (lambda: chain(1_000, "n" * 30_000), "survive", ""),
    "graph-wide": (
        lambda: tracked([({f"a{at}": 1 + at for at in range(3_000)}, "", ""), *[KERNEL] * 3_000]),
        "survive",
        "",
    ),
    "graph-shared-lists": (lambda: lists(2_000, 2_000), "survive", ""),
    "graph-shared-state": (lambda: optimizers(4_000, 10_000), "survive", ""),
    "graph-long-name": (lambda: named("_" * 10 * MIB), "refuse", "limit name_bytes"),
    "graph-long-names": (lambda: named("_" * 60_000, 50), "survive", ""),
    "graph-many-parts": (lambda: named("a/" * 30_000, 50), "survive", ""),
    "graph-many-fields": (lambda: field(1, field(1, field(1, 1) * 4_000_000) * 4), "refuse", "fields"),
    "graph-deep-layers": (
        lambda: tracked([({"kernel": 100, "layer": at + 1}, "", "") for at in range(100)] + [KERNEL]),
        "survive",
        "",
    ),
}
"""Graphs of objects, how reading each must end, and what is said of it."""


def saved(parts: Mapping[str, Callable[[], bytes]], around: Surroundings) -> Path:
    """A SavedModel folder with other files in the place of some."""
    return write_saved_model(around.folder, **{name: make() for name, make in parts.items()})


def many_objects(count: int, text: bytes) -> Callable[[], bytes]:
    """The function that makes a graph of many layers that are each described by a text."""
    return lambda: saved_model([OBJECTS[0], *[user_object({}, metadata=text)] * count])


def many_ways(count: int) -> dict[str, Callable[[], bytes]]:
    """Many objects that all stand for one of the checkpoint, which holds many."""
    held = {f"{at}": 2 + count for at in range(count)}
    return {
        "graph": lambda: saved_model(
            [user_object({f"a{at}": 1 + at for at in range(count)}), *[user_object({})] * count, variable("k")]
        ),
        "stored": lambda: tracked(
            [({f"a{at}": 1 for at in range(count)}, "", ""), (held, "", ""), *[({}, "", "")] * count, KERNEL]
        ),
    }


def deep_json(depth: int) -> bytes:
    """JSON so deep."""
    return b'{"config":' * depth + b"1" + b"}" * depth


SAVED: dict[str, tuple[dict[str, Callable[[], bytes]], str, str]] = {
    "empty-graph": ({"graph": lambda: b""}, "refuse", "damaged"),
    "cut-graph": ({"graph": lambda: saved_model()[:-20]}, "refuse", "damaged"),
    "zeros": ({"graph": lambda: bytes(4096)}, "refuse", "damaged"),
    "endless-number": ({"graph": lambda: b"\x08" + ENDLESS}, "refuse", "damaged"),
    "graph-behind-the-end": ({"graph": lambda: b"\x12" + varint(1 << 62)}, "refuse", "damaged"),
    "many-functions": ({"graph": lambda: saved_model(before=field(2, b"") * 300_000)}, "refuse", "fields"),
    "many-objects": ({"graph": many_objects(251_000, b"")}, "refuse", "limit hdf5_objects"),
    "many-texts": ({"graph": many_objects(2_000, b'{"a":[' + b"{}," * 5_000 + b"1]}")}, "refuse", "limit"),
    "deep-text": ({"told": lambda: keras_metadata({0: deep_json(100_000)})}, "refuse", "limit json_depth"),
    "nearly-deep-text": ({"told": lambda: keras_metadata({0: MODEL, 1: deep_json(250)})}, "survive", ""),
    "damaged-text": ({"told": lambda: keras_metadata({0: b'{"class_name": "Seq'})}, "refuse", ""),
    "other-text": ({"told": lambda: keras_metadata({0: b"[1]", 1: b"{}"})}, "survive", ""),
    "cut-list": ({"told": lambda: keras_metadata({0: MODEL, 1: LAYER})[:-9]}, "refuse", "damaged"),
    "list-of-zeros": ({"told": lambda: bytes(100)}, "refuse", "damaged"),
    "list-of-nobody": ({"told": lambda: keras_metadata({99: MODEL, 1 << 60: LAYER})}, "survive", ""),
    "text-of-odd-types": (
        {"told": lambda: keras_metadata({0: {"config": {"layers": [None, 1, "a", []]}, "class_name": "S"}, 1: LAYER})},
        "survive",
        "",
    ),
    "graph-names-what-is-not-there": (
        {"graph": lambda: saved_model([user_object({"a": 1 << 40})])},
        "refuse",
        "damaged",
    ),
    "many-ways": (many_ways(10_000), "survive", ""),
    "long-name": ({"graph": lambda: saved_model([*OBJECTS[:2], variable("k" * 10 * MIB)])}, "refuse", "limit"),
}
"""Parts of a SavedModel folder that are other than they should be."""


def two_gigabytes(around: Surroundings) -> Path:
    """A SavedModel whose functions take two gigabytes, none of which is stored."""
    write_saved_model(around.folder)
    graph = saved_model()
    inner = graph[graph.index(field(7, b"".join(field(1, one) for one in OBJECTS))) :]
    functions = 2 << 30
    head = b"\x12" + varint(functions)
    start = field(1, 1) + b"\x12" + varint(len(head) + functions + len(inner)) + head
    with (around.folder / "saved_model.pb").open("wb") as file:
        file.write(start)
        file.seek(len(start) + functions)
        file.write(inner)
    return around.folder


def without_variables(around: Surroundings) -> Path:
    """A SavedModel whose folder of variables was not copied."""
    write_saved_model(around.folder)
    for path in (around.folder / "variables").iterdir():
        path.unlink()
    (around.folder / "variables").rmdir()
    return around.folder


def list_leads_out(around: Surroundings) -> Path:
    """A SavedModel whose list of layers is a link to somebody else's file."""
    write_saved_model(around.folder)
    (around.folder / "keras_metadata.pb").unlink()
    (around.folder / "keras_metadata.pb").symlink_to(around.secret)
    return around.folder
