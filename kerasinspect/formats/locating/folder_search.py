"""Searches a folder for models: what bears the name of one is found, whether or not it can be read.

Each name is looked at once and counted. A link to a folder is not followed: it leads to one that is searched anyway, or
out of all that is searched, which is said. A folder that cannot be listed is said, too.
"""

from __future__ import annotations

import errno
import os
import stat
from bisect import bisect_left
from contextlib import closing
from dataclasses import field
from functools import partial
from itertools import chain, count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.folders import LocalFolder
from kerasinspect.containers.sources import cannot_open, leads_out_of, open_source, require_file
from kerasinspect.containers.tensor_bundle.table import is_index
from kerasinspect.errors import NotAModel, UnreadableFile
from kerasinspect.formats.contents import INDEX_ENDING, INDEX_OF_CHECKPOINT, ORBAX, SAVED_MODEL
from kerasinspect.formats.keras_archive import CONFIG, METADATA, NPZ, WEIGHTS
from kerasinspect.formats.keras_folder import describes_model, weights_name
from kerasinspect.formats.keras_hub_preset import TASK
from kerasinspect.formats.sharded import shard_name
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import Tally
from kerasinspect.platforms import is_link, system_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from kerasinspect.limits import Limits

ENDINGS = (".keras", ".h5", ".hdf5", ".h5f", INDEX_ENDING)
"""What names of models end in where a folder is searched; a file that is named is opened whatever its name."""
PARTS = frozenset({CONFIG, METADATA, NPZ, SAVED_MODEL})
"""What else may lie in the folder of a model."""
OF_SAVED_MODEL = frozenset({"variables", "assets", "assets.extra"})
"""Folders in that of a SavedModel, which belong to it."""
NOWHERE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP))
"""What the system says of a path that leads to nothing at all."""


@dataclass(frozen=True, slots=True)
class Location:
    """The path of a model, or of what takes the place of one."""

    path: str
    error: str = ""
    """Why it is not opened; empty where that is for its reader to say."""


def in_order(found: Iterable[Location]) -> list[Location]:
    """Locations, those in one folder side by side: a separator comes before all that a name may hold."""
    return sorted(found, key=lambda location: (location.path.replace(os.sep, "\0"), location.error))


def search(top: str, limits: Limits) -> list[Location]:
    """The models in a folder and in those below it, in order; shards count as one with their index.

    Raises RefusedFile where it holds more names, or more models, than the limits allow.
    """
    entries = Tally("folder_entries", limits.folder_entries, top)
    models = Tally("found_models", limits.found_models, top)
    border, found, named_as_models = Border(top), [], []
    pending = [("", top)]
    while pending:
        folder = _joined(*pending.pop())
        inside = _look_at(folder, border, entries)
        own = _own_folders(inside)
        pending += [(folder, name) for name in inside.folders if name not in own]
        for name in filter(ends_as_model, inside.folders):
            models.add()
            named_as_models.append(_joined(folder, name))
        for location in chain(inside.errors, _models_among(folder, inside.names, top, limits)):
            models.add()
            found.append(location)
    for location in border.crossed():
        models.add()
        found.append(location)
    return in_order([*found, *_without_models(named_as_models, found)])


def _own_folders(inside: _Inside) -> Collection[str]:
    """The folders in one that belong to the model that it is."""
    if ORBAX in inside.names:
        return inside.folders
    return OF_SAVED_MODEL if SAVED_MODEL in inside.names else ()


@dataclass(frozen=True, slots=True)
class _Inside:
    """What matters of the names in one folder."""

    names: set[str] = field(default_factory=set)
    """Files, links and whatever else has the name of a model or of a part of one."""
    folders: list[str] = field(default_factory=list)
    errors: list[Location] = field(default_factory=list)
    """The first name that cannot be looked at, and why; or that the folder cannot be listed."""


def _look_at(folder: str, border: Border, entries: Tally) -> _Inside:
    """What matters in a folder; where it cannot be listed, why."""
    inside = _Inside()
    try:
        border.enter(folder)
        with os.scandir(system_path(folder)) as names:
            for entry in names:
                entries.add()
                _add_entry(inside, entry, folder, border)
    except OSError as error:
        inside.errors.append(Location(folder, str(cannot_open(folder, error))))
    return inside


def _add_entry(inside: _Inside, entry: os.DirEntry[str], folder: str, border: Border) -> None:
    """Add one name, if it matters; that of a part in other letters only where the system does not care."""
    part = entry.name.lower()
    try:
        link = is_link(entry)
        if not link and entry.is_dir(follow_symlinks=False):
            inside.folders.append(entry.name)
        elif ends_as_model(entry.name) or entry.name.endswith(INDEX_OF_CHECKPOINT) or entry.name == ORBAX:
            inside.names.add(entry.name)
        elif link and part not in PARTS:
            border.note(folder, entry.name)
        if part in PARTS and (part == entry.name or os.path.lexists(_joined(folder, part))):
            inside.names.add(part)
    except OSError as error:
        if not inside.errors:
            path = _joined(folder, entry.name)
            inside.errors.append(Location(path, str(cannot_open(path, error))))


