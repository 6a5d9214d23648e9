"""One HDF5 dataset from its header alone: shape, dtype, and the storage of its values."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.datasets.chunk_index import ChunkIndex
from kerasinspect.containers.hdf5.datasets.chunks import Chunked, filters_of, passed_limit, unread
from kerasinspect.containers.hdf5.datasets.fill import fill_value
from kerasinspect.containers.hdf5.datatypes import (
    OPAQUE,
    OPAQUE_SIZES,
    UNUSUAL,
    class_at,
    complex_format,
    is_boolean,
    number_format,
    size_at,
)
from kerasinspect.containers.hdf5.messages import (
    CHUNKED,
    COMPACT,
    DATATYPE,
    EXTERNAL_FILES,
    LAYOUT,
    SHARED,
    VIRTUAL,
    Layout,
    chunking_of,
    layout_at,
    sizes_of_run,
)
from kerasinspect.containers.hdf5.superblock import UNDEFINED
from kerasinspect.containers.stored import Contiguous, InMemory, Storage, StoredArray, Unwritten, Withheld
from kerasinspect.dtypes import Encoding
from kerasinspect.errors import COPY_AGAIN, DamagedFile

if TYPE_CHECKING:
    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.hdf5.headers import Header

_UNREAD_KINDS = "OSUV"
"""Texts, references and records: weights are never any of them."""


class _Dataset(NamedTuple):
    """A dataset's header, parsed as far as it tells of the values."""

    file: OpenFile
    header: Header
    path: str
    shape: tuple[int, ...]
    encoding: Encoding
    dtype: str
    layout: Layout

    @property
    def nbytes(self) -> int:
        """Bytes that the values take."""
        return math.prod(self.shape) * self.encoding.itemsize


def stored_array(file: OpenFile, header: Header, path: str) -> tuple[StoredArray, bool]:
    """A dataset as an array, and whether it lies in chunks that may have to be inflated."""
    shape = header.shape()
    encoding, dtype = _dtype_of(header, path)
    layout = layout_at(header.data, header.require(LAYOUT).start)
    dataset = _Dataset(file, header, path, shape or (), encoding, dtype, layout)
    storage = _withheld(dataset, is_null=shape is None) or _laid_out(dataset)
    position, problem = header.address, None
    if isinstance(storage, Contiguous):
        position = max(position, storage.offset)
        if storage.offset + storage.nbytes > file.source.size:
            where = f"{storage.nbytes:,} bytes at {storage.offset:,}"
            problem = f"{path} in {file.source.label} lies outside the file: {where}."
    if isinstance(storage, Unwritten):
        problem = storage.problem
    array = StoredArray(path, dataset.shape, dtype, encoding, storage, position, problem, file.source)
    return array, layout.kind == CHUNKED


def _withheld(dataset: _Dataset, *, is_null: bool) -> Withheld | None:
    """The storage of a dataset whose values are not read, with the reason; None where they may be."""
    path, encoding = dataset.path, dataset.encoding
    if is_null:
        return Withheld(f"{path} has a type, but no values.", is_partial=False)
    if dataset.header.find(EXTERNAL_FILES):
        return Withheld(f"The values of {path} lie in another file, which is not opened.", is_elsewhere=True)
    if dataset.layout.kind == VIRTUAL:
        words = "is a virtual dataset: its values lie in other files, which are not opened"
        return Withheld(f"{path} {words}.", is_elsewhere=True)
    if dataset.dtype == UNUSUAL:
        return Withheld(f"The numbers of {path} are in a format that is not supported.")
    if encoding.kind in _UNREAD_KINDS:
        return Withheld(
            f"{path} holds no numbers, but {encoding.word} values, which are not supported.", is_partial=False
        )
    return None


