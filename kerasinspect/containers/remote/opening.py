"""Opens files on other machines: with one request where they are small, by their two ends where they are not."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from kerasinspect.containers.remote.blocks import RemoteFile
from kerasinspect.containers.remote.ranges import WholeOnly
from kerasinspect.containers.remote.transport import Description, Transport
from kerasinspect.errors import FailedRead, RefusedFile
from kerasinspect.platforms import Descriptor

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = 1 << 18
"""Bytes that are fetched first: all of a small file."""
_TAIL = 1 << 17
"""Bytes from the end, where the directory of an archive is, and where something may follow an HDF5 file."""
_MOST_WHOLE = 1 << 30
"""Bytes of a file that is fetched whole, where its server takes no ranges."""


def open_remote(address: str) -> tuple[RemoteFile | _CopiedFile, str]:
    """An open file by its address, and the address as it is shown.

    Raises NotAModel where it is not to be had, RequestError for an address of no known kind, MissingExtra where what
    reads it is not installed.
    """
    transport = Transport(address)
    try:
        head = transport.fetch(0, HEAD)
        if len(head) < HEAD:
            return RemoteFile(transport, Description(len(head), ""), head), transport.shown
        described = transport.described
        file = RemoteFile(transport, described, head)
        start = max(0, described.size - _TAIL)
        file.prefetch([(start, described.size - start)])
    except WholeOnly:
        return _copied(transport), transport.shown
    return file, transport.shown


class _CopiedFile(Descriptor):
    """All of a file, whose server takes no ranges; others of its folder are still there."""

    def __init__(self, number: int, transport: Transport) -> None:
        """Take a descriptor of the copy, and where it came from."""
        super().__init__(number)
        self._transport = transport

    def holds(self, position: int, count: int) -> bool:  # noqa: ARG002 - all is here
        """Whether bytes are here already."""
        return True

    def prefetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch nothing."""

    def expect(self, position: int, count: int) -> None:
        """Do nothing, for the same reason."""

    def address_beside(self, name: str) -> str:
        """The address of another file of the same folder."""
        return self._transport.address_beside(name)


def _copied(transport: Transport) -> _CopiedFile:
    """A copy of a whole file in one without a name; raises RefusedFile for one that is too large for that."""
    nbytes = 0
    try:
        with tempfile.TemporaryFile() as copy:
            for piece in transport.whole():
                nbytes += len(piece)
                if nbytes > _MOST_WHOLE:
                    message = f"{transport.shown} is refused: its server takes no ranges, and it has over 1 GiB."
                    raise RefusedFile(message, "Download it and name the file.")
                copy.write(piece)
            copy.flush()
            return _CopiedFile(os.dup(copy.fileno()), transport)
    except OSError as error:
        message = f"{transport.shown} cannot be kept in a temporary file: {error.strerror or error}."
        raise FailedRead(message, "Set TMPDIR to a folder with room for it.") from error
