"""Sentences about arrays that were declared and never written, or not all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.containers.hdf5.datasets.chunks import Chunked
from kerasinspect.containers.stored import Unwritten
from kerasinspect.dtypes import decoded

if TYPE_CHECKING:
    from kerasinspect.containers.stored import StoredArray


def never_written(array: StoredArray) -> str | None:
    """A sentence about the missing values of an array that can be read all the same; None about a whole one."""
    storage = array.storage
    if array.problem or not array.size:
        return None
    if isinstance(storage, Unwritten) and storage.value:
        return f"was never written: each of its values reads as {first_value(array, storage.value)}"
    if isinstance(storage, Chunked) and storage.missing and storage.fill:
        chunks = f"{storage.missing:,} of its {storage.index.count:,} chunks"
        return f"was not written whole: {chunks} are missing, and read as {first_value(array, storage.fill)}"
    return None


def first_value(array: StoredArray, value: bytes) -> object:
    """One value of an array from its bytes."""
    return decoded(np.frombuffer(value, array.encoding), array.dtype)[0]
