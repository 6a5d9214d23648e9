"""Folders that are models, here or on another machine: which names are in one, and its files.

A reader of such a model names files by their place in it, and does not know where it lies. A machine that lists
nothing is asked for the names that the reader knows.
"""

from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kerasinspect.containers.sources import cannot_open, file_kind, leads_out_of, open_beside
from kerasinspect.errors import RefusedFile
from kerasinspect.limits import Tally, over_limit
from kerasinspect.platforms import system_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits


class Below(NamedTuple):
    """A file below a folder, or what stands in the place of one."""

    name: str
    """Its path from the folder, with slashes."""
    nbytes: int = 0
    problem: str = ""
    """Why it is not read; empty where it may be."""


class Folder(Protocol):
    """A folder, whose ``str`` is what messages call it."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    def names(self, limits: Limits, known: Collection[str] = ()) -> Iterator[str]:
        """The names in it; of the ``known`` ones those that are there, where its machine lists nothing.

        Raises NotAModel where it cannot be listed, RefusedFile where it holds too many.
        """

    def has(self, name: str) -> bool:
        """Whether something in it has a name, be it what cannot be read."""

    def source(self, name: str) -> Source:
        """A file in it; raises RefusedFile for a link out of it, NotAModel for what is no file."""

    def inside(self, name: str) -> Folder:
        """A folder in it, whether it is there or not."""

    def require_own(self, name: str) -> None:
        """Raise RefusedFile for a folder that is a link out of this one."""

    def below(self, name: str, tally: Tally) -> Iterator[Below]:
        """The files in a folder of it and in those below that, each counted; raises RefusedFile for too many.

        Where its machine lists nothing, there are none.
        """


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Take its path; nothing is looked at yet."""
        self._written = os.fspath(path)
        self._path = Path(path)

    def __str__(self) -> str:
        """The path, as it was written."""
        return self._written

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self._path.name

    def names(self, limits: Limits, known: Collection[str] = ()) -> Iterator[str]:  # noqa: ARG002 - all are listed
        """The names in it, in the order of the system; raises NotAModel or RefusedFile."""
        tally = Tally("folder_entries", limits.folder_entries, str(self))
        try:
            with os.scandir(system_path(self._written)) as entries:
                for entry in entries:
                    tally.add()
                    yield entry.name
        except (OSError, ValueError) as error:
            raise cannot_open(self._written, error) from error

    def has(self, name: str) -> bool:
        """Whether something in it has a name, in other letters too where the system does not care."""
        return os.path.lexists(self._path / name)

    def source(self, name: str) -> Source:
        """A file in it; raises RefusedFile for a link out of it, NotAModel for what is no file."""
        return open_beside(self._path, name)

    def inside(self, name: str) -> LocalFolder:
        """A folder in it, whether it is there or not."""
        return LocalFolder(self._path / name)

    def require_own(self, name: str) -> None:
        """Raise RefusedFile for a folder that is a link out of this one."""
        if leads_out_of(self._path, self._path / name):
            message = f"{self._path / name} is a link out of its folder, which is not followed."
            raise RefusedFile(message, "Copy it there.")

    def below(self, name: str, tally: Tally) -> Iterator[Below]:
        """The files below a folder of it, and what stands in the place of some; raises RefusedFile for too many."""
        pending = [name] if self.has(name) else []
        while pending:
            place = pending.pop()
            try:
                inside, found = self._look_at(place)
            except OSError as error:
                inside, found = [], Below(place, problem=cannot_open(str(self._path / place), error).message)
            if found is not None:
                yield found
            tally.add(len(inside))
            pending += reversed(inside)

    def _look_at(self, place: str) -> tuple[list[str], Below | None]:
        """The names below a place where that is a folder, else what is there; raises OSError."""
        path = self._path / place
        if leads_out_of(path.parent, path):
            return [], Below(place, problem=f"{path} is a link out of its folder, which is not followed.")
        status = path.stat()
        if stat.S_ISDIR(path.lstat().st_mode):
            return [f"{place}/{below}" for below in sorted(one.name for one in path.iterdir())], None
        if not stat.S_ISREG(status.st_mode):
            return [], Below(place, problem=f"{path} is {file_kind(status.st_mode)}, not a file.")
        return [], Below(place, status.st_size)


def file_bytes(folder: Folder, name: str, allowed: int, limit: str) -> bytes:
    """All bytes of a small file in a folder; raises RefusedFile for more than are ``allowed`` by a limit."""
    with closing(folder.source(name)) as source:
        if source.size > allowed:
            raise over_limit(limit, source.size, allowed, source.label)
        return source.read_at(0, source.size)


def split(place: str) -> tuple[str, str]:
    """The folder of a place in a folder, empty for this one, and the name there."""
    outer, _, name = place.rpartition("/")
    return outer, name
