"""Bytes by position: a local file, a slice of one, or an inflated copy of an archive member.

A file is opened without blocking and only when it is a regular file, so that a FIFO, a device or a directory is
refused at once. All reads name their position: there is no shared cursor, nothing is mapped into memory, and the
slices of one file share its handle, from which nothing is read once it is closed.
"""

from __future__ import annotations

import os
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from kerasinspect.errors import (
    ClosedModel,
    DamagedFile,
    FailedRead,
    NotAModel,
    RefusedFile,
    RequestError,
    UnreadableFile,
)
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.late.patterns import late_pattern
from kerasinspect.platforms import WINDOWS, is_device, leads_elsewhere, open_descriptor, system_path
from kerasinspect.progress import watched_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_BLOBS = "blobs"
"""The folder of a download cache that keeps contents; those who use them lie two or more folders below its parent."""
_ADDRESS = late_pattern(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+://")
"""What the address of a file on another machine begins with; one letter is a disk of Windows."""
_HASH = late_pattern(r"[0-9a-f]{40,64}")
"""The names that the cache of a model hub gives to contents: hexadecimal hashes."""
STANDARD_INPUT = "-"
"""The name of standard input; a file of that name is ``./-``."""
BLOCK = 1 << 22
"""Bytes read at a time where all of an array is wanted: large enough to cost no more than memory does."""
_AHEAD = 1 << 23
"""Bytes of an array on another machine that are fetched before the first of them is read, by a few requests at once."""


class _Taker(Protocol):
    """Takes in bytes as they are read, whoever reads them for whatever reason."""

    def take(self, position: int, data: bytes | memoryview) -> None:
        """Take in bytes from a position of the file, which are valid until this returns."""


class _OpenFile(Protocol):
    """An open file, as ``platforms.Descriptor`` is one of this machine."""

    def status(self) -> os.stat_result:
        """The status of the file now."""

    def read(self, position: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``position``, from any number of threads."""

    def fill(self, view: memoryview, position: int) -> int:
        """Read into ``view``, up to its size; give how many bytes that were."""


@runtime_checkable
class _Fetching(_OpenFile, Protocol):
    """An open file of another machine, which knows what of it was fetched."""

    def holds(self, position: int, count: int) -> bool:
        """Whether bytes are here already."""

    def prefetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch ranges, each a position and a number of bytes."""

    def expect(self, position: int, count: int) -> None:
        """Fetch bytes that are read next, and more where they follow others."""

    def address_beside(self, name: str) -> str:
        """The address of another file of the same folder."""


class Handle:
    """An open file until it is closed, or until nobody has anything of it any more."""

    __slots__ = ("_descriptor", "path", "progress", "status", "taker")

    def __init__(self, descriptor: _OpenFile, path: str) -> None:
        """Take an open file, and what the user called it."""
        self.path = path
        self.status = descriptor.status()
        """The status of the file when it was opened."""
        self.progress = watched_progress()
        """Counts what is read of it; None where nobody watches."""
        self.taker: _Taker | None = None
        """Is given what is read of it, by any thread; None where nobody wants it."""
        self._descriptor: _OpenFile | None = descriptor

    @property
    def descriptor(self) -> _OpenFile:
        """The open file, to be held while it is read; raises ClosedModel once it is closed."""
        held = self._descriptor
        if held is None:
            message = f"{self.path} is closed: the values of its model can no longer be read."
            raise ClosedModel(message, "Read them before the model is closed, or open it again.")
        return held

    def check_unchanged(self) -> None:
        """Raise DamagedFile where the file was written to since it was opened.

        One that another file took the place of is still whole, and whoever has it open reads on.
        """
        before, now = self.status, self.descriptor.status()
        if (before.st_size, before.st_mtime_ns) == (now.st_size, now.st_mtime_ns):
            return
        message = f"{path_in_words(self.path)} was changed while it was read"
        if before.st_size != now.st_size:
            message += f": it had {before.st_size:,} bytes when it was opened and has {now.st_size:,} now"
        raise DamagedFile(f"{message}.", "Open it again once nothing writes to it.")

    def close(self) -> None:
        """Let go of the file, once or several times."""
        self._descriptor = None


def is_address(path: str) -> bool:
    """Whether a path is the address of a file on another machine."""
    return "://" in path and _ADDRESS.match(path) is not None


def path_in_words(path: str) -> str:
    """The path of a file as messages and pages say it."""
    return "standard input" if path == STANDARD_INPUT else path


@dataclass(frozen=True, slots=True)
class Ahead:
    """Fetches parts of a source on another machine before they are read, many at the same time."""

    file: _Fetching
    start: int

    def holds(self, position: int, count: int) -> bool:
        """Whether bytes of the source are here already."""
        return self.file.holds(self.start + position, count)

    def fetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch ranges, each a position and a number of bytes; raises FailedRead where they cannot be read."""
        self.file.prefetch([(self.start + position, count) for position, count in ranges])

    def expect(self, position: int, count: int) -> None:
        """Fetch bytes that are read next; raises FailedRead where they cannot be read."""
        self.file.expect(self.start + position, count)


@dataclass(frozen=True, slots=True)
class Source:
    """``size`` bytes from ``start`` of an open file.

    ``path`` is what the user named, for messages; ``inside`` is the archive member that this is, if it is one.
    """

    path: str
    handle: Handle
    start: int
    size: int
    inside: str = ""

    def read_at(self, position: int, count: int) -> bytes:
        """Exactly ``count`` bytes from ``position``, as they were when the file was opened.

        Raises DamagedFile where the file ends before, or was written to since.
        """
        if position < 0 or count < 0 or position + count > self.size:
            raise self.too_short(position, count, self.size)
        data = self.pread(position, count) if count else b""
        if len(data) < count:
            data = self._pieced_together(data, position, count)
        self.handle.check_unchanged()
        self._hand_on(position, data)
        return data

    def _pieced_together(self, data: bytes, position: int, count: int) -> bytes:
        """The bytes of which the system gave the first ones, with all others."""
        pieces = bytearray(data)
        while data and len(pieces) < count:
            data = self.pread(position + len(pieces), count - len(pieces))
            pieces += data
        if len(pieces) < count:
            raise self._ended(position, count, len(pieces))
        return bytes(pieces)

    def pread(self, position: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``position``; raises FailedRead where the system cannot read them."""
        held = self.handle.descriptor
        try:
            data = held.read(self.start + position, count)
        except (OSError, OverflowError) as error:
            raise self.unreadable(position, error) from error.with_traceback(None)
        finally:
            del held  # an error that somebody keeps must not keep the file open
        self.count_read(len(data))
        return data

    def blocks(self, position: int, count: int, size: int = BLOCK) -> Iterator[memoryview]:
        """``count`` bytes from ``position`` in pieces of at most ``size``, in one buffer that is reused.

        Raises what ``read_at`` raises, before a piece that is not as it was.
        """
        if position < 0 or position + count > self.size:
            raise self.too_short(position, count, self.size)
        buffer = bytearray(min(size, count))
        view = memoryview(buffer)
        ahead = self.ahead if count > size else None
        done = 0
        while done < count:
            wanted = min(size, count - done)
            if ahead is not None and not ahead.holds(position + done, wanted):
                rest = min(count - done, _AHEAD)
                if done:  # nothing behind the end is asked for on its account
                    ahead.fetch([(position + done, rest)])
                else:
                    ahead.expect(position, rest)
            filled = 0
            while filled < wanted:
                got = self.fill(view[filled:wanted], position + done + filled)
                if not got:
                    raise self._ended(position, count, done + filled)
                filled += got
            self.handle.check_unchanged()
            self._hand_on(position + done, view[:wanted])
            yield view[:wanted]
            done += wanted

    def fill(self, view: memoryview, position: int) -> int:
        """Read into ``view`` as much as the system gives at once; raises FailedRead where it cannot read."""
        held = self.handle.descriptor
        try:
            got = held.fill(view, self.start + position)
        except OSError as error:
            raise self.unreadable(position, error) from error.with_traceback(None)
        finally:
            del held
        self.count_read(got)
        return got

    @property
    def ahead(self) -> Ahead | None:
        """What fetches parts of this source before they are read; None for a file of this machine."""
        file = self.handle.descriptor
        return Ahead(file, self.start) if isinstance(file, _Fetching) else None

    def _hand_on(self, position: int, data: bytes | memoryview) -> None:
        """Give bytes that were read to whoever takes them in."""
        taker = self.handle.taker
        if taker is not None:
            taker.take(self.start + position, data)

    def count_read(self, nbytes: int) -> None:
        """Count bytes for whoever watches; more than were read where they stand for others, which are inflated."""
        progress = self.handle.progress
        if progress is not None:
            progress.done += nbytes

    def slice(self, start: int, size: int, inside: str) -> Source:
        """A part of this source, as a source of its own."""
        if start < 0 or size < 0 or start + size > self.size:
            raise self.too_short(start, size, self.size)
        return Source(self.path, self.handle, self.start + start, size, inside)

    def beside(self, name: str) -> Source:
        """Another file of the same folder, opened; raises what ``open_beside`` raises, or ``open_source``."""
        file = self.handle.descriptor
        if isinstance(file, _Fetching):
            return open_source(file.address_beside(name))
        from pathlib import Path  # noqa: PLC0415 - most models are one file

        return open_beside(Path(self.path).parent, name)

    def has_beside(self, name: str) -> bool:
        """Whether the folder of this file, which is of this machine, has another of that name, readable or not."""
        return os.path.lexists(os.path.join(os.path.dirname(self.path), name))  # noqa: PTH118, PTH120 - as above

    def find_beside(self, name: str) -> Source | None:
        """Another file of the same folder, opened, None where there is none; raises what ``beside`` raises.

        On another machine whether it is there and what it begins with are one request.
        """
        if not self.is_remote:
            return self.beside(name) if self.has_beside(name) else None
        try:
            return self.beside(name)
        except NotAModel:
            return None

    @property
    def is_remote(self) -> bool:
        """Whether the file is on another machine."""
        return isinstance(self.handle.descriptor, _Fetching)

    def close(self) -> None:
        """Close the file; every slice of it ends with it."""
        self.handle.close()

    def check_open(self) -> None:
        """Raise ClosedModel where the file was closed."""
        _ = self.handle.descriptor

    @property
    def label(self) -> str:
        """The name of the file in messages."""
        path = path_in_words(self.path)
        return f"{self.inside} in {path}" if self.inside else path

    def unreadable(self, position: int, error: Exception) -> FailedRead:
        """The error for bytes that the system does not give."""
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{self.label} cannot be read at byte {position}: {reason}."
        return FailedRead(message, "Check the disk and copy the file again.")

    def too_short(self, position: int, count: int, has: int) -> DamagedFile:
        """The error for bytes that should be there and are not, as there are only so many."""
        message = f"{self.label} is damaged: it needs bytes {position} to {position + count} but has {has}."
        return DamagedFile(message, "It was probably cut off while it was written or copied: get it again.")

    def _ended(self, position: int, count: int, got: int) -> DamagedFile:
        """The error for bytes of which the system gives fewer than it said; raises that of a file that was cut."""
        self.handle.check_unchanged()
        return self.too_short(position, count, position + got)


def open_source(path: str | os.PathLike[str]) -> Source:
    """Open a regular file for reading by position.

    An address is opened on the machine that it names, for which alone it waits. Raises NotAModel for what is missing,
    unreadable, or no regular file, which is not even opened; for an address what ``open_remote`` raises.
    """
    name = os.fspath(path)
    if is_address(name):
        from kerasinspect.containers.remote.opening import open_remote  # noqa: PLC0415 - most models are files here

        opened, shown = open_remote(name)
        remote = Handle(opened, shown)
        return Source(shown, remote, 0, remote.status.st_size)
    refuse_device(name)
    try:
        require_file(name, os.stat(system_path(name)).st_mode)  # noqa: PTH116 - pathlib takes 3 ms to import
        handle = Handle(open_descriptor(name), name)
    except (OSError, ValueError) as error:
        raise cannot_open(name, error) from error
    try:
        require_file(name, handle.status.st_mode)  # it may have been replaced meanwhile
    except NotAModel:
        handle.close()
        raise
    return Source(name, handle, 0, handle.status.st_size)


def read_user_file(path: str, most: int, words: str) -> bytes:
    """The bytes of a file that the user keeps beside models, ``words`` in a message: at most one more than ``most``.

    Raises RequestError where it cannot be read, or is no regular file.
    """
    try:
        with closing(open_source(path)) as source:
            return source.read_at(0, min(source.size, most + 1))
    except UnreadableFile as error:
        raise RequestError(f"Cannot read {words}: {error.message}", error.remedy) from error


def require_file(name: str, mode: int) -> None:
    """Raise NotAModel for what is no regular file."""
    if not stat.S_ISREG(mode):
        raise NotAModel(f"{name} is {file_kind(mode)}, not a file.", "Name a saved model.")


def refuse_device(name: str) -> None:
    """Raise NotAModel for a name that is a device, before anything looks at it."""
    if is_device(name):
        raise NotAModel(f"{name} is the name of a device, not of a file.", "Name a saved model.")


def open_beside(folder: Path, name: str) -> Source:
    """Open one file of a folder that belongs to a model.

    Raises RefusedFile for a link out of the folder: whoever made the folder would choose what is read. The links of
    a download cache are followed, which keeps contents by hash in a folder ``blobs``.
    """
    path = folder / name
    if leads_out_of(folder, path):
        raise RefusedFile(f"{path} is a link out of its folder, which is not followed.", "Copy the file there.")
    return open_source(path)


def leads_out_of(folder: str | Path, path: str | Path, *, below: bool = False) -> bool:
    """Whether a path in a folder is a link out of it, other than one into the contents of a download cache.

    A link to something in a folder below leads out too, unless ``below``. One that leads nowhere does not.
    """
    if not _is_link_at(path):
        return False
    home, target = _resolved(folder), _resolved(path)
    if home is None or target is None:
        return os.path.exists(path)  # noqa: PTH110 - pathlib raises errors for some
    return target.parent != home and not (below and home in target.parents) and not _is_cached(target, path)


def _is_link_at(path: str | Path) -> bool:
    """Whether a path is a link; one that the system cannot look at is none."""
    try:
        return leads_elsewhere(os.lstat(system_path(str(path))))
    except (OSError, ValueError):
        return False


def _resolved(path: str | Path) -> Path | None:
    """The path with all links followed; None where the system cannot tell."""
    from pathlib import Path  # noqa: PLC0415 - few models are links

    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError, RecursionError):
        return None


def _is_cached(target: Path, link: str | Path) -> bool:
    """Whether a link leads to one of the contents, each named by its hash, of the download cache that it lies in."""
    from pathlib import Path  # noqa: PLC0415 - as above

    cache, place = target.parent.parent, _resolved(Path(link).parent)
    is_content = target.parent.name == _BLOBS and _HASH.fullmatch(target.name) is not None
    return is_content and place is not None and cache in place.parents[1:]


def is_folder(path: str) -> bool:
    """Whether a path is a folder; one that the system cannot even look at is left to fail when it is opened."""
    return path != "" and not is_device(path) and os.path.isdir(system_path(path))  # noqa: PTH112 - pathlib raises errors for some


def cannot_open(name: str, error: OSError | ValueError) -> NotAModel:
    """The sentence for a path that the system does not open."""
    if isinstance(error, FileNotFoundError) and _is_link_at(name):
        return NotAModel(f"{name} is a link to something that does not exist.", "Restore it, or remove the link.")
    if isinstance(error, FileNotFoundError):
        from pathlib import Path  # noqa: PLC0415 - as above

        parent = Path(name).parent
        remedy = "Check the path." if is_folder(str(parent)) else f"The folder {parent} does not exist either."
        return NotAModel(f"{name} does not exist.", remedy)
    if isinstance(error, PermissionError):
        others = ", and that no other program keeps it to itself" if WINDOWS else ""
        return NotAModel(f"{name} may not be read by this user.", f"Check its permissions{others}.")
    return NotAModel(f"{name} cannot be opened: {getattr(error, 'strerror', None) or error}.", "Check the path.")


def file_kind(mode: int) -> str:
    """The kind of something that is no regular file, in words with their article."""
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    return next((word for test, word in kinds if test(mode)), "a special file")
