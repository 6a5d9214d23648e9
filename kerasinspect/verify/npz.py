"""Archives of arrays as numpy saves them, read with suspicion: whoever made one may have made it to harm.

Its headers are matched and never evaluated, its arrays are numbers or text and never Python objects, and no array is
made before its size was compared with the bytes that are there.
"""

from __future__ import annotations

import math
import re
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.containers.sources import open_source
from kerasinspect.containers.zip.archive import open_archive
from kerasinspect.errors import DamagedFile, RequestError, UnreadableFile
from kerasinspect.formats.npz_weights import HEADER_LIMIT, MAGIC, MOST_AXES, SHORTEST
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT, check_inflation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.zip.archive import Archive
    from kerasinspect.limits import Limits

_ENDING = ".npy"

_HEADER = re.compile(
    rb"\{'descr': '(?P<code>[|<>]?(?:b1|[iu][1248]|f[248]|c8|c16|[SU][1-9]\d{0,7}))', "
    rb"'fortran_order': (?P<by_columns>True|False), 'shape': \((?P<shape>[0-9, ]{0,999})\), \} *\n"
)
"""The header of an array of numbers or of text, as numpy writes it."""

_REMEDY = "Make it with numpy.savez, from arrays of numbers or of text."


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays of an archive, by name; each is read when it is asked for."""

    path: str
    archive: Archive

    @property
    def names(self) -> list[str]:
        """What the arrays are called."""
        return [name.removesuffix(_ENDING) for name in self.archive.members]

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        """One array; raises RequestError where it cannot be read."""
        with _readable(self.path):
            member = self.archive.readable(name + _ENDING)
            limits, where = self.archive.limits, self.archive.where(member)
            check_inflation(member.compressed_size, member.size, limits, "archive_ratio", where)
            return _array_in(self.archive.read(member.name, member.size), where)


@contextmanager
def open_arrays(path: str, limits: Limits = DEFAULT) -> Iterator[Arrays]:
    """The arrays of a file; raises RequestError for one that holds none, or that cannot be read."""
    with _readable(path):
        source = open_source(path)
    with closing(source):
        if source.size >= len(MAGIC) and source.read_at(0, len(MAGIC)) == MAGIC:
            raise RequestError(f"{path} holds one array without a name.", "Make it with numpy.savez, not numpy.save.")
        with _readable(path):
            archive = open_archive(source, limits)
        if not archive.members or not all(name.endswith(_ENDING) for name in archive.members):
            raise RequestError(f"{path} is not an archive of arrays.", _REMEDY)
        with closing(archive):
            yield Arrays(path, archive)


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """Turn what is wrong with a file into what is wrong with the request for it."""
    try:
        yield
    except UnreadableFile as error:
        raise RequestError(f"{path} cannot be read as an npz file: {error.message}", _REMEDY) from error


def _array_in(data: bytes, where: str) -> np.ndarray[Any, Any]:
    """The array in the bytes of one ``.npy`` file; raises DamagedFile for any other."""
    if not data.startswith(MAGIC) or len(data) < SHORTEST:
        raise DamagedFile(f"{where} is not a NumPy array.", _REMEDY)
    start = 10 if data[len(MAGIC)] == 1 else SHORTEST
    length = int.from_bytes(data[8:start], "little")
    written = _HEADER.match(data[start : start + min(length, HEADER_LIMIT)])
    if written is None:
        raise DamagedFile(
            f"{where} holds neither numbers nor text, or says so in a way that is not supported.", _REMEDY
        )
    shape = tuple(int(size) for size in re.findall(rb"[0-9]+", written["shape"]))
    dtype = np.dtype(written["code"].decode())
    values = memoryview(data)[start + length :]
    if len(shape) > MOST_AXES or dtype.itemsize * math.prod(shape) != len(values):
        raise DamagedFile(f"{where} declares another number of values than it has.", _REMEDY)
    try:
        return np.frombuffer(values, dtype).reshape(shape, order="F" if written["by_columns"] == b"True" else "C")
    except (OverflowError, ValueError) as error:  # an axis of no values beside one of more than there can be
        raise DamagedFile(f"{where} has a shape that no array has.", _REMEDY) from error
