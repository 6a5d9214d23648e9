"""Arrays as CSV, for spreadsheets and data frames: one in labelled rows and columns, several with a line a number.

A matrix has a row of the table for each of its own, and a vector a column. An array of more axes, or several arrays,
have a line for each number, with its position along every axis. Floats read back to the same bits.

Source: RFC 4180, with a bare newline at the end of a line.
"""

from __future__ import annotations

import csv
from io import TextIOWrapper
from itertools import count, islice
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.errors import RequestError
from kerasinspect.exporting.values import LONGEST_LABEL, TEXTS_AT_ONCE, number_texts, rows_of, text_blocks
from kerasinspect.names import cut, not_computed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO, TextIO

    from kerasinspect.axes import Axis
    from kerasinspect.exporting.results import Exported

_VALUE = "value"
"""The title of the column of numbers where there is a line for each."""

_TABLE_AXES = 2
"""Axes of an array whose rows are rows of the table."""

_WIDEST = 1 << 18
"""Numbers of the longest row of a matrix that is one of the table."""

_LONGEST_NAME = 1_000
"""Characters of a name that stands on each line; no real one comes near."""


def require_short_names(arrays: Sequence[Exported]) -> None:
    """Raise RequestError for a name that would fill a disk, since it stands on the line of each number."""
    longest = max((exported.name for exported in arrays), key=len)
    if len(arrays) > 1 and len(longest) > _LONGEST_NAME:
        shown = cut(longest, LONGEST_LABEL)
        raise RequestError(
            f'The name "{shown}" is too long to stand on each line of a file .csv.',
            "Write another form, or select other weights.",
        )


def write_csv(arrays: Sequence[Exported], stream: BinaryIO) -> None:
    """Write one array as a table, or several in lines of their own."""
    text = TextIOWrapper(stream, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    if len(arrays) > 1:
        writer.writerows(_several(arrays))
    elif _is_table(arrays[0].shape):
        _write_table(arrays[0], text)
    else:
        writer.writerow([*_titles(arrays[0].axes), _VALUE])
        writer.writerows(_lines(arrays[0], len(arrays[0].shape)))
    text.flush()
    text.detach()


def _is_table(shape: tuple[int, ...]) -> bool:
    """Whether an array is a vector or a matrix that a table can have, and has values."""
    return len(shape) in {1, _TABLE_AXES} and 0 not in shape and prod(shape[1:]) <= _WIDEST


def _write_table(exported: Exported, text: TextIO) -> None:
    """Write the titles of the columns, then each row of a matrix, or each number of a vector, behind its label.

    A long row is written in parts, so that only some of its texts are there at once.
    """
    begin = csv.writer(text, lineterminator="")
    for cells, is_end in _parts_of_table(exported):
        begin.writerow(cells)
        text.write("\n" if is_end else ",")


def _parts_of_table(exported: Exported) -> Iterator[tuple[list[str], bool]]:
    """Cells of the table in order, and whether they end a row."""
    rows, *others = exported.axes
    columns = others[0] if others else None
    width = 1 if columns is None else columns.size
    titles = iter([_cell(exported.weight.name)]) if columns is None else map(_short, columns.all_labels())
    first = [_cell(rows.name)]
    for start in range(0, width, TEXTS_AT_ONCE):
        yield [*first, *islice(titles, TEXTS_AT_ONCE)], start + TEXTS_AT_ONCE >= width
        first = []
    at, labels = 0, map(_short, rows.all_labels())
    for some in rows_of(exported.array, width):
        for texts in number_texts(some).tolist():
            begin = [next(labels)] if at % width == 0 else []
            at += len(texts)
            yield [*begin, *texts], at % width == 0


def _short(label: str) -> str:
    """What one step along an axis is called; of a long name the beginning, since each step has it."""
    return _cell(cut(label, LONGEST_LABEL))


def _titles(axes: Sequence[Axis]) -> list[str]:
    """The names of axes, those that several have with a number, and none as the numbers are called."""
    taken, titles = {_VALUE}, []
    for axis in axes:
        names = (axis.name if number == 1 else f"{axis.name} {number}" for number in count(1))
        titles.append(next(name for name in names if name not in taken))
        taken.add(titles[-1])
    return [*map(_cell, titles)]


def _several(arrays: Sequence[Exported]) -> Iterator[Iterable[str]]:
    """A line for each number of several arrays, with the name of its array and its position along each axis."""
    most = max(len(exported.shape) for exported in arrays)
    yield ["weight", *(f"axis {axis}" for axis in range(most)), _VALUE]
    for exported in arrays:
        name = _cell(exported.name)
        yield from ([name, *line] for line in _lines(exported, most))


def _lines(exported: Exported, most: int) -> Iterator[list[str]]:
    """Each number of an array behind its position along each axis, in ``most`` columns."""
    shape = exported.shape
    blanks = [""] * (most - len(shape))
    start = 0
    for block in text_blocks(exported.array):
        places = np.unravel_index(np.arange(start, start + block.size), shape) if shape else ()
        columns = [place.astype(np.str_).tolist() for place in places]
        yield from ([*at, *blanks, text] for *at, text in zip(*columns, number_texts(block).tolist(), strict=True))
        start += block.size


def _cell(text: str) -> str:
    """A name that neither a spreadsheet nor a terminal acts upon: what cannot be seen is written as Python does."""
    seen = (one if one.isprintable() else one.encode("unicode_escape").decode() for one in cut(text, _LONGEST_NAME))
    return not_computed("".join(seen))
