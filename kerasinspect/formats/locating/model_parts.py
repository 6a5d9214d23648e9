"""Which files a model is, or would be, read from: what nothing may be written to while it is the model."""

from __future__ import annotations

import os
import stat
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import open_source
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import InspectError
from kerasinspect.formats.contents import INDEX_ENDING
from kerasinspect.formats.keras_archive import ASSETS, CONFIG, METADATA, NPZ, WEIGHTS
from kerasinspect.formats.keras_folder import MAIN_INDEX
from kerasinspect.formats.keras_hub_preset import TASK, TASK_CONFIG
from kerasinspect.formats.sharded import shard_names, weight_map_of
from kerasinspect.limits import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.sources import Source

_FOLDER_PARTS = (CONFIG, METADATA, WEIGHTS, NPZ, ASSETS, MAIN_INDEX, TASK, TASK_CONFIG)
"""What an unpacked archive is read from, beside an index and its shards."""


_FOLDERS = 128
"""Folders of which is kept whether they hold a path: models come folder by folder."""


class PathToWrite:
    """A path that is to be written to, held against the models that are read: one, or a hundred thousand.

    Most models are files that lie elsewhere, which one look at each tells: nothing of them is opened or resolved.
    """

    def __init__(self, path: Path) -> None:
        """Look at what is there."""
        self._real = Path(os.path.realpath(path))
        self._status = _status(path)
        self._is_below = lru_cache(maxsize=_FOLDERS)(self._is_below_now)

    def is_same(self, location: str | Path) -> bool:
        """Whether both lead to one file that is there, by links of any kind."""
        return _is_one(self._status, _status(location))

    def is_in_folder(self, location: str) -> bool:
        """Whether the path leads to a place in a folder."""
        return os.path.isdir(location) and self._is_within(location)  # noqa: PTH112 - which never raises

    def is_part(self, location: str) -> bool:
        """Whether the path leads to what the model at a location is read from, or would be if it were there.

        Links of any kind lead to the same file, and what is in a folder of the model is a part of it.
        """
        status, folder = _status(location), Path(location)
        if status is None:
            return self._is_within(location)
        if not stat.S_ISDIR(status.st_mode):
            return _is_one(self._status, status) or self._is_shard(folder)
        if any(self.is_same(part) or self._is_within(part) for part in map(folder.joinpath, _FOLDER_PARTS)):
            return True
        return any(self.is_same(index) or self._is_shard(index) for index in folder.glob(f"*{INDEX_ENDING}"))

    def _is_within(self, folder: str | Path) -> bool:
        """Whether the path leads to a place in a folder, or is that of a file which need not be there."""
        return self._real.is_relative_to(os.path.realpath(folder))

    def _is_shard(self, index: Path) -> bool:
        """Whether the path leads to a shard that a file names, where it is an index."""
        if not self._is_below(index.parent) and (self._status is None or self._status.st_nlink == 1):
            return False  # shards lie beside it, but a file of several names may be anywhere
        return any(self.is_same(shard) or self._is_within(shard) for shard in _shards_of(index))

    def _is_below_now(self, folder: Path) -> bool:
        """Whether the path is one of a folder, under whatever name of it."""
        return self._is_within(folder) or _is_one(_status(self._real.parent), _status(folder))


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
