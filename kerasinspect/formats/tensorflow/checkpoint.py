"""Checkpoints of TensorFlow: what ``save_weights("path")``, ``ModelCheckpoint`` and ``tf.train.Checkpoint`` write.

A checkpoint is named by its prefix, by any of its files, or by its folder, in which the file ``checkpoint`` tells the
newest. It has no classes and no config: only the graph of objects, and the names of variables.
"""

from __future__ import annotations

import os
from contextlib import closing
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.stream import parsing
from kerasinspect.containers.tensor_bundle.bundle import open_bundle
from kerasinspect.errors import COPY_AGAIN, DamagedFile
from kerasinspect.formats.contents import INDEX_OF_CHECKPOINT, Container, Contents
from kerasinspect.formats.foreign_files import DATA_OF_CHECKPOINT
from kerasinspect.formats.object_graph import GRAPH_KEY, ObjectGraph, TrackedObject, checked_name, objects_of
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from contextlib import ExitStack

    from kerasinspect.containers.folders import Folder
    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.tensor_bundle.bundle import Bundle
    from kerasinspect.limits import Limits

LIST_OF_CHECKPOINTS = "checkpoint"
"""The file of a folder that tells the newest checkpoint in it."""
_NEWEST = late_pattern(r'model_checkpoint_path: "(?P<path>(?:[^"\\]|\\.)*)"')
_LONGEST_LIST = 1 << 20
"""Bytes of the file that tells the newest checkpoint."""


def read_checkpoint(source: Source, limits: Limits, files: ExitStack) -> Contents:
    """The contents of a checkpoint, from its index; raises what ``open_bundle`` raises."""
    bundle = open_bundle(source, limits, files)
    graph = graph_of(bundle, limits) or _named_objects(bundle, limits)
    graph.require_apart(bundle.nbytes, source.label)
    return Contents(
        location=source.path.removesuffix(INDEX_OF_CHECKPOINT),
        format="tf-checkpoint",
        objects=graph,
        damage=bundle.damage,
        checksum=bundle.checksum,
        container=Container(bundle.nbytes, bundle=bundle),
    )


def _named_objects(bundle: Bundle, limits: Limits) -> ObjectGraph:
    """The variables of a checkpoint of TensorFlow 1, each an object of its own."""
    names = (checked_name(key, limits, bundle.source.label) for key in bundle.arrays)
    variables = tuple(TrackedObject(key=key, full_name=key) for key in names)
    return ObjectGraph((TrackedObject(), *variables), bundle.arrays, has_names_alone=True)


def graph_of(bundle: Bundle, limits: Limits) -> ObjectGraph | None:
    """The graph of objects in a checkpoint; None in one of TensorFlow 1, which has names alone."""
    if GRAPH_KEY not in bundle.entries:
        return None
    stored = bundle.texts(GRAPH_KEY, limits.json_bytes)
    with parsing(bundle.source, "its graph of objects"):
        return ObjectGraph(objects_of(memoryview(stored[0]), limits, bundle.source.label), bundle.arrays)


def index_beside(source: Source) -> Source | None:
    """The index of the checkpoint of which this is a data file; None where it is none, or has no index beside it."""
    data_file = DATA_OF_CHECKPOINT.search(source.path)
    if data_file is None:
        return None
    index = source.path[: data_file.start()].replace(os.sep, "/").rpartition("/")[2] + INDEX_OF_CHECKPOINT
    return source.find_beside(index)


def require_whole_index(source: Source) -> None:
    """Raise DamagedFile for what is called the index of a checkpoint with data beside it, is not empty, and is none."""
    if not source.size or not source.path.endswith(INDEX_OF_CHECKPOINT):
        return
    index = Path(source.path)
    data = f"{escape(index.name.removesuffix(INDEX_OF_CHECKPOINT))}.data-?????-of-?????"
    if next(index.parent.glob(data), None) is not None:
        message = f"{source.label} does not end as the index of a checkpoint does: it was cut off or overwritten."
        raise DamagedFile(message, COPY_AGAIN)


def newest_index(folder: Folder, limits: Limits) -> str | None:
    """The name of the index of the newest checkpoint in a folder; None where the folder holds none.

    Raises DamagedFile where its list names one that is not there.
    """
    names = {*folder.names(limits, (LIST_OF_CHECKPOINTS,))}
    indices = [name for name in names if name.endswith(INDEX_OF_CHECKPOINT)]
    if LIST_OF_CHECKPOINTS not in names:
        return indices[0] if len(indices) == 1 else None
    with closing(folder.source(LIST_OF_CHECKPOINTS)) as source:
        text = source.read_at(0, min(source.size, _LONGEST_LIST)).decode(errors="replace")
    found = _NEWEST.search(text)
    if found is None:
        return None
    name = f"{Path(found['path']).name}{INDEX_OF_CHECKPOINT}"
    if name not in names and not folder.has(name):
        raise DamagedFile(
            f"{folder} names {found['path']} as its newest checkpoint, which is not there.", "Name another one of it."
        )
    return name
