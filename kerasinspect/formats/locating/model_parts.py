"""Which files a model is, or would be, read from: what nothing may be written to while it is the model."""

from __future__ import annotations

import os
import re
import stat
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import open_source
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import InspectError
from kerasinspect.formats.contents import INDEX_ENDING, INDEX_OF_CHECKPOINT, ORBAX, SAVED_MODEL
from kerasinspect.formats.foreign_files import DATA_OF_CHECKPOINT
from kerasinspect.formats.keras_archive import ASSETS, CONFIG, METADATA, NPZ, WEIGHTS
from kerasinspect.formats.keras_folder import MAIN_INDEX
from kerasinspect.formats.keras_hub_preset import TASK, TASK_CONFIG
from kerasinspect.formats.locating.folder_search import OF_SAVED_MODEL
from kerasinspect.formats.orbax_checkpoint import ITEMS, TREE
from kerasinspect.formats.sharded import shard_names, weight_map_of
from kerasinspect.formats.tensorflow.checkpoint import LIST_OF_CHECKPOINTS
from kerasinspect.formats.tensorflow.saved_model import KERAS_METADATA
from kerasinspect.limits import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.sources import Source

_FOLDER_PARTS = (CONFIG, METADATA, WEIGHTS, NPZ, ASSETS, MAIN_INDEX, TASK, TASK_CONFIG)
"""What an unpacked archive is read from, beside an index and its shards; links may lead there."""
_OTHER_PARTS = (SAVED_MODEL, KERAS_METADATA, *OF_SAVED_MODEL, LIST_OF_CHECKPOINTS, ORBAX, TREE, *ITEMS)
"""What checkpoints and SavedModels are read from; whatever is in the folders of these names is of the model."""
_PARTS = frozenset(name.rstrip("/") for name in (*_FOLDER_PARTS, *_OTHER_PARTS))
_OF_CHECKPOINT = re.compile(rf"{DATA_OF_CHECKPOINT.pattern}|{re.escape(INDEX_OF_CHECKPOINT)}$")
_NUMBER_OF_SHARD = re.compile(r"_\d{5}\.weights\.h5$")
_FOLDERS = 128
"""Folders of which is kept whether a path may be in them: models come folder by folder."""


class PathToWrite:
    """A path that is to be written to, held against the models that are read: one, or a hundred thousand.

    Most models are files that lie elsewhere, which one look at each tells: nothing of them is opened or resolved.
    """

    def __init__(self, path: Path) -> None:
        """Look at what is there."""
        self._real = Path(os.path.realpath(path))
        self._status = _status(path)
        self._may_be_in = lru_cache(maxsize=_FOLDERS)(self._may_be_in_now)

    def is_same(self, location: str | Path) -> bool:
        """Whether both lead to one file by links of any kind, or to one place where nothing is yet."""
        return self._is_at(location, _status(location))

    def is_in_folder(self, location: str) -> bool:
        """Whether the path leads to a place in a folder."""
        return os.path.isdir(location) and self._is_within(location)  # noqa: PTH112 - which never raises

    def is_part(self, location: str) -> bool:
        """Whether the path leads to what the model at a location is read from, or would be if it were there.

        Links of any kind lead to the same file, and what is in a folder of the model is a part of it.
        """
        status, path = _status(location), Path(location)
        if status is not None and stat.S_ISDIR(status.st_mode):
            return self._is_part_of_folder(path)
        if self._is_at(location, status):
            return True
        return self._may_be_in(path.parent) and (self._is_of_checkpoint(path) or self._is_shard(path))

    def _is_at(self, location: str | Path, status: os.stat_result | None) -> bool:
        """Whether both lead to one file or place; ``status`` is that of the location."""
        if status is None:
            return self._status is None and self._real == Path(os.path.realpath(location))
        return _is_one(self._status, status)

    def _is_part_of_folder(self, folder: Path) -> bool:
        """Whether the path leads to a part of a model that is a folder."""
        if self._is_within(folder):
            inside = self._real.relative_to(os.path.realpath(folder)).parts
            if not _PARTS.isdisjoint(inside) or _OF_CHECKPOINT.search(self._real.name):
                return True
        if any(self.is_same(part) or self._is_within(part) for part in map(folder.joinpath, _FOLDER_PARTS)):
            return True
        return any(self.is_same(index) or self._is_shard(index) for index in folder.glob(f"*{INDEX_ENDING}"))

    def _is_of_checkpoint(self, path: Path) -> bool:
        """Whether the path is that of the index or of data of the checkpoint that another path is of."""
        name = _OF_CHECKPOINT.sub("", self._real.name)
        return name != self._real.name and name == _OF_CHECKPOINT.sub("", path.name) and self._is_in(path.parent)

    def _is_within(self, folder: str | Path) -> bool:
        """Whether the path leads to a place in a folder, or is that of a file which need not be there."""
        return self._real.is_relative_to(os.path.realpath(folder))

    def _is_shard(self, index: Path) -> bool:
        """Whether the path leads to a shard that a file names, or that is numbered as its own, where it is an index."""
        if not self._may_be_in(index.parent):
            return False
        name = _NUMBER_OF_SHARD.sub(INDEX_ENDING, self._real.name)
        if name == index.name and name != self._real.name and self._is_in(index.parent):
            return True
        return any(self.is_same(shard) or self._is_within(shard) for shard in _shards_of(index))

    def _is_in(self, folder: Path) -> bool:
        """Whether the path is right in a folder, under whatever name of it."""
        return _is_one(_status(self._real.parent), _status(folder))

    def _may_be_in_now(self, folder: Path) -> bool:
        """Whether a name in a folder may lead to the path: it lies there, has several names, or a link is there."""
        if self._is_within(folder) or self._is_in(folder):
            return True
        return (self._status is not None and self._status.st_nlink > 1) or _has_links(folder)


def _has_links(folder: Path) -> bool:
    """Whether a folder has links to files, as that of a download cache; also where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.is_symlink() for entry in entries)
    except OSError:
        return True


def _is_one(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    """Whether both are of one file that is there."""
    return one is not None and other is not None and os.path.samestat(one, other)


def _status(path: str | Path) -> os.stat_result | None:
    """What the system says of what is there; None where nothing is."""
    with suppress(OSError, ValueError):
        return os.stat(path)  # noqa: PTH116 - a hundred thousand of them
    return None


def _shards_of(path: Path) -> Iterator[Path]:
    """The shards that a file names, where it is an index."""
    with suppress(InspectError), closing(open_source(path)) as source:
        for name in _shards_in(source):
            yield path.parent / name


def _shards_in(source: Source) -> list[str]:
    """The names of the shards in an index; none in what is none."""
    head = source.read_at(0, min(source.size, 1))
    if head not in {b"{", b"["} or source.size > DEFAULT.json_bytes:
        return []
    weight_map = weight_map_of(parse_json(source.read_at(0, source.size), source.label).value)
    return [] if weight_map is None else shard_names(source, weight_map, DEFAULT)
