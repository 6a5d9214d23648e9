"""Saved models from files: ``open_model`` finds out what a file is and reads it."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

from kerasinspect.assembly import assemble
from kerasinspect.containers.hdf5.superblock import superblock_position
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import Source, is_folder, open_source, refuse_device
from kerasinspect.errors import InspectError
from kerasinspect.formats import diagnosis
from kerasinspect.formats.keras_archive import read_archive
from kerasinspect.formats.keras_folder import read_folder
from kerasinspect.formats.legacy_hdf5 import is_legacy, read_legacy
from kerasinspect.formats.sharded import INDEX_ENDING, read_sharded
from kerasinspect.formats.weights_file import is_weights_tree, read_weights_tree
from kerasinspect.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from kerasinspect.formats.contents import Container, Contents
    from kerasinspect.model import Model

ZIP_MAGIC = b"PK\x03\x04"


def open_model(location: str | os.PathLike[str], limits: Limits = DEFAULT) -> Model:
    """Open a saved Keras model: a file, an unpacked archive, or the index of sharded weights.

    What it is comes from its content, never from its name. Values are read when they are asked for, so keep the model
    open (it is a context manager) while you use them.

    Raises NotAModel for what is no Keras model, DamagedFile for one that is broken, and RefusedFile where reading on
    would pass one of the ``limits`` or leave the file.
    """
    return open_with_container(location, limits)[0]


def open_with_container(location: str | os.PathLike[str], limits: Limits = DEFAULT) -> tuple[Model, Container]:
    """The same, with the open file or files that the model was read from.

    Whatever a reader opens goes on one stack of files, which the model closes, or any error on the way.
    """
    path = os.fspath(location)
    refuse_device(path)
    with ExitStack() as files:
        if is_folder(path):
            contents = folder_contents(path, limits, files)
        else:
            contents = file_contents(files.enter_context(closing(open_source(path))), limits, files)
        model = assemble(contents, limits)
        model = replace(model, checksum=contents.checksum, close=files.pop_all().close)
        return model, contents.container


def folder_contents(path: str, limits: Limits, files: ExitStack) -> Contents:
    """The contents of a folder; raises NotAModel for one that holds no model."""
    contents = read_folder(path, limits, files)
    if contents is None:
        raise diagnosis.diagnose_folder(path)
    return contents


def file_contents(source: Source, limits: Limits, files: ExitStack) -> Contents:
    """The contents of a file of any format; raises what the diagnosis says where none fits."""
    head = source.read_at(0, min(source.size, len(ZIP_MAGIC)))
    contents: Contents | None = None
    if head == ZIP_MAGIC:
        contents = read_archive(source, limits, files)
    elif head[:1] in (b"{", b"[") or source.path.endswith(INDEX_ENDING):
        contents = read_sharded(source, limits, files)
    elif superblock_position(source) is not None:
        return hdf5_contents(source, limits)
    if contents is None:
        raise diagnosis.diagnose(source)
    return contents


def hdf5_contents(source: Source, limits: Limits) -> Contents:
    """The contents of an HDF5 file: legacy or weights of Keras 3."""
    tree = read_hdf5(source, limits)
    if is_legacy(tree.root):
        return read_legacy(source, tree, limits)
    if is_weights_tree(tree.root, limits):
        return read_weights_tree(source, tree, limits)
    raise diagnosis.not_keras_hdf5(source, [*tree.root.groups, *tree.root.arrays])


__all__ = ["InspectError", "Limits", "open_model"]
