"""Sentences about arrays that were declared and never written, or not all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.datasets.chunks import Chunked
from kerasinspect.containers.stored import Unwritten
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from kerasinspect.containers.stored import StoredArray


def never_written(array: StoredArray) -> Remark | None:
    """A remark on the missing values of an array that can be read all the same; None on a whole one."""
    storage = array.storage
    if array.problem or not array.size:
        return None
    if isinstance(storage, Unwritten) and storage.value:
        return Remark("never-written", array.path, (_first_value(array, storage.value),))
    if isinstance(storage, Chunked) and storage.missing and storage.fill:
        facts = (storage.missing, storage.index.count, _first_value(array, storage.fill))
        return Remark("partly-written", array.path, facts)
    return None


def _first_value(array: StoredArray, value: bytes) -> str:
    """One value of an array from its bytes."""
    from kerasinspect.containers.values import first_value  # noqa: PLC0415 - numpy comes with it

    return first_value(value, array.encoding, array.dtype)
