"""Bytes by position: a local file, a slice of one, or an inflated copy of an archive member.

A file is opened without blocking and only when it is a regular file, so that a FIFO, a device or a directory is
refused at once. All reads name their position (``os.pread``): there is no shared cursor, nothing is mapped into
memory, and the slices of one file share its descriptor.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.errors import DamagedFile, FailedRead, NotAModel, RefusedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOBS = Path("..", "..", "blobs")
HASH = re.compile(r"[0-9a-f]{40,64}")
"""How the cache of a model hub names a file's content."""
BLOCK = 1 << 22
"""Bytes read at a time where all of an array is wanted: large enough to cost no more than memory does."""


@dataclass(frozen=True, slots=True)
class Source:
    """``size`` bytes from ``start`` of an open file.

    ``path`` is what the user named, for messages; ``inside`` is the archive member that this is, if it is one.
    """

    path: str
    descriptor: int
    start: int
    size: int
    inside: str = ""

    def read_at(self, position: int, count: int) -> bytes:
        """Exactly ``count`` bytes from ``position``; raises DamagedFile where the file ends before."""
        if position < 0 or count < 0 or position + count > self.size:
            raise self.too_short(position, count)
        pieces = bytearray()
        while len(pieces) < count:
            piece = self.pread(position + len(pieces), count - len(pieces))
            if not piece:
                raise self.too_short(position, count)
            pieces += piece
        return bytes(pieces)

    def pread(self, position: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``position``; raises FailedRead where the system cannot read them."""
        try:
            return os.pread(self.descriptor, count, self.start + position)
        except (OSError, OverflowError) as error:
            raise self.unreadable(position, error) from error

    def blocks(self, position: int, count: int, size: int = BLOCK) -> Iterator[memoryview]:
        """``count`` bytes from ``position`` in pieces of at most ``size``, in one buffer that is reused."""
        if position < 0 or position + count > self.size:
            raise self.too_short(position, count)
        buffer = bytearray(min(size, count))
        view = memoryview(buffer)
        done = 0
        while done < count:
            wanted = min(size, count - done)
            filled = 0
            while filled < wanted:
                got = self.fill(view[filled:wanted], position + done + filled)
                if not got:
                    raise self.too_short(position, count)
                filled += got
            yield view[:wanted]
            done += wanted

    def fill(self, view: memoryview, position: int) -> int:
        """Read into ``view`` as much as the system gives at once; raises FailedRead where it cannot read."""
        try:
            return os.preadv(self.descriptor, [view], self.start + position)
        except OSError as error:
            raise self.unreadable(position, error) from error

    def slice(self, start: int, size: int, inside: str) -> Source:
        """A part of this source, as a source of its own."""
        if start < 0 or size < 0 or start + size > self.size:
            raise self.too_short(start, size)
        return Source(self.path, self.descriptor, self.start + start, size, inside)

    def close(self) -> None:
        """Close the file; every slice of it ends with it."""
        os.close(self.descriptor)

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return f"{self.inside} in {self.path}" if self.inside else self.path

    def unreadable(self, position: int, error: Exception) -> FailedRead:
        """The error for bytes that the system does not give."""
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{self.label} cannot be read at byte {position}: {reason}."
        return FailedRead(message, "Check the disk and copy the file again.")

    def too_short(self, position: int, count: int) -> DamagedFile:
        """The error for bytes that should be there and are not."""
        message = f"{self.label} is damaged: it needs bytes {position} to {position + count} but has {self.size}."
        return DamagedFile(message, "It was probably cut off while it was written or copied: get it again.")


def open_source(path: str | os.PathLike[str]) -> Source:
    """Open a regular file for reading by position.

    Raises NotAModel for what is missing, unreadable, or no regular file; it never waits.
    """
    name = os.fspath(path)
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise cannot_open(name, error) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise NotAModel(f"{name} is {file_kind(status.st_mode)}, not a file.", "Name a saved model.")
    return Source(name, descriptor, 0, status.st_size)


def open_beside(folder: Path, name: str) -> Source:
    """Open one file of a folder that belongs to a model.

    Raises RefusedFile for a link out of the folder: whoever made the folder would choose what is read. The links of
    a download cache are followed, which keeps contents by hash in ``../../blobs``.
    """
    path = folder / name
    if leads_out_of(folder, path):
        raise RefusedFile(f"{path} is a link out of its folder, which is not followed.", "Copy the file there.")
    return open_source(path)


def leads_out_of(folder: Path, path: Path) -> bool:
    """Whether a path in a folder is a link out of it, other than one into the contents of a download cache."""
    if not path.is_symlink():
        return False
    target = path.resolve()
    is_cached = target.parent == (folder / BLOBS).resolve() and HASH.fullmatch(target.name)
    return target.parent != folder.resolve() and not is_cached


def cannot_open(name: str, error: OSError | ValueError) -> NotAModel:
    """The sentence for a path that the system does not open."""
    if isinstance(error, FileNotFoundError):
        parent = Path(name).parent
        remedy = f"The folder {parent} does not exist either." if not parent.is_dir() else "Check the path."
        return NotAModel(f"{name} does not exist.", remedy)
    if isinstance(error, PermissionError):
        return NotAModel(f"{name} may not be read by this user.", "Check its permissions.")
    with suppress(OSError, ValueError):
        kind = Path(name).stat().st_mode
        if not stat.S_ISREG(kind):
            return NotAModel(f"{name} is {file_kind(kind)}, not a file.", "Name a saved model.")
    return NotAModel(f"{name} cannot be opened: {getattr(error, 'strerror', None) or error}.", "Check the path.")


def file_kind(mode: int) -> str:
    """What something that is no regular file is, with its article."""
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    return next((word for test, word in kinds if test(mode)), "a special file")
