"""Writes files, each of which is there as a whole or not at all. Nothing else here writes any.

A file is made beside its place under a name of its own, and takes that place in one step: with the permissions of the
one that it replaces, and never with more meanwhile. Whatever ends the process before, a signal too, takes it away.
A model is never replaced, and no part of one: not the one that was read, and not another one that a mistyped name
means. What is no file, such as a pipe or a terminal, is written to; what a link leads to is replaced only where both
are the user's own.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kerasinspect.arguments import in_python
from kerasinspect.errors import PipeClosed, RequestError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.platforms import (
    CREATING,
    exchange,
    is_closed_pipe,
    is_device,
    is_ours,
    open_to_add,
    put_in_place,
    put_where_nothing_is,
    take_after,
    undone,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SYSTEM_FOLDERS = (Path("/dev"), Path("/proc"))
"""Folders whose links are the system's own and lead to what a process has open: ``/dev/stdout``, ``/dev/fd/3``."""

_OWNER_ONLY, _ANYBODY = 0o600, 0o666
"""Permissions of a new file: of one that is to replace another, and of any other, from which the umask takes some."""

_ANOTHER = "Choose another file."


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write."""

    path: str
    force: bool = False
    """Whether it may take the place of a file that is no earlier output."""


@dataclass(frozen=True, slots=True)
class _OutputPlace:
    """The place that the path of a target leads to."""

    path: Path
    """Behind the links that are followed."""
    status: os.stat_result | None = None
    """What the system says of what is there; None where nothing is."""
    whole: bool = True
    """Whether a whole file is put there; a device, a pipe or what a process has open is written to as it is."""

    @property
    def is_file(self) -> bool:
        """Whether there is a regular file."""
        return self.status is not None and stat.S_ISREG(self.status.st_mode)


class _Partial:
    """A temporary file beside its place, until it is renamed or removed."""

    __slots__ = ("_raw", "path")

    def __init__(self) -> None:
        """Start without a file."""
        self.path: Path | None = None
        self._raw: FileIO | None = None

    def create(self, folder: Path, mode: int) -> BufferedWriter:
        """Create and open the file; one that has its name already is somebody else's and stays."""
        self.path = folder / f".{os.urandom(8).hex()}.partial"
        try:
            self._raw = FileIO(os.open(self.path, CREATING, mode), "wb")
        except OSError:
            self.path = None
            raise
        return BufferedWriter(self._raw)

    def remove(self) -> None:
        """Close and remove the file, at any moment; Windows removes no open one."""
        with suppress(OSError):
            if self._raw is not None:
                self._raw.close()
            if self.path is not None:
                self.path.unlink()


@contextmanager
def replaced(target: Target, *read: str | None, prove: Callable[[Path], None] | None = None) -> Iterator[BinaryIO]:
    """The stream of a new file that takes the target's place at the end, once ``prove`` has read it as a whole.

    Raises RequestError where it cannot be written or must not be replaced, and nothing half-written is left;
    PipeClosed where nobody reads a pipe any more.
    """
    with write_errors(target.path):
        place = _replaceable(target, read)
        with _beside(place, target, read, prove) if place.whole else _written_to(place, target) as stream:
            yield stream


def require_replaceable(target: Target | None, *read: str | None) -> None:
    """Raise RequestError where the target must stay as it is: before the work, too, where that is long.

    ``read`` are the models and other files that are read: no part of one is written to, under whatever name.
    """
    if target is not None:
        with write_errors(target.path):
            _replaceable(target, read)


def require_no_part(words: str, path: str, read: Iterable[str]) -> None:
    """Raise RequestError where what is written beside the outputs would be a model that is read, or a part of one.

    ``words`` say what is at the path.
    """
    from kerasinspect.formats.locating.model_parts import PathToWrite  # noqa: PLC0415 - few runs keep anything

    held = PathToWrite(Path(path))
    for name in read:
        if held.is_same(name) or held.is_part(name):
            raise RequestError(f"{words} {path} is the model {name}, or a part of it.", _ANOTHER)


def is_folder_target(target: Target) -> bool:
    """Whether a target is a folder: one that is there, or one by the separator that it ends in."""
    return target.path.endswith((os.sep, "/")) or Path(target.path).is_dir()


def with_folder(target: Target) -> Target:
    """A target whose folder is there; raises RequestError where that cannot be made."""
    with write_errors(target.path):
        Path(target.path).parent.mkdir(parents=True, exist_ok=True)
    return target


def require_apart(targets: Iterable[Target | None]) -> None:
    """Raise RequestError where two outputs would be one file."""
    taken: set[str] = set()
    for target in filter(None, targets):
        with write_errors(target.path):
            place = _place(target)
            name = os.path.normcase(os.path.realpath(place.path))
        if place.whole and name in taken:
            raise RequestError(f"Two outputs would be the file {target.path}.", "Give each a file of its own.")
        taken.add(name)


@contextmanager
def write_errors(name: str) -> Iterator[None]:
    """Turn an error of writing into a RequestError, and a closed pipe into PipeClosed."""
    try:
        yield
    except OSError as error:
        if is_closed_pipe(error):
            raise PipeClosed from error
        raise RequestError(
            f"Cannot write to {name}: {error.strerror or error}.", "Nothing was written there."
        ) from error


# Where an output may go


