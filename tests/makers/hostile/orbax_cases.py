"""Folders of Orbax, and presets of keras-hub, that are cut, that lie, and that ask for more than they hold."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from kerasinspect.containers.ocdbt.pieces import MANIFEST, NODE
from tests.makers.bundles import varint
from tests.makers.forms import unpack
from tests.makers.hostile.cases import Case, Surroundings
from tests.makers.plain_models import archive_tree, config, hdf5
from tests.makers.stores import (
    CONFIG,
    DATA,
    WEIGHTS,
    ZSTD,
    At,
    compressed,
    described,
    files_of,
    inner,
    leaf,
    manifest,
    numbers,
    piece,
    plain_values,
    tree_of,
    write_orbax,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MIB = 1 << 20
FILE = f"pytree/{DATA}"


def orbax_cases() -> Iterable[Case]:
    """All of them."""
    yield Case("orbax-plain", lambda around: write_orbax(around.folder / "1"), "read")
    yield Case("orbax-compressed", with_compressed_kernel, "read")
    yield Case("orbax-in-the-middle-of-a-write", unfinished, "refuse", "never written to its end")
    yield Case("orbax-without-variables", partial(without, "pytree/_METADATA"), "refuse", "has no variables")
    yield Case("orbax-without-manifest", partial(without, "pytree/manifest.ocdbt"), "refuse", "manifest.ocdbt")
    yield Case("orbax-without-data", partial(without, FILE), "refuse", DATA)
    for name, (file, change, expectation, said) in CHANGES.items():
        yield Case(f"orbax-{name}", partial(changed, file, change), expectation, said)  # type: ignore[arg-type]
    for name, (metadata, chunk, expectation, said) in ARRAYS.items():
        yield Case(f"orbax-{name}", partial(array_of, metadata, chunk), expectation, said)  # type: ignore[arg-type]
    for name, (make, said) in MANIFESTS.items():
        yield Case(f"orbax-{name}", partial(manifest_of, make), "refuse", said)
    for name, (node, expectation, said) in NODES.items():
        yield Case(f"orbax-{name}", partial(node_of, node), expectation, said)  # type: ignore[arg-type]
    yield Case("orbax-many-variables", many_variables, "survive")
    yield Case("orbax-data-leads-out", data_leads_out, "refuse", "a link out of its folder")
    for name, (index, expectation, said) in INDICES.items():
        yield Case(f"preset-{name}", partial(preset_of, index), expectation, said)  # type: ignore[arg-type]
    yield Case("preset-head-missing", partial(task_of, None), "survive")
    yield Case("preset-head-damaged", partial(task_of, b"\x89HDF\r\n\x1a\n" + bytes(100)), "refuse")
    yield Case("preset-huge-count", huge_count, "survive", "of the 9,")


def changed(file: str, change: Callable[[bytes], bytes], around: Surroundings) -> Path:
    """A step one of whose files has other bytes."""
    path = write_orbax(around.folder / "1") / file
    path.write_bytes(change(path.read_bytes()))
    return around.folder / "1"


def without(file: str, around: Surroundings) -> Path:
    """A step without one of its files."""
    (write_orbax(around.folder / "1") / file).unlink()
    return around.folder / "1"


def with_compressed_kernel(around: Surroundings) -> Path:
    """A step whose kernel is compressed."""
    values, data = plain_values()
    data = compressed(data)
    values |= {f"{WEIGHTS[0]}/zarr.json": described((4, 3), codecs=ZSTD), f"{WEIGHTS[0]}/c/0/0": At(0, len(data))}
    return write_orbax(around.folder / "1", values, data)


def unfinished(around: Surroundings) -> Path:
    """A step that is being written."""
    write_orbax(around.folder / "1.orbax-checkpoint-tmp")
    (around.folder / "1.orbax-checkpoint-tmp" / "_CHECKPOINT_METADATA").unlink()
    return around.folder


def cut(part: float) -> Callable[[bytes], bytes]:
    """The function that cuts bytes off."""
    return lambda data: data[: int(len(data) * part)]


CHANGES: dict[str, tuple[str, Callable[[bytes], bytes], str, str]] = {
    "cut-manifest": ("pytree/manifest.ocdbt", cut(0.5), "refuse", "damaged"),
    "empty-manifest": ("pytree/manifest.ocdbt", cut(0), "refuse", "damaged"),
    "cut-data": (FILE, cut(0.3), "refuse", ""),
    "flipped-node": (FILE, lambda data: data[:-9] + b"\xff" + data[-8:], "refuse", "damaged"),
    "damaged-tree": ("pytree/_METADATA", cut(0.5), "refuse", "_METADATA"),
    "tree-of-nothing": ("pytree/_METADATA", lambda _: b'{"tree_metadata": []}', "refuse", "lists no variables"),
    "tree-of-numbers": ("pytree/_METADATA", lambda _: b'{"tree_metadata": {"a": {"key_metadata": [1]}}}', "refuse", ""),
    "tree-names-others": (
        "pytree/_METADATA",
        lambda _: json.dumps(tree_of([*WEIGHTS, "trainable_variables.other.kernel"])).encode(),
        "survive",
        "is not there",
    ),
    "tree-deep-names": (
        "pytree/_METADATA",
        lambda _: json.dumps(tree_of([*WEIGHTS, "trainable_variables" + ".a" * 10_000])).encode(),
        "refuse",
        "",
    ),
    "damaged-config": ("model_config/_strings.json", cut(0.5), "refuse", "_strings.json"),
    "config-no-text": ("model_config/_strings.json", lambda _: b'{"config": 3}', "refuse", "holds no config"),
    "config-of-another-model": (
        "model_config/_strings.json",
        lambda _: json.dumps({"config": json.dumps({**CONFIG, "config": {"name": "m", "layers": []}})}).encode(),
        "survive",
        "",
    ),
}
"""Files of a step that have other bytes, how reading must end, and what is said."""


def array_of(metadata: bytes, make: Callable[[], bytes] | None, around: Surroundings) -> Path:
    """A step whose kernel is described so, with this chunk."""
    values, data = plain_values()
    values[f"{WEIGHTS[0]}/zarr.json"] = metadata
    chunk = None if make is None else make()
    if chunk is not None:
        values[f"{WEIGHTS[0]}/c/0/0"] = At(0, len(chunk))
    return write_orbax(around.folder / "1", values, data if chunk is None else chunk)


def sharded(shape: list[int], outer: list[int], within: list[int]) -> bytes:
    """The metadata of an array whose chunks are shards of others."""
    codec = {
        "chunk_shape": within,
        "codecs": ZSTD,
        "index_codecs": [{"name": "bytes"}, {"name": "crc32c"}],
        "index_location": "end",
    }
    return described(shape, outer, [{"name": "sharding_indexed", "configuration": codec}])


ARRAYS: dict[str, tuple[bytes, Callable[[], bytes] | None, str, str]] = {
    "shape-of-2-62": (described((1 << 61, 3), (4, 3)), None, "survive", "limit"),
    "shape-and-chunk-of-2-62": (described((1 << 61, 3), (1 << 61, 3)), None, "survive", "limit"),
    "many-axes-of-2-62": (described([1 << 62] * 60), None, "refuse", "63 bits"),
    "huge-chunk": (described((4, 3), (1 << 31, 3)), None, "survive", ""),
    "chunk-cut": (described((4, 3)), lambda: bytes(40), "survive", ""),
    "chunk-not-there": (described((8, 3), (4, 3)), None, "survive", "of 2 chunks"),
    "chunk-of-zeros": (described((4, 3), codecs=ZSTD), lambda: bytes(40), "survive", ""),
    "bomb": (described((4, 3), codecs=ZSTD), lambda: compressed(bytes(MIB), 512), "survive", ""),
    "large-bomb": (described((1 << 27, 1), codecs=ZSTD), lambda: compressed(bytes(MIB), 512), "survive", ""),
    "bomb-below-the-ratio": (described((1 << 24, 1), codecs=ZSTD), lambda: compressed(bytes(MIB), 64), "survive", ""),
    "shard-of-zeros": (sharded([4, 3], [4, 3], [2, 3]), lambda: bytes(36), "survive", ""),
    "shard-too-short": (sharded([4, 3], [4, 3], [2, 3]), lambda: bytes(4), "survive", ""),
    "shard-of-many": (sharded([1 << 20, 3], [1 << 20, 3], [1, 3]), lambda: bytes(100), "survive", ""),
    "no-axes": (described(()), None, "survive", ""),
    "unknown-codec": (described((4, 3), codecs=[{"name": "blosc"}]), None, "refuse", "blosc"),
    "unknown-dtype": (described((4, 3), data_type="object"), None, "refuse", "object"),
    "negative-shape": (described((-4, 3)), None, "refuse", "no shape"),
    "no-array": (b'{"node_type": "group"}', None, "refuse", ""),
    "no-json": (b"{", None, "refuse", ""),
    "deep-json": (b'{"a":' * 100_000, None, "refuse", ""),
}
"""How a kernel is described, what makes its one chunk, how reading must end, and what is said."""


def manifest_of(make: Callable[[int], bytes], around: Surroundings) -> Path:
    """A step with this manifest, made from the size of the data file."""
    step = write_orbax(around.folder / "1")
    (step / "pytree" / "manifest.ocdbt").write_bytes(make((step / FILE).stat().st_size))
    return step


def settings(kind: int = 0) -> bytes:
    """The beginning of a manifest."""
    return bytes(16) + numbers([kind, 1024, MIB]) + b"\4" + varint(0)


MANIFESTS: dict[str, tuple[Callable[[int], bytes], str]] = {
    "manifest-behind-the-end": (lambda size: manifest(At(size, 100)), ""),
    "manifest-of-terabytes": (lambda _: manifest(At(0, 1 << 42)), ""),
    "manifest-of-another-kind": (lambda _: piece(MANIFEST, settings(1)), "damaged"),
    "manifest-of-many-files": (
        lambda _: piece(MANIFEST, settings() + varint(1 << 40) + bytes(100)),
        "damaged",
    ),
    "manifest-names-no-file": (lambda _: manifest(At(0, 10, 7)), "damaged"),
    "manifest-leads-out": (lambda _: manifest(At(0, 10), paths=["../../secret/secret.bin"]), "does not lie beside"),
    "manifest-leads-to-root": (lambda _: manifest(At(0, 10), paths=["/etc/passwd"]), "does not lie beside"),
    "manifest-bomb": (lambda _: manifest_bomb(), ""),
    "manifest-too-high": (lambda _: manifest(At(0, 48), height=200), "damaged"),
    "manifest-odd-compression": (lambda _: manifest(At(0, 48), compression=2), "damaged"),
    "manifest-endless-number": (lambda _: piece(MANIFEST, bytes(16) + b"\x80" * 20), "damaged"),
}
"""Manifests from which nothing is found."""


def manifest_bomb() -> bytes:
    """A manifest of a few kilobytes that becomes gigabytes."""
    body = compressed(settings()) + compressed(bytes(MIB), 1_000)
    return piece(MANIFEST, body, 1)


def node_of(node: Callable[[], tuple[bytes, At, int]], around: Surroundings) -> Path:
    """A step with this data file, and its root there at that height."""
    step = write_orbax(around.folder / "1")
    data, root, height = node()
    (step / FILE).write_bytes(data)
    (step / "pytree" / "manifest.ocdbt").write_bytes(manifest(root, height))
    return step


def one_node(node: bytes, height: int = 0) -> tuple[bytes, At, int]:
    """A data file of one node."""
    return node, At(0, len(node)), height


def circle() -> tuple[bytes, At, int]:
    """A node that lies in itself."""
    node = inner(1, {"a": At(0, 0)})
    for _ in range(3):
        node = inner(1, {"a": At(0, len(node))})
    return one_node(node, 1)


def tower(count: int) -> tuple[bytes, At, int]:
    """Nodes inside one another."""
    data = leaf({"a": b"x"})
    place = At(0, len(data))
    for height in range(1, count):
        node = inner(height, {"a": place})
        place = At(len(data), len(node))
        data += node
    return data, place, count - 1


def wide(count: int) -> tuple[bytes, At, int]:
    """A node that names one below it many times."""
    data = leaf({"a": b"x"})
    node = inner(1, {f"{at:06}": At(0, len(data)) for at in range(count)})
    return data + node, At(len(data), len(node)), 1


def doubling(levels: int) -> tuple[bytes, At, int]:
    """Nodes that each name the one below them twice."""
    data = leaf({"a": b"x"})
    place = At(0, len(data))
    for height in range(1, levels):
        node = inner(height, {"a": place, "b": place})
        place = At(len(data), len(node))
        data += node
    return data, place, levels - 1


def node_bomb() -> tuple[bytes, At, int]:
    """A node of a few kilobytes that becomes gigabytes."""
    return one_node(piece(NODE, compressed(bytes(MIB), 1_000), 1))


def many_bombs(count: int) -> tuple[bytes, At, int]:
    """Many nodes that each become a hundred megabytes."""
    bomb = piece(NODE, compressed(bytes(MIB), 100), 1)
    node = inner(1, {f"{at:04}": At(at * len(bomb), len(bomb)) for at in range(count)})
    return bomb * count + node, At(len(bomb) * count, len(node)), 1


def expanding(count: int) -> bytes:
    """A node of keys that each repeat all but two bytes of sixty thousand of the one before them."""
    long = b"k" * 60_000
    keys = [long, *(at.to_bytes(2, "big") for at in range(1, count))]
    columns = numbers([count, *[len(long)] * (count - 1), len(long), *[2] * (count - 1)])
    tail = numbers([0] * count) + bytes(count)
    return piece(NODE, b"\0" + files_of([DATA]) + columns + b"".join(keys) + tail)


def expanding_files(count: int) -> bytes:
    """A node whose table of files repeats a long name in the same way."""
    long = b"k" * 60_000
    names = [long, *(at.to_bytes(2, "big") for at in range(1, count))]
    columns = numbers([count, *[len(long)] * (count - 1), len(long), *[2] * (count - 1), *[0] * count])
    return piece(NODE, b"\0" + columns + b"".join(names) + numbers([0]))


NODES: dict[str, tuple[Callable[[], tuple[bytes, At, int]], str, str]] = {
    "node-in-itself": (circle, "refuse", "damaged"),
    "node-tower": (lambda: tower(200), "refuse", "damaged"),
    "node-named-often": (lambda: wide(100_000), "refuse", ""),
    "nodes-doubling": (lambda: doubling(30), "refuse", ""),
    "node-bomb": (node_bomb, "refuse", "damaged"),
    "node-many-bombs": (lambda: many_bombs(200), "refuse", ""),
    "node-expanding-keys": (lambda: one_node(expanding(60_000)), "refuse", "limit"),
    "node-expanding-files": (lambda: one_node(expanding_files(60_000)), "refuse", "names of its files"),
    "node-many-keys": (lambda: one_node(leaf({f"{at:06}": b"" for at in range(300_000)})), "refuse", "limit"),
    "node-counts-keys": (
        lambda: one_node(piece(NODE, b"\0" + files_of([DATA]) + varint(1 << 60))),
        "refuse",
        "damaged",
    ),
    "node-empty": (lambda: one_node(piece(NODE, b"\0" + files_of([DATA]) + varint(0))), "survive", "is not there"),
    "node-many-files": (
        lambda: one_node(
            leaf({f"{at:06}": At(0, 1, at) for at in range(3_000)}, [f"d/{at:05}" for at in range(3_000)])
        ),
        "refuse",
        "limit shards",
    ),
    "node-value-behind-the-end": (
        lambda: one_node(leaf({f"{WEIGHTS[0]}/zarr.json": At(1 << 50, 1 << 40)})),
        "refuse",
        "ends at byte",
    ),
}
"""Data files with their root and its height, how reading must end, and what is said."""


def many_variables(around: Surroundings) -> Path:
    """A step of three thousand variables in layers of their own."""
    paths = [f"trainable_variables.l{at}.kernel" for at in range(3_000)]
    values: dict[str, bytes | At] = {f"{path}/zarr.json": described((1,)) for path in paths}
    values |= {f"{path}/c/0": bytes(4) for path in paths}
    return write_orbax(around.folder / "1", values, b"", paths=paths)


def data_leads_out(around: Surroundings) -> Path:
    """A link to somebody else's file in the place of the data."""
    step = write_orbax(around.folder / "1")
    (step / FILE).unlink()
    (step / FILE).symlink_to(around.secret)
    return step


