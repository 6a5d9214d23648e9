"""Archives of Keras 3 that were unpacked, or saved with ``zipped=False``: a folder with a config and weights.

What lies in such a folder and cannot be read is an error, never something that is not there.
"""

from __future__ import annotations

import os
import stat
from contextlib import closing
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import cannot_open, file_kind, leads_out_of, open_beside
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
from kerasinspect.limits import Tally, over_limit
from kerasinspect.platforms import system_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import ExitStack

    from kerasinspect.limits import Limits
    from kerasinspect.model import FormatName

_FILES = (CONFIG, METADATA, WEIGHTS, NPZ, TASK, TASK_CONFIG)
MAIN_INDEX = f"model{INDEX_ENDING}"
"""The index that counts where a folder has several, as one of KerasHub does."""


def read_folder(folder: str, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of an archive that was unpacked; None for any other folder.

    Raises NotAModel, DamagedFile or RefusedFile where a part of it cannot be read.
    """
    names = _names_in(folder, limits)
    contents = _folder_weights(folder, names, limits, files)
    if CONFIG not in names:
        return None if contents is None else replace(contents, location=folder)
    config, nbytes = _read_json(folder, CONFIG, limits)
    if contents is None and not _names_class(config):
        return None
    whole = contents or Contents(folder, "keras-archive", damage=(f"{folder} has no {WEIGHTS}.",))
    assets = _assets_in(folder, limits)
    metadata, more = _read_json(folder, METADATA, limits) if METADATA in names else (Described({}), 0)
    is_of_hub = is_preset(metadata.value)
    if is_of_hub:
        whole = replace(whole, damage=(*whole.damage, *missing_parameters(whole, metadata.value)))
    if is_of_hub and {TASK, TASK_CONFIG} <= names:
        whole = _with_task(whole, folder, limits, files)
        config, nbytes = _read_json(folder, TASK_CONFIG, limits)
    container = replace(whole.container, nbytes=whole.container.nbytes + nbytes + more + assets.nbytes)
    described = replace(whole, location=folder, assets=assets.loaders, container=container)
    described = replace(described, damage=(*described.damage, *assets.damage))
    found: FormatName = "keras-hub-preset" if is_of_hub else "keras-archive"
    return replace(with_config(described, config, metadata), format=found)


def _with_task(backbone: Contents, folder: str, limits: Limits, files: ExitStack) -> Contents:
    """The backbone of a preset with the head of its task."""
    source = files.enter_context(closing(open_beside(Path(folder), TASK)))
    return with_head(backbone, read_hdf5(source, limits), source.size)


def _names_in(folder: str, limits: Limits) -> set[str]:
    """The names in a folder that are those of a model's files, in other letters too where the system does not care.

    Raises NotAModel where it cannot be listed, RefusedFile where it holds too many.
    """
    tally = Tally("folder_entries", limits.folder_entries, folder)
    names: set[str] = set()
    try:
        with os.scandir(system_path(folder)) as entries:
            for entry in entries:
                tally.add()
                if entry.name in _FILES or entry.name.endswith(INDEX_ENDING):
                    names.add(entry.name)
    except (OSError, ValueError) as error:
        raise cannot_open(folder, error) from error
    return names | {name for name in _FILES if os.path.lexists(Path(folder, name))}


def _folder_weights(folder: str, names: Collection[str], limits: Limits, files: ExitStack) -> Contents | None:
    """The weights in a folder: one file, or an index with its shards; None where it has none."""
    name = weights_name(names)
    if name is None:
        return None
    source = files.enter_context(closing(open_beside(Path(folder), name)))
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


def describes_model(folder: str, limits: Limits) -> bool:
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


def _read_json(folder: str, name: str, limits: Limits) -> tuple[Described, int]:
    """The JSON object in a file of a folder, and how many bytes it takes."""
    data = _file_bytes(Path(folder), name, limits.json_bytes, "json_bytes")
    return json_object(name, folder, lambda: data, limits), len(data)


def _file_bytes(folder: Path, name: str, allowed: int, limit: str) -> bytes:
    """All bytes of a small file in a folder; raises RefusedFile for more than are ``allowed``."""
    with closing(open_beside(folder, name)) as source:
        if source.size > allowed:
            raise over_limit(limit, source.size, allowed, source.label)
        return source.read_at(0, source.size)


@dataclass(slots=True)
class _Assets:
    """The files that layers keep beside their weights in a folder, and what stands there instead of some."""

    loaders: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    nbytes: int = 0
    damage: list[str] = field(default_factory=list)


def _assets_in(folder: str, limits: Limits) -> _Assets:
    """The assets of a folder; raises RefusedFile where they are more than an archive may have."""
    assets = _Assets()
    tally = Tally("archive_members", limits.archive_members, f"{ASSETS} in {folder}")
    pending = [ASSETS.rstrip("/")] if os.path.lexists(Path(folder, ASSETS.rstrip("/"))) else []
    while pending:
        name = pending.pop()
        try:
            inside = _add_asset(assets, Path(folder), name, limits)
        except OSError as error:
            assets.damage.append(cannot_open(str(Path(folder, name)), error).message)
            continue
        tally.add(len(inside))
        pending += reversed(inside)
    return assets


def _add_asset(assets: _Assets, folder: Path, name: str, limits: Limits) -> list[str]:
    """Add what has a name among the assets; give the names below it where that is a folder."""
    path = folder / name
    if leads_out_of(path.parent, path):
        assets.damage.append(f"{path} is a link out of its folder, which is not followed.")
        return []
    status = path.stat()
    if stat.S_ISDIR(path.lstat().st_mode):
        return [f"{name}/{below}" for below in sorted(one.name for one in path.iterdir())]
    if not stat.S_ISREG(status.st_mode):
        assets.damage.append(f"{path} is {file_kind(status.st_mode)}, not a file.")
        return []
    assets.loaders[name] = partial(_file_bytes, path.parent, path.name, limits.asset_bytes, "asset_bytes")
    assets.nbytes += status.st_size
    return []
