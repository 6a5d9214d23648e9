"""The values of arrays as other programs have them, block by block: in dtypes that numpy has, and as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.decoding import decoded
from kerasinspect.dtypes import DTYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.model import Array

_AT_ONCE = 1 << 16
"""Numbers that are read together."""

TEXTS_AT_ONCE = 1 << 12
"""Numbers of which the texts are made together, and labels that are written together.

The texts of one and of its position take some 600 bytes: of as many as are read it was 30 MB, and no faster.
"""

LONGEST_LABEL = 200
"""Characters of what a row is called; no real one comes near."""

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


def numpy_blocks(array: Array, count: int = _AT_ONCE) -> Iterator[np.ndarray[Any, Any]]:
    """All values in C order, about ``count`` at a time; a piece is valid until the next. Raises what reading raises."""
    name = stored_dtype(array.dtype)
    encoding = np.dtype(DTYPES[name].encoding)
    for block in array.blocks(count * encoding.itemsize):
        yield decoded(np.frombuffer(block, encoding), name)


def text_blocks(array: Array) -> Iterator[np.ndarray[Any, Any]]:
    """All values in C order, as many at a time as texts are made of. Raises what reading raises."""
    for block in numpy_blocks(array):
        yield from _pieces(block, TEXTS_AT_ONCE)


def rows_of(array: Array, width: int) -> Iterator[np.ndarray[Any, Any]]:
    """All values as rows of ``width``, as many at a time as texts are made of, or as parts of a row that is wider.

    Raises what reading raises.
    """
    if width > TEXTS_AT_ONCE:
        yield from _parts_of_rows(text_blocks(array), width)
        return
    for rows in _whole_rows(numpy_blocks(array, max(_AT_ONCE // width, 1) * width), width):
        yield from _pieces(rows, TEXTS_AT_ONCE // width)


def _pieces(values: np.ndarray[Any, Any], size: int) -> Iterator[np.ndarray[Any, Any]]:
    """Values, or rows of them, in pieces."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _whole_rows(blocks: Iterable[np.ndarray[Any, Any]], width: int) -> Iterator[np.ndarray[Any, Any]]:
    """Values as rows, which begin and end anywhere in the blocks."""
    left = np.empty(0)
    for block in blocks:
        values = np.concatenate([left, block]) if left.size else block
        whole = values.size // width * width
        if whole:
            yield values[:whole].reshape(-1, width)
        left = values[whole:].copy()


def _parts_of_rows(blocks: Iterable[np.ndarray[Any, Any]], width: int) -> Iterator[np.ndarray[Any, Any]]:
    """Values as rows of which each is a part of one row, or the whole."""
    at = 0
    for block in blocks:
        ends = range(width - at % width, block.size, width)
        yield from (part.reshape(1, -1) for part in np.split(block, ends) if part.size)
        at += block.size


def number_texts(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Each value as the shortest text that reads back to the same bits, read as the dtype itself or as float64."""
    texts = values.astype(np.str_)
    if values.dtype.kind != "f" or values.itemsize >= np.float64().itemsize:
        return texts
    with np.errstate(invalid="ignore"):  # a NaN that signals is still only a NaN
        wide = values.astype(np.float64)
        missed = (texts.astype(np.float64).astype(values.dtype) != values) & ~np.isnan(values)
    if missed.any():  # rounded twice, a text beside the middle of two numbers gives the wrong one
        texts = texts.astype("U32")
        texts[missed] = wide[missed].astype(np.str_)
    return texts
