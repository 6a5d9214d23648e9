"""Makes OCDBT stores, and the folders of Orbax around them: nodes and values in data files, named by a manifest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kerasinspect.containers.ocdbt.pieces import MANIFEST, NODE
from kerasinspect.containers.tensor_bundle.crc32c import crc32c
from tests.makers.bundles import varint
from tests.tools import zstandard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DATA = "d/values"
"""The one data file of a store that is made here."""
KERNEL = np.arange(12, dtype="<f4").reshape(4, 3)
CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "m",
        "layers": [{"class_name": "Dense", "config": {"name": "dense", "units": 3}}],
    },
}


class At(NamedTuple):
    """Where something lies in a data file."""

    offset: int
    nbytes: int
    file: int = 0


def piece(magic: bytes, contents: bytes, compression: int = 0) -> bytes:
    """A piece of a store: its kind, its length, contents and their checksum."""
    body = varint(0) + varint(compression) + contents
    data = magic + (len(magic) + 8 + len(body) + 4).to_bytes(8, "little") + body
    return data + crc32c(data).to_bytes(4, "little")


def numbers(values: Sequence[int]) -> bytes:
    """Numbers one after the other."""
    return b"".join(map(varint, values))


def compressed(data: bytes, times: int = 1) -> bytes:
    """Bytes, so many times over, compressed; skips the test where the extra is not installed."""
    compressor = zstandard().ZstdCompressor()
    pieces: list[bytes] = [compressor.compress(data) for _ in range(times)]
    return b"".join([*pieces, compressor.flush()])


def files_of(paths: Sequence[str]) -> bytes:
    """A table of files, none of which shares its name with the one before."""
    shared = [0] * (len(paths) - 1)
    names = [path.encode() for path in paths]
    return numbers([len(paths), *shared, *map(len, names), *(0 for _ in names)]) + b"".join(names)


def manifest(root: At, height: int = 0, keys: int = 1, paths: Sequence[str] = (DATA,), compression: int = 0) -> bytes:
    """A manifest of one version, whose root lies there."""
    settings = bytes(16) + numbers([0, 1024, 1 << 20]) + b"\4" + varint(0)
    version = numbers([1, 1]) + bytes([height]) + numbers([root.file, root.offset, root.nbytes, keys, 1, 1, 1])
    return piece(MANIFEST, settings + files_of(paths) + version + bytes(8), compression)


def leaf(values: Mapping[str, bytes | At], paths: Sequence[str] = (DATA,)) -> bytes:
    """A node at the bottom: values by their keys, here or in a data file."""
    keys = [key.encode() for key in sorted(values)]
    stored = [values[key] for key in sorted(values)]
    lengths = [one.nbytes if isinstance(one, At) else len(one) for one in stored]
    outside = [one for one in stored if isinstance(one, At)]
    kinds = bytes(int(isinstance(one, At)) for one in stored)
    return piece(
        NODE,
        b"\0"
        + files_of(paths)
        + _keys(keys)
        + b"".join(keys)
        + numbers(lengths)
        + kinds
        + numbers([one.file for one in outside])
        + numbers([one.offset for one in outside])
        + b"".join(one for one in stored if not isinstance(one, At)),
    )


def inner(height: int, below: Mapping[str, At], paths: Sequence[str] = (DATA,)) -> bytes:
    """A node above others, by the least of the keys in each."""
    keys = [key.encode() for key in sorted(below)]
    places = [below[key] for key in sorted(below)]
    return piece(
        NODE,
        bytes([height])
        + files_of(paths)
        + _keys(keys)
        + numbers([0] * len(keys))
        + b"".join(keys)
        + numbers([one.file for one in places])
        + numbers([one.offset for one in places])
        + numbers([one.nbytes for one in places]),
    )


def _keys(keys: Sequence[bytes]) -> bytes:
    """How many keys there are, what each shares with the one before it, and what is its own."""
    return numbers([len(keys), *([0] * (len(keys) - 1)), *map(len, keys)])


def described(shape: Sequence[int], chunk: Sequence[int] | None = None, codecs: Any = None, **more: Any) -> bytes:  # noqa: ANN401 - any JSON
    """The metadata of an array."""
    return json.dumps(
        {
            "zarr_format": 3,
            "node_type": "array",
            "shape": [*shape],
            "data_type": "float32",
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [*(chunk or shape)]}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "codecs": codecs or [{"name": "bytes", "configuration": {"endian": "little"}}],
            "fill_value": 0,
            **more,
        }
    ).encode()


ZSTD = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd", "configuration": {"level": 0}}]
"""The codecs of what is compressed."""
WEIGHTS = "trainable_variables.dense.kernel", "trainable_variables.dense.bias"


def tree_of(paths: Sequence[str]) -> Any:  # noqa: ANN401 - any JSON
    """What Orbax lists of the variables of a model."""
    return {
        "tree_metadata": {
            str(tuple(path.split("."))): {
                "key_metadata": [{"key": part, "key_type": 2} for part in path.split(".")],
                "value_metadata": {"value_type": "np.ndarray", "skip_deserialize": False},
            }
            for path in paths
        },
        "use_ocdbt": True,
    }


def plain_values() -> tuple[dict[str, bytes | At], bytes]:
    """The values of a Dense layer by their keys, and the data file that those of the kernel lie in."""
    data = KERNEL.tobytes()
    return {
        f"{WEIGHTS[0]}/zarr.json": described((4, 3)),
        f"{WEIGHTS[0]}/c/0/0": At(0, len(data)),
        f"{WEIGHTS[1]}/zarr.json": described((3,)),
        f"{WEIGHTS[1]}/c/0": bytes(12),
    }, data


def write_store(folder: Path, values: Mapping[str, bytes | At], data: bytes = b"", node: bytes | None = None) -> Path:
    """A store of these values: a data file that ends with the one node, and a manifest."""
    (folder / "d").mkdir(parents=True)
    root = leaf(values) if node is None else node
    (folder / DATA).write_bytes(data + root)
    (folder / "manifest.ocdbt").write_bytes(manifest(At(len(data), len(root))))
    return folder


def write_orbax(  # noqa: PLR0913 - each part of a step
    step: Path,
    values: Mapping[str, bytes | At] | None = None,
    data: bytes | None = None,
    *,
    paths: Sequence[str] = WEIGHTS,
    tree: bytes | None = None,
    node: bytes | None = None,
) -> Path:
    """A step of Orbax with one Dense layer, with other parts in the place of these where they are given."""
    own, own_data = plain_values()
    write_store(step / "pytree", own if values is None else values, own_data if data is None else data, node)
    (step / "pytree" / "_METADATA").write_bytes(json.dumps(tree_of(paths)).encode() if tree is None else tree)
    (step / "_CHECKPOINT_METADATA").write_text("{}", "utf-8")
    (step / "model_config").mkdir()
    (step / "model_config" / "_strings.json").write_text(json.dumps({"config": json.dumps(CONFIG)}), "utf-8")
    return step
