"""``.keras`` archives of Keras 3 (and of Keras 2 since 2.12), zipped or unpacked into a folder."""

from __future__ import annotations

import math
import os
import re
import struct
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kerasinspect.errors import DamagedFile, InspectError, NotAModel
from kerasinspect.reading.archive import open_archive
from kerasinspect.reading.contents import Contents, Tree
from kerasinspect.reading.hdf5 import read_hdf5
from kerasinspect.reading.sharded import INDEX_ENDING, read_sharded
from kerasinspect.reading.sources import open_beside, open_source
from kerasinspect.reading.stored import PICKLED, Contiguous, Group, Storage, StoredArray, Withheld
from kerasinspect.reading.strict_json import parse_json
from kerasinspect.reading.weights_file import read_weights_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerasinspect.reading.archive import Archive
    from kerasinspect.reading.limits import Limits
    from kerasinspect.reading.sources import Source

CONFIG, METADATA, WEIGHTS, NPZ = "config.json", "metadata.json", "model.weights.h5", "model.weights.npz"
ASSETS = "assets/"
NPY_MAGIC = b"\x93NUMPY"
NPY_HEADER_LIMIT = 1 << 12
NPY_HEADER = re.compile(
    rb"\{'descr': '(?P<code>\|O|[<>|][fiub][1248])', 'fortran_order': (?P<by_columns>True|False), "
    rb"'shape': \((?P<shape>[0-9, ]{0,999})\), \} *\n"
)
"""The header as numpy writes it: never evaluated, only matched."""


def read_archive(source: Source, limits: Limits) -> Contents | None:
    """The contents of a ``.keras`` archive; None where the archive holds no Keras model."""
    archive = open_archive(source, limits)
    if not archive.members.keys() & {CONFIG, WEIGHTS, NPZ}:
        archive.close()
        return None
    try:
        contents = weights_of(archive, limits) or Contents(source.path, "keras-archive")
        container = replace(contents.container, nbytes=source.size, archive=archive)
        described = described_by(archive, replace(contents, container=container), limits)
    except InspectError:
        archive.close()
        raise
    missing = [name for name in (CONFIG, WEIGHTS) if name not in archive.members and NPZ not in archive.members]
    return replace(
        described,
        location=source.path,
        format="keras-archive",
        assets=assets_of(archive, limits),
        remarks=(*archive.remarks, *described.remarks),
        damage=(*described.damage, *(f"{source.path} has no {name}." for name in missing)),
        close=archive.close,
    )


def described_by(archive: Archive, contents: Contents, limits: Limits) -> Contents:
    """Contents with what the JSON members of their archive say."""
    if CONFIG not in archive.members:
        return contents
    config = json_object(CONFIG, archive.file.path, lambda: archive.read(CONFIG, limits.json_bytes), limits)
    metadata = Described({})
    if METADATA in archive.members:
        metadata = json_object(METADATA, archive.file.path, lambda: archive.read(METADATA, limits.json_bytes), limits)
    return with_config(contents, config, metadata)


def assets_of(archive: Archive, limits: Limits) -> Mapping[str, Callable[[], bytes]]:
    """The files that layers keep beside their weights, each read when asked for."""
    return {
        name: partial(archive.read, name, limits.asset_bytes, "asset_bytes")
        for name in archive.members
        if name.startswith(ASSETS) and not name.endswith("/")
    }


def weights_of(archive: Archive, limits: Limits) -> Contents | None:
    """The weights in an archive; None where it has none, which is what Keras writes of a model without any."""
    if WEIGHTS in archive.members:
        source = archive.source(WEIGHTS)
        return read_weights_tree(source, read_hdf5(source, limits))
    if NPZ in archive.members:
        return read_npz(archive.source(NPZ), limits)
    return None


def read_folder(folder: str, limits: Limits) -> Contents | None:
    """The contents of an archive that was unpacked, or saved with ``zipped=False``; None for any other folder."""
    contents = folder_weights(folder, limits)
    if contents is None:
        return None
    container = replace(contents.container, nbytes=sum(path.stat().st_size for path in folder_files(folder, limits)))
    described = replace(contents, location=folder, assets=folder_assets(folder, limits), container=container)
    try:
        if not Path(folder, CONFIG).exists():
            return described
        config = json_object(CONFIG, folder, lambda: file_bytes(Path(folder), CONFIG, limits), limits)
        metadata = Described({})
        if os.path.lexists(Path(folder, METADATA)):
            metadata = json_object(METADATA, folder, lambda: file_bytes(Path(folder), METADATA, limits), limits)
    except InspectError:
        contents.close()
        raise
    return replace(with_config(described, config, metadata), format="keras-archive")


def folder_weights(folder: str, limits: Limits) -> Contents | None:
    """The weights in a folder: one file, or an index with its shards."""
    if Path(folder, WEIGHTS).exists():
        source = open_beside(Path(folder), WEIGHTS)
        try:
            tree = read_hdf5(source, limits)
        except InspectError:
            source.close()
            raise
        return replace(read_weights_tree(source, tree), close=source.close)
    indices = sorted(Path(folder).glob(f"*{INDEX_ENDING}"))
    if len(indices) != 1:
        return None
    index = open_source(indices[0])
    try:
        return read_sharded(index, limits)
    finally:
        index.close()