def _place(target: Target) -> _OutputPlace:
    """The place that a target's path leads to; raises RequestError for a link that is not followed, or a disk."""
    path = Path(target.path)
    if is_device(target.path):
        return _OutputPlace(path, whole=False)
    linked = path.is_symlink()
    try:
        status = path.stat()
    except FileNotFoundError:
        if linked:
            raise _not_followed(target, "nothing") from None
        return _OutputPlace(path)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISBLK(status.st_mode):
        raise RequestError(f"The output {path} is a disk: nothing is written over what it holds.", _ANOTHER)
    if linked and _is_systems_own(path):
        return _OutputPlace(path, status, whole=False)
    return _behind_link(target, status) if linked else _OutputPlace(path, status, whole=stat.S_ISREG(status.st_mode))


def _is_systems_own(path: Path) -> bool:
    """Whether a link lies where the system keeps those to what a process has open."""
    folder = Path(os.path.realpath(path.parent))
    return any(folder.is_relative_to(system) for system in SYSTEM_FOLDERS)


def _behind_link(target: Target, status: os.stat_result) -> _OutputPlace:
    """The file that a user's own link leads to; raises RequestError for any other link."""
    if not stat.S_ISREG(status.st_mode):
        raise _not_followed(target, "no file")
    if not (is_ours(Path(target.path).lstat()) and is_ours(status)):
        raise _not_followed(target, "a file, and one of the two belongs to another user")
    return _OutputPlace(Path(os.path.realpath(target.path)), status)


def _not_followed(target: Target, where: str) -> RequestError:
    """The error for a link."""
    message = f"The output {target.path} is a link to {where}: it is not followed."
    return RequestError(message, "Name what it leads to, or remove the link.")


# What an output may replace


def _replaceable(target: Target, read: Sequence[str | None]) -> _OutputPlace:
    """The place that a target goes to; raises RequestError where it must not, as ``require_replaceable`` says."""
    place = _place(target)
    if place.status is None or place.is_file:
        _require_not_read(target, place, filter(None, read))
    if place.whole and place.is_file:
        if not os.access(place.path, os.W_OK):
            raise RequestError(f"The output {target.path} may not be written by this user.", _ANOTHER)
        _require_replaceable_content(place.path, target)
    return place


def _require_not_read(target: Target, place: _OutputPlace, read: Iterable[str]) -> None:
    """Raise RequestError for the place of what is read, or of a part of it."""
    from kerasinspect.formats.existing_files import existing_file  # noqa: PLC0415 - few runs write over a file
    from kerasinspect.formats.locating.model_parts import PathToWrite  # noqa: PLC0415 - as above

    path = PathToWrite(place.path)
    for name in read:
        if path.is_same(name):
            raise RequestError(f"The output {target.path} is the model itself, or another file that is read.", _ANOTHER)
        beside = place.is_file and path.is_in_folder(name) and existing_file(place.path).kind != "own"
        if beside or path.is_part(name):
            raise RequestError(f"The output {target.path} is a part of the model.", _ANOTHER)


def _require_replaceable_content(path: Path, target: Target) -> None:
    """Raise RequestError where a file holds what must not be replaced."""
    from kerasinspect.formats.existing_files import existing_file  # noqa: PLC0415 - few runs write over a file

    found = existing_file(path)
    there = f"The output {target.path} is there already, and is {found.noun}"
    if found.kind == "model":
        message = f"{there}: what may be a model is never replaced."
        raise RequestError(message, "Choose another file, or remove that one yourself.")
    if found.kind == "other" and not target.force:
        raise RequestError(f"{there} {found.doubt}.", f"Choose another file, or say --force{in_python('force=True')}.")


# Writing


@contextmanager
def _written_to(place: _OutputPlace, target: Target) -> Iterator[BinaryIO]:
    """A device, a pipe or an open file, as it is."""
    with os.fdopen(open_to_add(place.path), "wb") as stream:
        if place.status is not None and not os.path.samestat(place.status, os.fstat(stream.fileno())):
            raise RequestError(f"The output {target.path} was replaced meanwhile.", "Nothing was written there.")
        yield stream


@contextmanager
def _beside(
    place: _OutputPlace, target: Target, read: Sequence[str | None], prove: Callable[[Path], None] | None
) -> Iterator[BinaryIO]:
    """A new file in the same folder, which gets the place at the end."""
    partial = _Partial()
    with undone(partial.remove):
        with partial.create(place.path.parent, _ANYBODY if place.status is None else _OWNER_ONLY) as stream:
            yield stream
            stream.flush()
            if prove is not None and partial.path is not None:
                prove(partial.path)
            place = _replaceable(target, read)  # something may have been written there meanwhile
            if place.status is not None:
                take_after(stream.fileno(), place.status)
        if partial.path is not None:
            _put(partial.path, place, target)


def _put(whole: Path, place: _OutputPlace, target: Target) -> None:
    """Give a whole file its place; raises RequestError where, in that moment, something is there that must stay.

    Where two files can change places, what is looked at is what comes out, and it goes back where it has to.
    """
    if place.status is None and put_where_nothing_is(whole, place.path):
        return
    if not exchange(whole, place.path):
        if place.path.exists():
            _require_replaceable_content(place.path, target)
        put_in_place(whole, place.path)
        return
    try:
        _require_replaceable_content(whole, target)
    except RequestError:
        exchange(whole, place.path)
        raise