def _laid_out(dataset: _Dataset) -> Storage:
    """The storage of a dataset's values, by its layout class."""
    file, held, nbytes, start = dataset.file, dataset.header.data, dataset.nbytes, dataset.layout.start
    if dataset.layout.kind == CHUNKED:
        return _chunked_storage(dataset)
    if dataset.layout.kind == COMPACT:
        (size,) = struct.unpack_from("<H", held, start)
        data = held[start + 2 : start + 2 + size]
        _check_size(dataset, {len(data)})
        return InMemory(lambda: data)
    _check_size(dataset, sizes_of_run(dataset.layout, held, dataset.encoding.itemsize))
    (address,) = struct.unpack_from("<Q", held, start)
    if not nbytes:
        return Unwritten(0, dataset.path)
    if address == UNDEFINED:
        return Unwritten(nbytes, dataset.path, fill_value(dataset.header, dataset.encoding.itemsize))
    return Contiguous(file.source, address, nbytes)


def _chunked_storage(dataset: _Dataset) -> Storage:
    """The storage of a chunked dataset's values; the chunks are found when the whole file was walked."""
    path, shape, nbytes, itemsize = dataset.path, dataset.shape, dataset.nbytes, dataset.encoding.itemsize
    filters = filters_of(dataset.header)
    chunking = chunking_of(dataset.layout, dataset.header.data)
    reason = unread(filters, itemsize)
    if chunking is None or reason:
        return Withheld(f"The values of {path} {reason or 'are in chunks of a newer kind'}, which is not supported.")
    chunk, address, width = chunking
    if len(chunk) != len(shape) or not all(chunk) or width != itemsize:
        what = (
            f"chunks of shape {chunk} and values of {width} bytes do not fit its shape {shape} and values of {itemsize}"
        )
        raise DamagedFile(f"{path} in {dataset.file.source.label} is damaged: {what}.", COPY_AGAIN)
    if address == UNDEFINED or not nbytes:
        return Unwritten(nbytes, path, fill_value(dataset.header, itemsize))
    index = ChunkIndex(dataset.file, path, address, shape, chunk)
    numbers = tuple(one.number for one in filters)
    fill = fill_value(dataset.header, itemsize)
    chunked = Chunked(dataset.file, path, shape, dataset.encoding, chunk, numbers, index, fill)
    return passed_limit(chunked, nbytes) or chunked


def _dtype_of(header: Header, path: str) -> tuple[Encoding, str]:
    """How numpy sees a dataset's bytes, and Keras's word for it.

    bfloat16 and float8 are opaque to HDF5: Keras writes their name into the attribute ``dtype``, but not in every
    version and format; without it the bytes are called ``opaque16`` and the layer's dtype policy may tell.
    """
    flags, start, _ = header.require(DATATYPE)
    if flags & SHARED:
        return Encoding("|V1"), UNUSUAL
    data = header.data
    written = number_format(data, start)
    if written is not None:
        return written
    size = size_at(data, start)
    if class_at(data, start) == OPAQUE:
        names = OPAQUE_SIZES.get(size, ())
        word = header.attributes(path).get("dtype") if names else None
        encoding = Encoding.of("<", "u" if names else "V", size)
        return encoding, word if word in names else f"opaque{8 * size}"
    if is_boolean(data, start):
        return Encoding("|i1"), "bool"
    numbers = complex_format(data, start)
    if numbers is not None:
        return numbers, numbers.word
    if header.fallback is None:
        message = f"the datatype of {path} is cut short"
        raise ValueError(message)
    return header.fallback.dtype()


def _check_size(dataset: _Dataset, sizes: set[int]) -> None:
    """Raise DamagedFile where a layout has another size than the dataset's shape and type ask for."""
    if dataset.nbytes not in sizes:
        which = f"{dataset.path} in {dataset.file.source.label}"
        held = " or ".join(f"{size:,}" for size in sorted(sizes))
        message = f"{which} is damaged: it holds {held} bytes where its shape takes {dataset.nbytes:,}."
        raise DamagedFile(message, COPY_AGAIN)
