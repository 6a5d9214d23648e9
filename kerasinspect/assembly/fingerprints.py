"""What tells the bytes of one array from those of another: all of them, or only those at its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.errors import DamagedFile

if TYPE_CHECKING:
    from kerasinspect.containers.stored import StoredArray

_SAMPLE = 256
"""Bytes at each end of an array that are compared before all of it is read."""


class _Digest(NamedTuple):
    """What equal arrays have in common."""

    sha256: bytes
    varies: bool
    """Its values are not all the same."""


def digest(array: StoredArray) -> _Digest:
    """The digest of all bytes of an array; raises DamagedFile or RefusedFile where they cannot be read."""
    from hashlib import sha256  # noqa: PLC0415 - few models have arrays that are told apart by all of their bytes

    total = sha256()
    first, varies = b"", False
    width = array.encoding.itemsize
    for piece in array.blocks():
        total.update(piece)
        first = first or bytes(piece[:width])
        varies = varies or bytes(piece) != first * (len(piece) // width)
    return _Digest(total.digest(), varies)


def ends(array: StoredArray) -> bytes:
    """The first and the last bytes of an array; raises DamagedFile or RefusedFile where they cannot be read."""
    if array.problem:
        raise DamagedFile(array.problem)
    count = min(array.nbytes, _SAMPLE)
    return bytes(array.storage.read(0, count)) + bytes(array.storage.read(array.nbytes - count, count))
