"""Presets of keras-hub: the folder of a backbone, and for a task the weights of its head in a file of their own.

``metadata.json`` says which keras-hub wrote the folder, and how many parameters the backbone has.

Source: keras_hub/src/utils/preset_utils.py (0.32.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.stored import Group
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from kerasinspect.containers.stored import Tree
    from kerasinspect.formats.contents import Contents
    from kerasinspect.json_values import JsonObject

TASK, TASK_CONFIG = "task.weights.h5", "task.json"
"""The weights of a task's head, and the config of the whole task."""
_LAYERS, _BACKBONE = "layers", "backbone"


def is_preset(metadata: JsonObject) -> bool:
    """Whether keras-hub wrote a folder, by its metadata."""
    return isinstance(metadata.get("keras_hub_version"), str)


def with_head(contents: Contents, head: Tree, nbytes: int) -> Contents:
    """The contents of a backbone with those of the task's head, which holds the backbone as a layer."""
    if contents.tree is None:
        return contents
    before = contents.container.nbytes
    root = _moved(head.root, before)
    layers = root.groups.setdefault(_LAYERS, Group(f"/{TASK}/{_LAYERS}"))
    own = {**layers.groups}
    layers.groups.clear()
    layers.groups.update({_BACKBONE: contents.tree, **own})
    trees = (*contents.container.trees, head)
    return replace(
        contents,
        tree=root,
        damage=(*contents.damage, *head.damage),
        container=replace(contents.container, nbytes=before + nbytes, trees=trees),
    )


def _moved(root: Group, before: int) -> Group:
    """The groups of the head under the name of their file, as the backbone has groups of the same names.

    Bytes of the files ``before`` count towards positions.
    """
    copies: dict[str, Group] = {}
    for group in reversed([*root.walk()]):
        copy = Group(_path(group.path), group.attributes, position=before + group.position)
        copy.groups.update({name: copies[child.path] for name, child in group.groups.items()})
        for name, array in group.arrays.items():
            copy.arrays[name] = replace(array, path=_path(array.path), position=before + array.position)
        copy.links.update(group.links)
        copies[group.path] = copy
    return copies[root.path]


def _path(path: str) -> str:
    """The path of a group or an array with the name of its file."""
    return f"/{TASK}{path}".rstrip("/")


def missing_parameters(contents: Contents, metadata: JsonObject) -> tuple[str, ...]:
    """A sentence where the backbone has fewer parameters than the metadata say."""
    declared = metadata.get("parameter_count")
    if contents.tree is None or not isinstance(declared, int):
        return ()
    found = sum(array.size for group in _weights_in(contents.tree) for array in group.arrays.values())
    if found >= declared:
        return ()
    return (f"{contents.location} has {found:,} of the {declared:,} parameters that metadata.json counts.",)


def _weights_in(tree: Group) -> list[Group]:
    """The groups of a backbone that hold arrays."""
    return [group for group in tree.walk() if group.arrays]
