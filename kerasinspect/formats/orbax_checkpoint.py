"""Folders of ``keras.callbacks.OrbaxCheckpoint``: steps, each with the variables of a model by their paths.

A step is there once its ``_CHECKPOINT_METADATA`` is: Orbax writes into a folder with another name and renames that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.folders import file_bytes
from kerasinspect.containers.ocdbt.arrays import array_at
from kerasinspect.containers.ocdbt.store import open_store
from kerasinspect.containers.stored import Withheld
from kerasinspect.errors import COPY_AGAIN, DamagedFile, UnreadableFile
from kerasinspect.formats.contents import ORBAX, Container, Contents
from kerasinspect.formats.keras_archive import CONFIG, Described, json_object, with_config
from kerasinspect.formats.object_graph import ObjectGraph, TrackedObject, checked_name
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import Tally, check_inflation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from kerasinspect.containers.folders import Folder
    from kerasinspect.containers.ocdbt.store import Store
    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.json_values import Json
    from kerasinspect.limits import Limits

ITEMS = ("pytree", "state")
"""What the item with the variables is called, over the versions."""
TREE = "_METADATA"
_UNFINISHED = ".orbax-checkpoint-tmp"
"""What the name of a step has in it while it is written."""
_CONFIG_FOLDER, _STRINGS = "model_config", "_strings.json"
_WEIGHTS = ("trainable_variables", "non_trainable_variables")
_OPTIMIZER = "optimizer_variables"
_SEED = "seed_generator_state"


def read_orbax(folder: Folder, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of a step, or of the newest step in a folder; None for any other folder.

    Raises DamagedFile for one that was never written to its end.
    """
    step = _step_of(folder, limits)
    if step is None:
        return None
    item = next((name for name in ITEMS if step.inside(name).has(TREE)), None)
    if item is None:
        raise DamagedFile(f"{step} has no variables: neither {' nor '.join(ITEMS)} is in it.", COPY_AGAIN)
    step.require_own(item)
    inside = step.inside(item)
    tree = _parsed(inside, TREE, limits).value.get("tree_metadata")
    store = open_store(inside, limits, files)
    graph, damage = _graph_of(_parts_in(tree, str(inside), limits), store, limits)
    declared = sum(array.nbytes for array in graph.arrays.values() if not isinstance(array.storage, Withheld))
    check_inflation(store.nbytes, declared, limits, "inflated_ratio", str(step))
    contents = Contents(
        location=str(folder),
        format="orbax-checkpoint",
        objects=graph,
        damage=(*store.damage, *damage),
        container=Container(store.nbytes),
    )
    return _with_config(contents, step, limits)


def _step_of(folder: Folder, limits: Limits) -> Folder | None:
    """The step that a folder is, or the newest one in it; None where there is none.

    Raises DamagedFile where all that is there is one in the middle of being written.
    """
    if folder.has(ORBAX) and _UNFINISHED not in folder.name:
        return folder
    names = [*folder.names(limits)]
    steps = sorted((name for name in names if name.isdecimal() and name.isascii()), key=lambda name: (len(name), name))
    whole = [name for name in steps if folder.inside(name).has(ORBAX)]
    if whole:
        folder.require_own(whole[-1])
        return folder.inside(whole[-1])
    if _UNFINISHED in folder.name or any(_UNFINISHED in name for name in names):
        message = f"{folder} is an Orbax checkpoint that was never written to its end."
        raise DamagedFile(message, "Wait until it is written, or name another step.")
    return None


def is_unfinished(folder: Folder, limits: Limits) -> bool:
    """Whether a folder is an Orbax checkpoint that was never written to its end."""
    try:
        _step_of(folder, limits)
    except DamagedFile:
        return True
    except UnreadableFile:
        return False
    return False


def _parsed(folder: Folder, name: str, limits: Limits) -> Described:
    """The JSON object in a file of a folder."""
    data = file_bytes(folder, name, limits.json_bytes, "json_bytes")
    return json_object(name, str(folder), lambda: data, limits)


def _parts_in(tree: Json, where: str, limits: Limits) -> Iterator[tuple[str, ...]]:
    """The names that lead to each variable; raises DamagedFile where they are no names."""
    if not isinstance(tree, dict):
        raise DamagedFile(f"{TREE} in {where} lists no variables.", COPY_AGAIN)
    count = Tally("hdf5_objects", limits.hdf5_objects, where)
    for entry in tree.values():
        count.add()
        keys = entry.get("key_metadata") if isinstance(entry, dict) else None
        parts = [key.get("key") for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
        names = tuple(part for part in parts if isinstance(part, str))
        if not names or len(names) != len(parts) or len(names) > limits.hdf5_depth:
            raise DamagedFile(f"{TREE} in {where} has a variable without a name.", COPY_AGAIN)
        value = entry.get("value_metadata") if isinstance(entry, dict) else None
        if not (isinstance(value, dict) and value.get("value_type") == "Dict"):
            checked_name("/".join(names), limits, where)
            yield names


def _graph_of(variables: Iterator[tuple[str, ...]], store: Store, limits: Limits) -> tuple[ObjectGraph, list[str]]:
    """The variables as objects of one that is the model, and sentences on those that are not there."""
    arrays: dict[str, StoredArray] = {}
    objects, damage = [], []
    weights, others = [], []
    for number, parts in enumerate(variables, 2):
        path = ".".join(parts)
        if path in arrays:
            raise DamagedFile(f"{path} is listed twice in {store.source.label}.", COPY_AGAIN)
        array = array_at(store, path, limits)
        if array is None:
            damage.append(f"{path} is listed in {store.source.label}, and is not there.")
        else:
            arrays[path] = array
        damage += [array.problem] if array and array.problem else []
        kind, *names = parts
        trainable = kind == _WEIGHTS[0] if kind in _WEIGHTS else None
        objects.append(TrackedObject(key=path, full_name="/".join(names), trainable=trainable))
        if kind in _WEIGHTS and parts[-1] != _SEED:
            weights.append(("/".join(names), number))
        elif kind == _OPTIMIZER:
            others.append(("iterations" if names[-1:] == ["iteration"] else "/".join(names), number))
    root, optimizer = TrackedObject(tuple(weights)), TrackedObject(tuple(others))
    return ObjectGraph((root, optimizer, *objects), arrays, has_paths=True), damage


def _with_config(contents: Contents, step: Folder, limits: Limits) -> Contents:
    """Contents with the config beside them, which a callback that saves weights only leaves out."""
    inside = step.inside(_CONFIG_FOLDER)
    if not inside.has(_STRINGS):
        return contents
    step.require_own(_CONFIG_FOLDER)
    text = _parsed(inside, _STRINGS, limits).value.get("config")
    if not isinstance(text, str):
        raise DamagedFile(f"{_STRINGS} in {inside} holds no config.", COPY_AGAIN)
    config = json_object(CONFIG, str(step), lambda: text.encode(errors="surrogatepass"), limits)
    return replace(with_config(contents, config, Described({})), format="orbax-checkpoint")
