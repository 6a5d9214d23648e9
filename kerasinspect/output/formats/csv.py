"""Writes the tables of a page as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TextIO

from kerasinspect.output.blocks import Block, Table
from kerasinspect.output.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a cell for a formula; some take the wide forms of these for the same."""


def write_csv(blocks: Iterable[Block], stream: TextIO) -> None:
    """Write every table that has columns: a line of titles, then a line for each row; other blocks are left out.

    Source: RFC 4180, with a bare newline at the end of a line.
    """
    writer = csv.writer(stream, lineterminator="\n")
    for block in blocks:
        if isinstance(block, Table) and block.columns:
            writer.writerow([_cell(column.title) for column in block.columns])
            writer.writerows([_cell(text) for text in row.cells] for row in block.rows)


def _cell(text: str) -> str:
    """A cell that a spreadsheet shows as it is: text that it would compute gets an apostrophe before it."""
    shown = visible(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA_STARTS) and not _is_number(shown) else shown


def _is_number(text: str) -> bool:
    """Whether the text is a number and nothing else."""
    try:
        float(text)
    except ValueError:
        return False
    return True
