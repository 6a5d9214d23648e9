"""What a folder is that is no model: one that is not read yet, or one of several models, with what each of them is."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.containers.sources import cannot_open, open_beside
from kerasinspect.errors import DamagedFile, NotAModel, RefusedFile, UnreadableFile
from kerasinspect.formats.contents import INDEX_OF_CHECKPOINT
from kerasinspect.formats.foreign_files import (
    NAME_A_MODEL,
    listed,
    shortened,
)
from kerasinspect.formats.keras_archive import CONFIG
from kerasinspect.formats.keras_folder import weights_name
from kerasinspect.formats.locating.folder_search import ENDINGS
from kerasinspect.formats.recognising import file_contents
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT
from kerasinspect.platforms import system_path

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kerasinspect.limits import Limits

_LOOKED_AT = 1_000
"""Names in a folder that are looked at."""
_SHOWN = 16
"""Models in a folder that are opened to say what each is."""
_MOST_OBJECTS, _MOST_JSON = 5_000, 4 << 20
"""HDF5 objects and bytes of JSON up to which such a model is looked into."""

_FOLDERS = 100
"""Folders in a folder that are looked into, by the names in them."""
_UNREAD: tuple[tuple[type[UnreadableFile], str], ...] = (
    (NotAModel, "no Keras model"),
    (DamagedFile, "damaged"),
    (RefusedFile, "not looked into"),
)
"""What is said of a file that is not read; the first row that fits counts."""


_CheckpointFormat: TypeAlias = Literal["TensorFlow SavedModel", "Orbax checkpoint", "TensorFlow checkpoint"]
_SAVED_MODEL = frozenset({"saved_model.pb", "saved_model.pbtxt"})
_ORBAX = "_CHECKPOINT_METADATA"
"""Names that Orbax and TensorFlow give to files; the one of Keras 2 says what the layers are."""


def diagnose_folder(folder: str, limits: Limits = DEFAULT) -> NotAModel:
    """The error for a folder that is no model, with the models in it that one could name instead."""
    try:
        names = _names_in(folder)
    except (OSError, ValueError) as error:
        return cannot_open(folder, error)
    if not names:
        return NotAModel(f"{folder} is an empty folder.", "Name a saved model.")
    if CONFIG in names:
        message = f"{folder} has a config.json without a model.weights.h5 that can be read."
        return NotAModel(message, NAME_A_MODEL)
    found = _models_in(folder, names, limits)
    if not found:
        return NotAModel(f"{folder} is a folder without a Keras model: it holds {listed(names)}.", NAME_A_MODEL)
    message = f"{folder} is a folder, not a model: it holds {_counted(found)}."
    return NotAModel(
        message, "Name one of them; list, stats, series, check and export take all.", _rows(folder, found, limits)
    )


def rows_of_models(folder: str, limits: Limits = DEFAULT) -> tuple[tuple[str, ...], ...]:
    """A row for each of the first models in a folder, and for folders right below that are one or hold some."""
    try:
        return _rows(folder, _models_in(folder, _names_in(folder), limits), limits)
    except (OSError, ValueError):
        return ()


def _names_in(folder: str) -> list[str]:
    """The names in a folder, as far as they are looked at, in order; those of folders end in a slash."""
    with os.scandir(system_path(folder)) as entries:
        some = islice(entries, _LOOKED_AT)
        return sorted(entry.name + "/" * entry.is_dir(follow_symlinks=False) for entry in some)


def _checkpoint_format(folder: str, names: Collection[str]) -> _CheckpointFormat | None:
    """The format of a folder that TensorFlow or Orbax wrote; checkpoints beside models leave it a folder of models."""
    if not _SAVED_MODEL.isdisjoint(names):
        return "TensorFlow SavedModel"
    steps = islice((name for name in names if name.rstrip("/").isdecimal()), _SHOWN)
    if _ORBAX in names or any(os.path.lexists(Path(folder, step, _ORBAX)) for step in steps):
        return "Orbax checkpoint"
    is_checkpoint = any(name.endswith(INDEX_OF_CHECKPOINT) for name in names)
    return "TensorFlow checkpoint" if is_checkpoint and not any(map(_ends_as_model, names)) else None


def _models_in(folder: str, names: Sequence[str], limits: Limits) -> list[str]:
    """The names in a folder that bear the name of a model or hold one; where none does, of files that are one."""
    found = [name for name in names if _ends_as_model(name) or name.endswith(INDEX_OF_CHECKPOINT)]
    folders = islice((name for name in names if name.endswith("/") and not _ends_as_model(name)), _FOLDERS)
    found += [name for name in folders if _kind_of_folder(os.path.join(folder, name))]  # noqa: PTH118 - keeps the slash
    others = (name for name in names[:_SHOWN] if not name.endswith("/"))
    return sorted(found) or [name for name in others if _kind_of_file(folder, name, limits)[1]]


def _ends_as_model(name: str) -> bool:
    """Whether a name is that of a model."""
    return name.rstrip("/").lower().endswith(ENDINGS)


def _counted(names: Sequence[str]) -> str:
    """How many models there are, or the name of the only one."""
    if len(names) == 1:
        return shortened(names[0])
    return f"{len(names):,} models{' and folders of models' * any(name.endswith('/') for name in names)}"


def _rows(folder: str, names: Sequence[str], limits: Limits) -> tuple[tuple[str, ...], ...]:
    """Each of the first names, without what only the index of a checkpoint has, and what it is; then the others."""
    rows = [(name.removesuffix(INDEX_OF_CHECKPOINT), _kind_of(folder, name, limits)) for name in names[:_SHOWN]]
    more = ((f"and {len(names) - _SHOWN:,} more",),) if len(names) > _SHOWN else ()
    return (*rows, *more)


def _kind_of(folder: str, name: str, limits: Limits) -> str:
    """What something in a folder is, in a few words."""
    if name.endswith(INDEX_OF_CHECKPOINT):
        return "TensorFlow checkpoint"
    if name.endswith("/"):
        return _kind_of_folder(os.path.join(folder, name)) or "no model"  # noqa: PTH118 - keeps the slash
    return _kind_of_file(folder, name, limits)[0]


def _kind_of_folder(path: str) -> str:
    """What a folder is that is a model or holds some; empty for any other."""
    try:
        names = _names_in(path)
    except (OSError, ValueError):
        return ""
    if found := _checkpoint_format(path, names):
        return found
    if CONFIG in names and weights_name(names):
        return "unpacked model"
    count = sum(map(_ends_as_model, names))
    return f"folder with {count:,} model{'s' * (count != 1)}" if count else ""


def _kind_of_file(folder: str, name: str, limits: Limits) -> tuple[str, bool]:
    """What a file is, in a few words, and whether it is a model."""
    bounded = replace(
        limits,
        hdf5_objects=min(limits.hdf5_objects, _MOST_OBJECTS),
        json_bytes=min(limits.json_bytes, _MOST_JSON),
    )
    try:
        with ExitStack() as files:
            source = files.enter_context(closing(open_beside(Path(folder), name)))
            contents = file_contents(source, bounded, files)
    except UnreadableFile as error:
        return next(words for kind, words in _UNREAD if isinstance(error, kind)), False
    version = f" · Keras {contents.keras_version}" if contents.keras_version else ""
    return f"{contents.format}{version}", True
