"""Archives of Keras 3 that were unpacked, or saved with ``zipped=False``: a folder with a config and weights.

What lies in such a folder and cannot be read is an error, never something that is not there.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.containers.folders import file_bytes, split
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.errors import DamagedFile, FailedRead, NotAModel, RefusedFile
from kerasinspect.formats.contents import INDEX_ENDING, Contents
from kerasinspect.formats.keras_archive import (
    ASSETS,
    CONFIG,
    METADATA,
    NPZ,
    WEIGHTS,
    Described,
    json_object,
    verified_at_once,
    with_config,
)
from kerasinspect.formats.keras_hub_preset import TASK, TASK_CONFIG, is_preset, missing_parameters, with_head
from kerasinspect.formats.npz_weights import read_npz
from kerasinspect.formats.sharded import read_sharded
from kerasinspect.formats.weights_file import read_weights_tree
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.limits import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import ExitStack

    from kerasinspect.containers.folders import Folder
    from kerasinspect.limits import Limits
    from kerasinspect.model import FormatName

_FILES = (CONFIG, METADATA, WEIGHTS, NPZ, TASK, TASK_CONFIG)
MAIN_INDEX = f"model{INDEX_ENDING}"
"""The index that counts where a folder has several, as one of KerasHub does."""


def read_folder(folder: Folder, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of an archive that was unpacked; None for any other folder.

    Raises NotAModel, DamagedFile or RefusedFile where a part of it cannot be read.
    """
    names = _names_in(folder, limits)
    contents = _folder_weights(folder, names, limits, files)
    if CONFIG not in names:
        return None if contents is None else replace(contents, location=str(folder))
    config, nbytes = _read_json(folder, CONFIG, limits)
    if contents is None and not _names_class(config):
        return None
    whole = contents or Contents(str(folder), "keras-archive", damage=(f"{folder} has no {WEIGHTS}.",))
    assets = _assets_in(folder, limits)
    metadata, more = _read_json(folder, METADATA, limits) if METADATA in names else (Described({}), 0)
    is_of_hub = is_preset(metadata.value)
    if is_of_hub:
        whole = replace(whole, damage=(*whole.damage, *missing_parameters(whole, metadata.value)))
    if is_of_hub and {TASK, TASK_CONFIG} <= names:
        whole = _with_task(whole, folder, limits, files)
        config, nbytes = _read_json(folder, TASK_CONFIG, limits)
    container = replace(whole.container, nbytes=whole.container.nbytes + nbytes + more + assets.nbytes)
    described = replace(whole, location=str(folder), assets=assets.loaders, container=container)
    described = replace(described, damage=(*described.damage, *assets.damage))
    found: FormatName = "keras-hub-preset" if is_of_hub else "keras-archive"
    return replace(with_config(described, config, metadata), format=found)


def _with_task(backbone: Contents, folder: Folder, limits: Limits, files: ExitStack) -> Contents:
    """The backbone of a preset with the head of its task."""
    source = files.enter_context(closing(folder.source(TASK)))
    return with_head(backbone, read_hdf5(source, limits), source.size)


def _names_in(folder: Folder, limits: Limits) -> set[str]:
    """The names in a folder that are those of a model's files, in other letters too where the system does not care.

    Raises NotAModel where it cannot be listed, RefusedFile where it holds too many.
    """
    listed = folder.names(limits, (*_FILES, MAIN_INDEX))
    names = {name for name in listed if name in _FILES or name.endswith(INDEX_ENDING)}
    return names | {name for name in _FILES if folder.has(name)}


def _folder_weights(folder: Folder, names: Collection[str], limits: Limits, files: ExitStack) -> Contents | None:
    """The weights in a folder: one file, or an index with its shards; None where it has none."""
    name = weights_name(names)
    if name is None:
        return None
    source = files.enter_context(closing(folder.source(name)))
    if name == WEIGHTS:
        return read_weights_tree(source, read_hdf5(source, limits), limits)
    if name == NPZ:
        return verified_at_once(read_npz(source, limits, files))
    return read_sharded(source, limits, files)


def weights_name(names: Collection[str]) -> str | None:
    """The name among those in a folder of its weights, as Keras looks for them; None where nothing or no one has it."""
    for name in (WEIGHTS, NPZ, MAIN_INDEX):
        if name in names:
            return name
    indices = [name for name in names if name.endswith(INDEX_ENDING)]
    return indices[0] if len(indices) == 1 else None


def describes_model(folder: Folder, limits: Limits) -> bool:
    """Whether the config in a folder is that of a Keras model; one that cannot be read may be.

    Text that is no JSON is none: no Keras reads it.
    """
    try:
        return _names_class(_read_json(folder, CONFIG, limits)[0])
    except (FailedRead, NotAModel, RefusedFile):
        return True
    except DamagedFile:
        return False


def _names_class(config: Described) -> bool:
    """Whether a config says which class to make."""
    return isinstance(config.value.get("class_name"), str)


def _read_json(folder: Folder, name: str, limits: Limits) -> tuple[Described, int]:
    """The JSON object in a file of a folder, and how many bytes it takes."""
    data = file_bytes(folder, name, limits.json_bytes, "json_bytes")
    return json_object(name, str(folder), lambda: data, limits), len(data)


@dataclass(slots=True)
class _Assets:
    """The files that layers keep beside their weights in a folder, and what stands there instead of some."""

    loaders: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    nbytes: int = 0
    damage: list[str] = field(default_factory=list)


def _assets_in(folder: Folder, limits: Limits) -> _Assets:
    """The assets of a folder; raises RefusedFile where they are more than an archive may have."""
    assets = _Assets()
    tally = Tally("archive_members", limits.archive_members, f"{ASSETS} in {folder}")
    for name, nbytes, problem in folder.below(ASSETS.rstrip("/"), tally):
        if problem:
            assets.damage.append(problem)
            continue
        outer, last = split(name)
        assets.loaders[name] = partial(file_bytes, folder.inside(outer), last, limits.asset_bytes, "asset_bytes")
        assets.nbytes += nbytes
    return assets
