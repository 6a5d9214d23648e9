"""Which files a model is, or would be, read from: what nothing may be written to while it is the model."""

from __future__ import annotations

import os
from contextlib import closing, suppress
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


def is_part(path: Path, location: str) -> bool:
    """Whether a path leads to what the model at a location is read from, or would be if it were there.

    Links of any kind lead to the same file, and what is in a folder of the model is a part of it.
    """
    return any(is_same(path, part) or is_within(path, part) for part in _parts_of(location))


def is_same(path: Path, other: str | Path) -> bool:
    """Whether two names lead to one file."""
    with suppress(OSError, ValueError):
        return path.samefile(other)
    return False


def is_within(path: Path, folder: str | Path) -> bool:
    """Whether a path leads to a place in a folder, or is that of a file which need not be there."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _parts_of(location: str) -> Iterator[Path]:
    """The files and folders that the model at a location is read from, whether they are there or not."""
    folder = Path(location)
    if not os.path.isdir(location):  # noqa: PTH112 - which never raises
        yield folder
        yield from _shards_of(folder)
        return
    yield from (folder / name for name in _FOLDER_PARTS)
    for index in folder.glob(f"*{INDEX_ENDING}"):
        yield index
        yield from _shards_of(index)


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
