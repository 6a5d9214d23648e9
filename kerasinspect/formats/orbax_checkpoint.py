"""Folders of ``keras.callbacks.OrbaxCheckpoint``: steps, each with the variables of a model by their paths.

A step is there once its ``_CHECKPOINT_METADATA`` is: Orbax writes into a folder with another name and renames that.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.ocdbt.arrays import array_at
from kerasinspect.containers.ocdbt.store import open_store
from kerasinspect.containers.sources import cannot_open, leads_out_of, open_beside
from kerasinspect.containers.stored import Withheld
from kerasinspect.errors import COPY_AGAIN, DamagedFile, RefusedFile, UnreadableFile
from kerasinspect.formats.contents import ORBAX, Container, Contents
from kerasinspect.formats.keras_archive import CONFIG, Described, json_object, with_config
from kerasinspect.formats.object_graph import ObjectGraph, TrackedObject, checked_name
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import Tally, check_inflation, over_limit
from kerasinspect.platforms import system_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from kerasinspect.containers.ocdbt.store import Store
    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.json_values import Json
    from kerasinspect.limits import Limits

_ITEMS = ("pytree", "state")
"""What the item with the variables is called, over the versions."""
_TREE = "_METADATA"
_UNFINISHED = ".orbax-checkpoint-tmp"
"""What the name of a step has in it while it is written."""
_CONFIG_FOLDER, _STRINGS = "model_config", "_strings.json"
_WEIGHTS = ("trainable_variables", "non_trainable_variables")
_OPTIMIZER = "optimizer_variables"
_SEED = "seed_generator_state"


def read_orbax(folder: str, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of a step, or of the newest step in a folder; None for any other folder.

    Raises DamagedFile for one that was never written to its end.
    """
    step = _step_of(folder, limits)
    if step is None:
        return None
    item = next((name for name in _ITEMS if os.path.lexists(step / name / _TREE)), None)
    if item is None:
        raise DamagedFile(f"{step} has no variables: neither {' nor '.join(_ITEMS)} is in it.", COPY_AGAIN)
    _require_inside(step, item)
    tree = _parsed(step / item, _TREE, limits).value.get("tree_metadata")
    store = open_store(step / item, limits, files)
    graph, damage = _graph_of(_parts_in(tree, str(step / item), limits), store, limits)
    declared = sum(array.nbytes for array in graph.arrays.values() if not isinstance(array.storage, Withheld))
    check_inflation(store.nbytes, declared, limits, "inflated_ratio", str(step))
    contents = Contents(
        location=folder,
        format="orbax-checkpoint",
        objects=graph,
        damage=(*store.damage, *damage),
        container=Container(store.nbytes),
    )
    return _with_config(contents, step, limits)


def _step_of(folder: str, limits: Limits) -> Path | None:
    """The step that a folder is, or the newest one in it; None where there is none.

    Raises DamagedFile where all that is there is one in the middle of being written.
    """
    path = Path(folder)
    if os.path.lexists(path / ORBAX) and _UNFINISHED not in path.name:
        return path
    names = _names_in(folder, limits)
    steps = sorted((name for name in names if name.isdecimal() and name.isascii()), key=lambda name: (len(name), name))
    whole = [name for name in steps if os.path.lexists(path / name / ORBAX)]
    if whole:
        _require_inside(path, whole[-1])
        return path / whole[-1]
    if _UNFINISHED in path.name or any(_UNFINISHED in name for name in names):
        message = f"{folder} is an Orbax checkpoint that was never written to its end."
        raise DamagedFile(message, "Wait until it is written, or name another step.")
    return None


def is_unfinished(folder: str, limits: Limits) -> bool:
    """Whether a folder is an Orbax checkpoint that was never written to its end."""
    try:
        _step_of(folder, limits)
    except DamagedFile:
        return True
    except UnreadableFile:
        return False
    return False


def _names_in(folder: str, limits: Limits) -> list[str]:
    """The names in a folder; raises NotAModel where it cannot be listed, RefusedFile where it holds too many."""
    tally = Tally("folder_entries", limits.folder_entries, folder)
    names = []
    try:
        with os.scandir(system_path(folder)) as entries:
            for entry in entries:
                tally.add()
                names.append(entry.name)
    except (OSError, ValueError) as error:
        raise cannot_open(folder, error) from error
    return names


def _require_inside(folder: Path, name: str) -> None:
    """Raise RefusedFile for a folder that is a link out of the one that it belongs to."""
    if leads_out_of(folder, folder / name):
        raise RefusedFile(f"{folder / name} is a link out of its folder, which is not followed.", "Copy it there.")


def _parsed(folder: Path, name: str, limits: Limits) -> Described:
    """The JSON object in a file of a folder."""
    with closing(open_beside(folder, name)) as source:
        if source.size > limits.json_bytes:
            raise over_limit("json_bytes", source.size, limits.json_bytes, source.label)
        data = source.read_at(0, source.size)
    return json_object(name, str(folder), lambda: data, limits)


def _parts_in(tree: Json, where: str, limits: Limits) -> Iterator[tuple[str, ...]]:
    """The names that lead to each variable; raises DamagedFile where they are no names."""
    if not isinstance(tree, dict):
        raise DamagedFile(f"{_TREE} in {where} lists no variables.", COPY_AGAIN)
    count = Tally("hdf5_objects", limits.hdf5_objects, where)
    for entry in tree.values():
        count.add()
        keys = entry.get("key_metadata") if isinstance(entry, dict) else None
        parts = [key.get("key") for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
        names = tuple(part for part in parts if isinstance(part, str))
        if not names or len(names) != len(parts) or len(names) > limits.hdf5_depth:
            raise DamagedFile(f"{_TREE} in {where} has a variable without a name.", COPY_AGAIN)
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


def _with_config(contents: Contents, step: Path, limits: Limits) -> Contents:
    """Contents with the config beside them, which a callback that saves weights only leaves out."""
    if not os.path.lexists(step / _CONFIG_FOLDER / _STRINGS):
        return contents
    _require_inside(step, _CONFIG_FOLDER)
    text = _parsed(step / _CONFIG_FOLDER, _STRINGS, limits).value.get("config")
    if not isinstance(text, str):
        raise DamagedFile(f"{_STRINGS} in {step / _CONFIG_FOLDER} holds no config.", COPY_AGAIN)
    config = json_object(CONFIG, str(step), lambda: text.encode(errors="surrogatepass"), limits)
    return replace(with_config(contents, config, Described({})), format="orbax-checkpoint")
