"""Metered reads of headers: every read names its address and is counted; a parser's failure becomes DamagedFile."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from kerasinspect.errors import COPY_AGAIN, DamagedFile, InspectError, RefusedFile
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits

_PAGE_BITS = 13
PAGE = 1 << _PAGE_BITS
"""Bytes that are read at once: headers of a few objects stand side by side, and between two groups lie values."""
_MOST_PAGES = 512
"""Pages that are kept: the headers of ResNet152V2 lie in 498, which took 2,600 reads when only the last one was."""
_MOST_READINGS, _SLACK = 4, 1 << 16
"""Bytes of headers that may be read: so many times the file's size, and so many more. Real files need about once."""


class Contradiction(ValueError):
    """What is wrong with bytes, as the end of a sentence."""


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
        """Address and bytes of everything that was read, one after the other: no array may lie there."""
        self._behind = -1
        """The address behind the last read: what is read on from there is the same piece."""
        self._size = source.size
        self._most = min(limits.hdf5_header_bytes, _MOST_READINGS * source.size + _SLACK)
        self._pages: dict[int, bytes] = {}
        """The pages that were read last by their number: a tree is walked forwards, and groups from the last one."""

    def at(self, address: int, size: int) -> bytes:
        """``size`` bytes from an address; raises ValueError where not all are there, and what ``charge`` raises."""
        if size < 0 or address + size > self._size:
            message = f"bytes {address} to {address + size} of {self._size}"
            raise ValueError(message)
        self.spent += size
        if self.spent > self._most:
            raise self._too_many()
        if address == self._behind:
            self.spans[-1] += size
        else:
            self.spans.extend((address, size))
        self._behind = address + size
        number, first = address >> _PAGE_BITS, address & (PAGE - 1)
        if first + size <= PAGE:
            return (self._pages.get(number) or self._page(number))[first : first + size]
        if first + size <= 2 * PAGE:
            pages = (self._pages.get(each) or self._page(each) for each in (number, number + 1))
            return b"".join(pages)[first : first + size]
        return self.source.read_at(address, size)

    def _page(self, number: int) -> bytes:
        """All bytes of a page that is not kept, which it is from now on; none behind the end of the file."""
        if len(self._pages) >= _MOST_PAGES:
            del self._pages[next(iter(self._pages))]
        start = number << _PAGE_BITS
        page = self._pages[number] = self.source.read_at(start, min(PAGE, max(0, self._size - start)))
        return page

    def forget(self) -> None:
        """Let go of the pages that are kept."""
        self._pages.clear()

    def charge(self, nbytes: int) -> None:
        """Count bytes that are read, or that names and paths take; raises RefusedFile where they become too many.

        A small file whose headers are read again and again, or whose long names stand in many paths, would otherwise
        cost any amount of time and memory.
        """
        self.spent += nbytes
        if self.spent > self._most:
            raise self._too_many()

    def _too_many(self) -> RefusedFile:
        """The error for bytes beyond a limit, or beyond what the size of the file explains."""
        if self.spent > self.limits.hdf5_header_bytes:
            return over_limit("hdf5_header_bytes", self.spent, self.limits.hdf5_header_bytes, self.source.label)
        message = f"{self.source.label} is refused: its headers ask for more than {_MOST_READINGS} times its bytes."
        return RefusedFile(message, "No Keras writes such a file: copy or download it again.")

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
            what = error if isinstance(error, Contradiction) else "its structures contradict each other"
            message = f"{label} is damaged at {self.where}: {what}."
            raise DamagedFile(message, COPY_AGAIN) from error
