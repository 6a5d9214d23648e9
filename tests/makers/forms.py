"""The plain model in each form that models are saved in, as files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.makers.plain_models import archive_tree, hdf5, keras_archive, legacy_tree, parts
from tests.makers.raw_zip import DEFLATED, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def written(path: Path, data: bytes) -> Path:
    """A file of these bytes."""
    path.write_bytes(data)
    return path


def archive(folder: Path) -> Path:
    """A model in an archive, whose weights are a part of its bytes."""
    return written(folder / "model.keras", keras_archive())


def deflated(folder: Path) -> Path:
    """A model in an archive, whose weights are inflated into a file of their own."""
    first, config, weights = parts()
    return written(folder / "deflated.keras", raw_zip([first, config, replace(weights, method=DEFLATED)]))


def legacy(folder: Path) -> Path:
    """A model in one HDF5 file."""
    return written(folder / "model.h5", hdf5(legacy_tree))


def unpacked(folder: Path) -> Path:
    """A model in a folder."""
    inside = folder / "unpacked"
    inside.mkdir()
    unpack(inside)
    return inside


def unpack(folder: Path) -> None:
    """Write the members of an archive as files of a folder."""
    for part in parts():
        written(folder / part.name.decode(), part.data)


def sharded(folder: Path) -> Path:
    """Weights over two files, with their index."""
    for number in range(2):
        written(folder / f"model_{number:05}.weights.h5", hdf5(archive_tree))
    shards = '["model_00000.weights.h5", "model_00001.weights.h5"]'
    return written(folder / "model.weights.json", b'{"weight_map": {"/layers/dense/vars": %s}}' % shards.encode())


FORMS: dict[str, Callable[[Path], Path]] = {
    form.__name__: form for form in (archive, deflated, legacy, unpacked, sharded)
}