METADATA = {"keras_version": "3.15.1", "keras_hub_version": "0.32.0", "parameter_count": 9}


def write_preset(folder: Path, metadata: dict[str, Any] = METADATA) -> Path:
    """A preset of keras-hub with a plain model in it."""
    unpack(folder)
    (folder / "metadata.json").write_text(json.dumps(metadata), "utf-8")
    return folder


def preset_of(index: Any, around: Surroundings) -> Path:  # noqa: ANN401 - any JSON
    """A preset in shards, with this index."""
    write_preset(around.folder)
    (around.folder / "model.weights.h5").unlink()
    (around.folder / "model_00000.weights.h5").write_bytes(hdf5(archive_tree))
    (around.folder / "model.weights.json").write_text(json.dumps(index), "utf-8")
    return around.folder


def shards(*names: Any) -> Any:  # noqa: ANN401 - any JSON
    """An index that names these shards."""
    return {"metadata": {}, "weight_map": {"/layers/dense/vars": [*names]}}


INDICES: dict[str, tuple[Any, str, str]] = {
    "shard": (shards("model_00000.weights.h5"), "read", ""),
    "missing-shard": (shards("model_00000.weights.h5", "model_00001.weights.h5"), "refuse", "model_00001.weights.h5"),
    "shard-elsewhere": (shards("../secret/secret.h5"), "refuse", "does not lie beside it"),
    "shard-at-the-root": (shards("/etc/passwd"), "refuse", "does not lie beside it"),
    "shard-of-windows": (shards("..\\secret\\secret.h5"), "refuse", "does not lie beside it"),
    "shard-itself": (shards("model.weights.json"), "refuse", ""),
    "shard-number": (shards(3), "refuse", "not a file"),
    "index-of-nothing": ({"weight_map": {}}, "refuse", "names no shard"),
    "index-no-map": ({"weight_map": 3}, "survive", ""),
}
"""Indices of shards, how reading must end, and what is said."""


def task_of(head: bytes | None, around: Surroundings) -> Path:
    """A preset of a task whose head has these weights, or none."""
    write_preset(around.folder)
    (around.folder / "task.json").write_text(json.dumps(config()), "utf-8")
    if head is not None:
        (around.folder / "task.weights.h5").write_bytes(head)
    return around.folder


def huge_count(around: Surroundings) -> Path:
    """A preset that says to have far more parameters than it has."""
    return write_preset(around.folder, {**METADATA, "parameter_count": 9 * 10**300})