def folder_assets(folder: str, limits: Limits) -> Mapping[str, Callable[[], bytes]]:
    """The files that layers keep beside their weights in a folder."""
    return {
        path.relative_to(folder).as_posix(): partial(file_bytes, path.parent, path.name, limits)
        for path in folder_files(str(Path(folder, ASSETS)), limits)
    }


def folder_files(folder: str, limits: Limits) -> Iterator[Path]:
    """Every file in a folder and below; a link is none of them, wherever it leads."""
    found = islice(Path(folder).rglob("*"), limits.archive_members)
    return (path for path in found if path.is_file() and not path.is_symlink())


def file_bytes(folder: Path, name: str, limits: Limits) -> bytes:
    """All bytes of a small file in a folder."""
    source = open_beside(folder, name)
    try:
        return source.read_at(0, min(source.size, limits.json_bytes + 1))
    finally:
        source.close()


class Described(NamedTuple):
    """A JSON object, and the keys that it or an object in it has twice."""

    value: Mapping[str, Any]
    repeated_keys: tuple[tuple[str, str], ...] = ()


def json_object(name: str, holder: str, load: Callable[[], bytes], limits: Limits) -> Described:
    """A member or file that holds a JSON object; raises DamagedFile where it holds something else."""
    where = f"{name} in {holder}"
    parsed = parse_json(load(), where, limits)
    if not isinstance(parsed.value, dict):
        raise DamagedFile(f"{where} is no JSON object.", "Save the model again.")
    return Described(parsed.value, tuple((name, key) for key in parsed.duplicate_keys))


def with_config(contents: Contents, config: Described, metadata: Described) -> Contents:
    """Contents with what the archive's JSON members say."""
    compiled = config.value.get("compile_config")
    repeated = (*config.repeated_keys, *metadata.repeated_keys)
    remarks = (f"{name} repeats the key {key!r}; the last one counts." for name, key in repeated)
    is_model = isinstance(config.value.get("class_name"), str)
    damage = () if is_model else (f"{CONFIG} in {contents.location} describes no model: it names no class.",)
    return replace(
        contents,
        config=config.value,
        training_config=compiled if isinstance(compiled, dict) and compiled else None,
        keras_version=text(metadata.value.get("keras_version")) or contents.keras_version,
        saved_at=date_of(text(metadata.value.get("date_saved"))) or contents.saved_at,
        remarks=(*contents.remarks, *remarks),
        damage=(*contents.damage, *damage),
        container=replace(contents.container, repeated_keys=repeated),
    )


def text(value: object) -> str | None:
    """A value where it is a text."""
    return value if isinstance(value, str) else None


def date_of(written: str | None) -> str | None:
    """Keras's ``2026-11-22@03:08:44`` as ISO 8601."""
    return written.replace("@", "T", 1) if written else None


def read_npz(source: Source, limits: Limits) -> Contents:
    """Weights that were saved as ``model.weights.npz``: plain arrays are read, pickled ones named and left alone.

    Keras itself pickles a dictionary per layer there, which no Keras since 3.9 loads again.
    """
    inner = open_archive(source, limits)
    root = Group("/")
    for name in inner.members:
        *folders, last = name.removesuffix(".npy").split("/")
        group = root
        for folder in folders:
            group = group.groups.setdefault(folder, Group(f"{group.path.rstrip('/')}/{folder}"))
        group.arrays[last] = npy_array(inner.source(name), f"{group.path.rstrip('/')}/{last}")
    damage = tuple(one.storage.reason for one in root.all_arrays() if isinstance(one.storage, Withheld))
    return replace(read_weights_tree(source, Tree(root, damage)), close=inner.close)


def npy_array(source: Source, path: str) -> StoredArray:
    """One ``.npy`` file by its header alone. Source: numpy.lib.format, versions 1.0 to 3.0."""
    head = source.read_at(0, min(source.size, 12))
    if not head.startswith(NPY_MAGIC):
        raise NotAModel(f"{source.label} is no numpy array.", "Save the model again as .keras.")
    width, start = ("<H", 10) if head[6] == 1 else ("<I", 12)
    length = int.from_bytes(head[8 : 8 + struct.calcsize(width)], "little")
    written = NPY_HEADER.match(source.read_at(start, min(length, NPY_HEADER_LIMIT)))
    if written is None:
        raise DamagedFile(f"The header of {source.label} cannot be read.", "Save the model again.")
    shape = tuple(int(size) for size in re.findall(rb"[0-9]+", written["shape"]))
    if written["code"] == b"|O":
        reason = f"{source.label} holds pickled Python objects, which are never loaded."
        return StoredArray(path, shape, PICKLED, np.dtype("V8"), Withheld(reason))
    encoding = np.dtype(written["code"].decode())
    nbytes = encoding.itemsize * math.prod(shape)
    storage: Storage = Contiguous(source, start + length, nbytes)
    if written["by_columns"] == b"True" and len(shape) > 1:
        storage = Withheld(f"The values of {source.label} are stored column by column, which is not read.")
    return StoredArray(path, shape, encoding.name, encoding, storage, start)
