"""One HDF5 dataset from its header alone: shape, dtype, and where its values lie."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from kerasinspect.errors import DamagedFile
from kerasinspect.reading.chunks import chunked_storage
from kerasinspect.reading.dtypes import UNUSUAL, dtype_of
from kerasinspect.reading.hdf5_header import UNDEFINED, Header, OpenFile
from kerasinspect.reading.stored import Contiguous, InMemory, Storage, StoredArray, Unwritten, Withheld

if TYPE_CHECKING:
    import numpy as np

COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL = range(4)
FIRST_WITH_CLASS_BYTE = 3
"""The version of the layout message whose second byte is the layout class."""
EXTERNAL_FILES, LAYOUT = 0x07, 0x08
UNREAD_KINDS = "OSUV"
"""Texts, references and records: weights are never any of them."""


class Dataset(NamedTuple):
    """What a dataset's header says of its values."""

    file: OpenFile
    header: Header
    path: str
    shape: tuple[int, ...]
    encoding: np.dtype[Any]
    dtype: str

    @property
    def nbytes(self) -> int:
        """Bytes that the values take."""
        return math.prod(self.shape) * self.encoding.itemsize


def stored_array(file: OpenFile, header: Header, path: str) -> tuple[StoredArray, bool]:
    """A dataset as an array, and whether it lies in chunks that may have to be inflated."""
    shape = tuple(int(size) for size in header.shape or ())
    encoding, dtype = dtype_of(header)
    dataset = Dataset(file, header, path, shape, encoding, dtype)
    storage = withheld(dataset) or laid_out(dataset)
    position, problem = 0, None
    if isinstance(storage, Contiguous):
        position = storage.offset
        if storage.offset + storage.nbytes > file.source.size:
            where = f"{storage.nbytes:,} bytes at {storage.offset:,}"
            problem = f"{path} in {file.source.label} lies outside the file: {where}."
    if isinstance(storage, Unwritten):
        problem = storage.problem
    array = StoredArray(path, shape, dtype, encoding, storage, position, problem)
    return array, layout_of(header) == CHUNKED


def layout_of(header: Header) -> int:
    """The layout class, also of the versions that pyfive does not read."""
    at = header.find_msg_type(LAYOUT)[0]["offset_to_message"]
    version, second = header.msg_data[at : at + 2]
    return int(second if version >= FIRST_WITH_CLASS_BYTE else header.get_id_storage_params()[1])


def withheld(dataset: Dataset) -> Withheld | None:
    """Why a dataset's values are not read, or None where they may be."""
    header, path, encoding = dataset.header, dataset.path, dataset.encoding
    if header.find_msg_type(EXTERNAL_FILES):
        return Withheld(f"The values of {path} lie in another file, which is not opened.")
    if layout_of(header) == VIRTUAL:
        return Withheld(f"{path} is a virtual dataset: its values lie in other files, which are not opened.")
    if encoding.kind in UNREAD_KINDS:
        return Withheld(f"{path} holds no numbers, but {encoding.name} values, which are not read.", is_partial=False)
    if dataset.dtype == UNUSUAL:
        return Withheld(f"The numbers of {path} are in a format that is not read.")
    return None


def laid_out(dataset: Dataset) -> Storage:
    """Where a dataset's values are, by its layout class."""
    file, header, nbytes = dataset.file, dataset.header, dataset.nbytes
    _, layout, offset = header.get_id_storage_params()
    if layout == CHUNKED:
        return chunked_storage(file, header, dataset.path, dataset.shape, dataset.encoding)
    if layout == COMPACT:
        (size,) = struct.unpack_from("<H", header.msg_data, offset)
        data = bytes(header.msg_data[offset + 2 : offset + 2 + size])
        if len(data) < nbytes:
            message = f"{dataset.path} in {file.source.label} is damaged: it holds {len(data):,} of {nbytes:,} bytes."
            raise DamagedFile(message, "Get the file from its source again.")
        return InMemory(lambda: data[:nbytes])
    (address,) = struct.unpack_from("<Q", header.msg_data, offset)
    if address == UNDEFINED or not nbytes:
        return Unwritten(nbytes, dataset.path)
    return Contiguous(file.source, address, nbytes)
