"""The values of arrays as other programs have them, block by block: in dtypes that numpy has, and as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.dtypes import DTYPES, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.model import Array

_BLOCK = 1 << 20
"""Bytes that are read at a time; of their texts, a few of which are there at once, each takes about a hundred times as
much as a number."""

_SMALL_INTEGER = re.compile(r"(u?int)[24]")
"""A dtype of integers that share bytes in the file, and have a byte each once they are unpacked."""


def is_exportable(dtype: str) -> bool:
    """Whether arrays of a dtype hold numbers that can be written."""
    return dtype in DTYPES or _SMALL_INTEGER.fullmatch(dtype) is not None


def stored_dtype(dtype: str) -> str:
    """The dtype in whole bytes that holds the values of another one exactly: int8 for int4."""
    return _SMALL_INTEGER.sub(r"\g<1>8", dtype)


def numpy_dtype(dtype: str) -> np.dtype[Any]:
    """The little-endian dtype of numpy that holds the values of another one exactly: float32 for bfloat16, float8."""
    return decoded(np.empty(0, DTYPES[stored_dtype(dtype)].encoding), stored_dtype(dtype)).dtype


def numpy_blocks(array: Array, size: int = _BLOCK) -> Iterator[np.ndarray[Any, Any]]:
    """All values in C order, in pieces with one axis; one is valid until the next. Raises what reading raises."""
    name = stored_dtype(array.dtype)
    encoding = DTYPES[name].encoding
    for block in array.blocks(size):
        yield decoded(np.frombuffer(block, encoding), name)


def rows_of(array: Array, width: int) -> Iterator[np.ndarray[Any, Any]]:
    """All values as rows of ``width``, some at a time; raises what reading raises."""
    row = width * numpy_dtype(array.dtype).itemsize
    left = np.empty(0)
    for block in numpy_blocks(array, max(_BLOCK // row * row, row)):
        values = np.concatenate([left, block]) if left.size else block
        whole = values.size // width * width
        if whole:
            yield values[:whole].reshape(-1, width)
        left = values[whole:].copy()


def number_texts(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Each value as the shortest text that reads back to the same bits, read as the dtype itself or as float64."""
    texts = values.astype(np.str_)
    if values.dtype.kind != "f" or values.itemsize >= np.float64().itemsize:
        return texts
    wide = values.astype(np.float64)
    missed = (texts.astype(np.float64).astype(values.dtype) != values) & ~np.isnan(values)
    if missed.any():  # rounded twice, a text beside the middle of two numbers gives the wrong one
        texts = texts.astype("U32")
        texts[missed] = wide[missed].astype(np.str_)
    return texts
