"""Keras 3 weights: the group tree of ``.weights.h5``, alone, in an archive, in a folder or split over shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.stored import Group
from kerasinspect.formats.contents import Container, Contents
from kerasinspect.formats.legacy_hdf5 import tree_remarks
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.stored import Tree
    from kerasinspect.limits import Limits

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""The group that holds a model's layers: since Keras 2.15, and before."""
_WINDOWS_SEPARATOR = "\\"


def is_weights_tree(root: Group, limits: Limits) -> bool:
    """Whether an HDF5 file is one that Keras 3 (or Keras 2 since 2.12) writes weights to."""
    tree = _with_folders(root, limits)
    return any(name in tree.groups for name in ("vars", *CONTAINERS)) or any(
        "vars" in group.groups for group in tree.groups.values()
    )


def _with_folders(root: Group, limits: Limits) -> Group:
    r"""The tree with names like ``layers\dense`` taken apart, which Keras wrote on Windows."""
    if not any(_WINDOWS_SEPARATOR in name for group in root.walk() for name in group.groups):
        return root
    whole = Group(root.path, root.attributes)
    pending = [(whole, root)]
    while pending:
        target, group = pending.pop()
        target.arrays.update(group.arrays)
        target.links.update(group.links)
        target.aliases.update(group.aliases)
        for name, child in group.groups.items():
            *folders, last = name.split(_WINDOWS_SEPARATOR)
            if len(folders) >= limits.hdf5_depth:
                raise over_limit("hdf5_depth", len(folders) + 1, limits.hdf5_depth, child.path)
            holder = target
            for folder in folders:
                holder = holder.groups.setdefault(folder, Group(f"{holder.path.rstrip('/')}/{folder}"))
            # A folder may have been made on the way to another group before its own attributes were met.
            inner = holder.groups.get(last)
            holder.groups[last] = Group(child.path, child.attributes, position=child.position)
            if inner is not None:
                holder.groups[last].groups.update(inner.groups)
            pending.append((holder.groups[last], child))
    return whole


def read_weights_tree(source: Source, tree: Tree, limits: Limits) -> Contents:
    """The contents of a weights file."""
    return Contents(
        location=source.path,
        format="keras-weights",
        tree=_with_folders(tree.root, limits),
        keras_version=tree.root.text("keras_version"),
        remarks=tuple(tree_remarks(tree)),
        damage=tree.damage,
        container=Container(source.size, trees=(tree,)),
    )
