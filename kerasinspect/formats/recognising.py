"""Which format a file or a folder has, told by its content, and its contents read so.

A name counts once: what is called an index of shards and is no JSON is said to be a damaged one.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.superblock import superblock_position
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.tensor_bundle.table import is_index
from kerasinspect.formats.contents import INDEX_ENDING
from kerasinspect.formats.legacy_hdf5 import is_legacy, read_legacy
from kerasinspect.formats.weights_file import is_weights_tree, read_weights_tree

if TYPE_CHECKING:
    from contextlib import ExitStack

    from kerasinspect.containers.folders import Folder
    from kerasinspect.containers.sources import Source
    from kerasinspect.formats.contents import Contents
    from kerasinspect.limits import Limits

ZIP_MAGIC = b"PK\x03\x04"


def folder_contents(folder: Folder, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of a folder; None for one that holds no model."""
    from kerasinspect.formats.keras_folder import read_folder  # noqa: PLC0415 - most models are files
    from kerasinspect.formats.orbax_checkpoint import read_orbax  # noqa: PLC0415
    from kerasinspect.formats.tensorflow.folders import read_tensorflow_folder  # noqa: PLC0415

    return (
        read_tensorflow_folder(folder, limits, files)
        or read_folder(folder, limits, files)
        or read_orbax(folder, limits, files)
    )


def file_contents(source: Source, limits: Limits, files: ExitStack) -> Contents:
    """The contents of a file of any format; raises what the diagnosis says where none fits."""
    head = source.read_at(0, min(source.size, len(ZIP_MAGIC)))
    contents: Contents | None = None
    if head == ZIP_MAGIC:
        from kerasinspect.formats.keras_archive import read_archive  # noqa: PLC0415 - an HDF5 file needs none of it

        contents = read_archive(source, limits, files)
    elif head[:1] in (b"{", b"[") or source.path.endswith(INDEX_ENDING):
        from kerasinspect.formats.sharded import read_sharded  # noqa: PLC0415 - most models are one file

        contents = read_sharded(source, limits, files)
    elif superblock_position(source) is not None:
        return _hdf5_contents(source, limits)
    elif is_index(source):
        from kerasinspect.formats.tensorflow.checkpoint import read_checkpoint  # noqa: PLC0415 - as above

        return read_checkpoint(source, limits, files)
    if contents is None:
        from kerasinspect.formats.tensorflow.checkpoint import index_beside, require_whole_index  # noqa: PLC0415 - as above

        if index := index_beside(source):
            return file_contents(files.enter_context(closing(index)), limits, files)
        require_whole_index(source)
        from kerasinspect.formats.diagnosis import diagnose  # noqa: PLC0415 - most files are models

        raise diagnose(source)
    return contents


def _hdf5_contents(source: Source, limits: Limits) -> Contents:
    """The contents of an HDF5 file: legacy or weights of Keras 3."""
    tree = read_hdf5(source, limits)
    if is_legacy(tree.root):
        return read_legacy(source, tree, limits)
    if is_weights_tree(tree.root, limits):
        return read_weights_tree(source, tree, limits)
    from kerasinspect.formats.diagnosis import not_keras_hdf5  # noqa: PLC0415 - as above

    raise not_keras_hdf5(source, [*tree.root.groups, *tree.root.arrays])
