"""What a format reader gives: the bare contents of a file, in one of the two shapes that Keras ever wrote."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.containers.stored import Group, StoredArray, Tree
    from kerasinspect.containers.tensor_bundle.bundle import Bundle
    from kerasinspect.containers.zip.archive import Archive
    from kerasinspect.formats.object_graph import ObjectGraph
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import FormatName
    from kerasinspect.model.checksum import Checksum
    from kerasinspect.remarks import Remark

INDEX_ENDING = ".weights.json"
"""The end of the name of what lists the shards of a model."""
SAVED_MODEL = "saved_model.pb"
"""The file of a SavedModel folder that holds its graph."""
ORBAX = "_CHECKPOINT_METADATA"
"""The file of an Orbax checkpoint that is there once all else is."""
INDEX_OF_CHECKPOINT = ".index"
"""What the name of a TensorFlow checkpoint's index ends in; what stands before is its prefix."""


@dataclass(frozen=True, slots=True)
class Row:
    """One array of a legacy file with the name that it was saved under; slashes and ``:0`` included."""

    name: str
    array: StoredArray


@dataclass(frozen=True, slots=True)
class Lost:
    """A weight that a legacy file lists without an array of its own: none is there, or an earlier one has its name."""

    place: int
    """Among all weights that the layer lists."""
    name: str


@dataclass(frozen=True, slots=True)
class LayerRows:
    """A layer of a legacy file: its name and its arrays, trainable ones first."""

    name: str
    rows: tuple[Row, ...]
    lost: tuple[Lost, ...] = ()
    has_group: bool = True
    """False where the file lists the layer without a group of its own."""


@dataclass(frozen=True, slots=True)
class Container:
    """The file or files that contents were read from, open and parsed: what ``container_facts`` looks at."""

    nbytes: int = 0
    """Of all files together."""
    archive: Archive | None = None
    trees: tuple[Tree, ...] = ()
    """Every HDF5 file, as it lies there."""
    repeated_keys: tuple[tuple[str, str], ...] = ()
    """A JSON document, and a key that one of its objects has twice; readers disagree on which one counts."""
    listed_names: tuple[tuple[str, str], ...] = ()
    """The path of a group of a legacy file, and a name that its attributes list."""
    broken_lists: tuple[Remark, ...] = ()
    """A remark on every layer of a legacy file whose lists and contents disagree."""
    packed: Archive | None = None
    """The archive of arrays that the weights are, in an archive or in a folder."""
    bundle: Bundle | None = None
    """The checkpoint of TensorFlow that the weights are."""
    has_graph: bool = False
    """A graph of functions lies beside the weights, as in a SavedModel."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a file before anyone says what they mean.

    A legacy file has ``layers`` with names, in order; a newer one has a ``tree`` of groups whose names follow classes
    and attributes. ``others`` are arrays outside either: optimizer state, and what nothing in the file accounts for.
    """

    location: str
    format: FormatName
    tree: Group | None = None
    objects: ObjectGraph | None = None
    """The objects of a checkpoint of TensorFlow, whose arrays are all in ``others``."""
    layers: tuple[LayerRows, ...] = ()
    own: tuple[Row, ...] = ()
    """Arrays of a legacy file that the model itself owns."""
    optimizer: tuple[Row, ...] = ()
    others: tuple[StoredArray, ...] = ()
    config: JsonObject | None = None
    training_config: JsonObject | None = None
    keras_version: str | None = None
    backend: str | None = None
    saved_at: str | None = None
    assets: Mapping[str, Callable[[], bytes]] = field(default_factory=dict, repr=False)
    """Files beside the weights, by their path in the archive; read when asked for."""
    remarks: tuple[Remark, ...] = ()
    damage: tuple[str, ...] = ()
    checksum: Checksum | None = None
    container: Container = field(default_factory=Container, repr=False)
