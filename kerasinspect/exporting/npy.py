"""Arrays as numpy saves them: ``.npy`` for one, and ``.npz``, an archive of these, for any number.

Source: numpy/lib/format.py, versions 1.0 and 2.0 of the format.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from math import prod
from typing import TYPE_CHECKING, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from kerasinspect.arguments import SELECTORS
from kerasinspect.errors import RequestError
from kerasinspect.exporting.values import numpy_blocks, numpy_dtype
from kerasinspect.formats.existing_files import BLANKS, EXPORTED_ARCHIVE
from kerasinspect.formats.npz_weights import MAGIC, SHORTEST
from kerasinspect.names import LONGEST_SHOWN, cut, is_text, leads_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from kerasinspect.exporting.results import Exported

_ENDING = ".npy"

_AT_ONCE = 1 << 20
"""Numbers that are written together."""

_BLOCK = 64
"""Bytes of which a header has some number, as numpy wants it."""

_LONGEST_NAME = (1 << 16) - 1
"""Bytes of a member's name, as many as ZIP allows."""


def require_one(arrays: Sequence[Exported]) -> None:
    """Raise RequestError unless there is one array."""
    if len(arrays) != 1:
        raise RequestError(
            f"A file .npy holds one array, and {len(arrays):,} are selected.",
            f"Select one with {SELECTORS}, or write them to a file .npz.",
        )


def write_npy(arrays: Sequence[Exported], stream: BinaryIO) -> None:
    """Write the one array."""
    stream.writelines(_pieces(arrays[0]))


def require_members(arrays: Sequence[Exported]) -> None:
    """Raise RequestError for a name that no member of an archive may have."""
    for array in arrays:
        if problem := _problem(array.name):
            shown = cut(array.name, LONGEST_SHOWN)
            raise RequestError(
                f'"{shown}" {problem}, so it cannot be the name of a member of an archive.',
                "Write .safetensors or .json, where a name is no path, or select other weights.",
            )


def _problem(name: str) -> str:
    """The rest of a sentence that says why a name cannot be that of a member; empty where it can."""
    if "\0" in name:
        return "holds a NUL, at which other readers end it"
    if leads_out(name):
        return "would lead out of the folder that the archive is unpacked in"
    if not is_text(name):
        return "holds half a character"
    is_long = len(name.encode()) + len(_ENDING) > _LONGEST_NAME
    return f"has more than {_LONGEST_NAME:,} bytes" if is_long else ""


class _Forwards:
    """A stream that is only written forwards: a device says that it can be anywhere, and is always at its beginning."""

    __slots__ = ("flush", "write")

    def __init__(self, stream: BinaryIO) -> None:
        """Take over what the stream does, but not where it is."""
        self.write, self.flush = stream.write, stream.flush


def write_npz(arrays: Sequence[Exported], stream: BinaryIO) -> None:
    """Write an archive with a member for each array, one block after another, as ``numpy.load`` reads it."""
    is_file = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    with ZipFile(stream if is_file else cast("BinaryIO", _Forwards(stream)), "w", ZIP_STORED) as archive:
        archive.comment = EXPORTED_ARCHIVE
        for array in arrays:
            info = ZipInfo(array.name + _ENDING)  # without a date of its own, so that equal arrays give equal files
            info.file_size = min(_header_and_values(array), sys.maxsize)  # a damaged file may declare more
            with archive.open(info, "w") as member:
                for piece in _pieces(array):
                    member.write(piece)


def _header_and_values(exported: Exported) -> int:
    """Bytes of one array with its header, from which 64-bit sizes follow."""
    return len(_header(exported)) + prod(exported.shape) * numpy_dtype(exported.dtype).itemsize


def _pieces(exported: Exported) -> Iterator[bytes | memoryview]:
    """The header of one array, then its bytes."""
    yield _header(exported)
    for values in numpy_blocks(exported.array, _AT_ONCE):
        yield values.data


def _header(exported: Exported) -> bytes:
    """What says dtype and shape of one array, with the blanks that show whose it is."""
    dtype = numpy_dtype(exported.dtype)
    told = f"{{'descr': {dtype.str!r}, 'fortran_order': False, 'shape': {exported.shape!r}, }}"
    least = SHORTEST + len(told) + BLANKS
    padded = told.encode().ljust(-(-least // _BLOCK) * _BLOCK - len(MAGIC) - 5) + b"\n"
    return MAGIC + bytes((1, 0)) + struct.pack("<H", len(padded)) + padded