def _models_among(folder: str, names: set[str], top: str, limits: Limits) -> Iterator[Location]:
    """The models in one folder: the folder itself, and the files that are no part of another model."""
    for name in models_among(names, partial(describes_model, LocalFolder(folder), limits), is_top=folder == top):
        path = _joined(folder, name) if name else folder
        error = _why_not_opened(path, top) if name else ""
        if not name.endswith(INDEX_OF_CHECKPOINT):
            yield Location(path, error)
        elif error or is_checkpoint(path):
            yield Location(path.removesuffix(INDEX_OF_CHECKPOINT), error)


def models_among(names: set[str], is_described: Callable[[], bool], *, is_top: bool) -> Iterator[str]:
    """The names in one folder that are models, and no part of another one; empty for the folder itself.

    Whether its config is that of a model is asked where no other name tells; where the search begins, weights do.
    """
    if SAVED_MODEL in names or ORBAX in names:
        yield ""
        return
    weights = weights_name(names)
    own: set[str | None] = set()
    if (CONFIG in names and (weights or METADATA in names or is_described())) or (is_top and weights == WEIGHTS):
        yield ""
        own = {weights, TASK}
    yield from names - PARTS - own - _accounted_for(names)


def is_checkpoint(path: str) -> bool:
    """Whether a file is the index of a checkpoint, whose name other programs give to other files."""
    try:
        with closing(open_source(path)) as source:
            return is_index(source)
    except UnreadableFile:
        return True


def _accounted_for(names: Collection[str]) -> set[str]:
    """The shards among names that an index among them accounts for: those numbered from 0 on without a gap."""
    found: set[str] = set()
    for index in names:
        if index.endswith(INDEX_ENDING):
            shards = map(partial(shard_name, index.removesuffix(INDEX_ENDING)), count())
            found.update(takewhile(names.__contains__, shards))
    return found


def _why_not_opened(path: str, top: str) -> str:
    """Why what has a model's name in a folder is not opened; empty for a file, or a link to one in the same folder."""
    if leads_out_of(top, path, below=True):
        return f"{path} is a link out of its folder, which is not followed. Name the file itself."
    try:
        status = Path(system_path(path)).stat()
        if not stat.S_ISDIR(status.st_mode):
            require_file(path, status.st_mode)
    except (OSError, NotAModel) as error:
        return str(error if isinstance(error, NotAModel) else cannot_open(path, error))
    return ""


def _without_models(folders: Iterable[str], found: Iterable[Location]) -> Iterator[Location]:
    """The folders that bear a model's name and hold none of those that are found."""
    paths = sorted(location.path for location in found)
    for folder in folders:
        place = bisect_left(paths, folder)
        following = paths[place : place + 1]
        if not any(path.startswith(_joined(folder, "")) for path in following if path != folder):
            yield Location(folder)


def ends_as_model(name: str) -> bool:
    """Whether a name is that of a model, however it is capitalised: some systems and people do not care."""
    return name.lower().endswith(ENDINGS)


def _joined(folder: str, name: str) -> str:
    """The path of a name in a folder; in the working folder the name alone."""
    return name if folder in {"", os.curdir} else os.path.join(folder, name)  # noqa: PTH118 - hundreds of thousands


class Border:
    """The folders that are searched, and the links in them that lead to others, each of which is met once."""

    def __init__(self, top: str) -> None:
        """Begin with nothing; ``top`` is what is searched."""
        self.top = top
        self._entered: set[int] = set()
        self._linked: dict[int, tuple[str, str]] = {}

    def enter(self, folder: str) -> None:
        """Note a folder that is searched; raises OSError where it cannot be looked at."""
        self._entered.add(_identity(Path(system_path(folder)).stat()))

    def note(self, folder: str, name: str) -> None:
        """Note a link in a folder, if it leads to another one; raises OSError where nobody can tell."""
        try:
            status = Path(system_path(_joined(folder, name))).stat()
        except OSError as error:
            if error.errno not in NOWHERE | {errno.ENAMETOOLONG}:  # what a link says may be too long
                raise
            return
        if stat.S_ISDIR(status.st_mode):
            self._linked.setdefault(_identity(status), (folder, name))

    def crossed(self) -> Iterator[Location]:
        """The links to folders that are not searched."""
        for folder, place in self._linked.items():
            if folder not in self._entered:
                path = _joined(*place)
                words = f"{path} is a link to a folder out of {self.top}, which is not followed."
                yield Location(path, f"{words} Name that folder itself.")


def _identity(status: os.stat_result) -> int:
    """What tells a folder from all others, whatever it is called."""
    return status.st_dev << 64 | status.st_ino
