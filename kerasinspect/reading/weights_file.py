"""Keras 3 weights: the group tree of ``.weights.h5``, alone, in an archive, in a folder or split over shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.reading.contents import Contents
from kerasinspect.reading.legacy_hdf5 import link_remarks

if TYPE_CHECKING:
    from kerasinspect.reading.sources import Source
    from kerasinspect.reading.stored import Group

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""The group that holds a model's layers: since Keras 2.15, and before."""


def is_weights_tree(root: Group) -> bool:
    """Whether an HDF5 file is one that Keras 3 (or Keras 2 since 2.12) writes weights to."""
    return any(name in root.groups for name in ("vars", *CONTAINERS)) or any(
        "vars" in group.groups for group in root.groups.values()
    )


def read_weights_tree(source: Source, root: Group, damage: tuple[str, ...]) -> Contents:
    """The contents of a weights file."""
    return Contents(
        location=source.path,
        format="keras-weights",
        tree=root,
        keras_version=root.text("keras_version"),
        remarks=tuple(link_remarks(root)),
        damage=damage,
    )
