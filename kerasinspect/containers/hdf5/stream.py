"""Metered reads of headers: every read names its address and is counted; a parser's failure becomes DamagedFile."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from kerasinspect.errors import COPY_AGAIN, DamagedFile, InspectError, RefusedFile
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits

_READ_AHEAD = 1 << 12
_MOST_READINGS, _SLACK = 4, 1 << 16
"""Bytes of headers that may be read: so many times the file's size, and so many more. Real files need about once."""


class MeteredStream:
    """Reads of headers, counted; a file that costs more than its size explains is refused.

    Every read names its address: there is no place at which it stands, which another thread could move.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        """Start with nothing read."""
        self.source = source
        self.limits = limits
        self.spent = 0
        self.values = 0
        """Values of attributes so far."""
        self.spans = array("Q")
        """Address and bytes of every read, one after the other: no array may lie there."""
        self._window = (0, b"")
        """Address and bytes of what was read ahead: a header is many small reads side by side."""

    def at(self, address: int, size: int) -> bytes:
        """``size`` bytes from an address; raises ValueError where not all are there, and what ``charge`` raises."""
        if size < 0 or address + size > self.source.size:
            message = f"bytes {address} to {address + size} of {self.source.size}"
            raise ValueError(message)
        self.charge(size)
        self.spans.extend((address, size))
        start, ahead = self._window
        offset = address - start
        if offset < 0 or offset + size > len(ahead):
            count = min(max(size, _READ_AHEAD), self.source.size - address)
            offset, ahead = 0, self.source.read_at(address, count)
            self._window = (address, ahead)
        return ahead[offset : offset + size]

    def charge(self, nbytes: int) -> None:
        """Count bytes that are read, or that names and paths take; raises RefusedFile where they become too many.

        A small file whose headers are read again and again, or whose long names stand in many paths, would otherwise
        cost any amount of time and memory.
        """
        self.spent += nbytes
        if self.spent > self.limits.hdf5_header_bytes:
            raise over_limit("hdf5_header_bytes", self.spent, self.limits.hdf5_header_bytes, self.source.label)
        if self.spent > _MOST_READINGS * self.source.size + _SLACK:
            message = f"{self.source.label} is refused: its headers ask for more than {_MOST_READINGS} times its bytes."
            raise RefusedFile(message, "No Keras writes such a file: copy or download it again.")

    def charge_values(self, count: int) -> None:
        """Count values of attributes; raises RefusedFile beyond the limit ``hdf5_attribute_values``."""
        self.values += count
        allowed = self.limits.hdf5_attribute_values
        if self.values > allowed:
            raise over_limit("hdf5_attribute_values", self.values, allowed, self.source.label)


class parsing:  # noqa: N801 - used as `with parsing(...)`, a few times for each object of a file
    """Turn whatever the parser raises into DamagedFile that names the place inside the file."""

    __slots__ = ("source", "where")

    def __init__(self, source: Source, where: str) -> None:
        """Say what is parsed."""
        self.source = source
        self.where = where

    def __enter__(self) -> None:
        """Nothing has gone wrong yet."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Let pass what is ours, or not for us; raise DamagedFile instead of anything else."""
        if error is None:
            return
        label = self.source.label
        if isinstance(error, MemoryError):
            message = f"{label} is damaged at {self.where}: it declares more than memory holds."
            raise DamagedFile(message, COPY_AGAIN) from error
        if isinstance(error, Exception) and not isinstance(error, InspectError):
            message = f"{label} is damaged at {self.where}: its structures contradict each other."
            raise DamagedFile(message, COPY_AGAIN) from error
