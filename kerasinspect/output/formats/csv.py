"""Writes the tables of a page as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TextIO

from kerasinspect.names import not_computed
from kerasinspect.output.blocks import Block, Table
from kerasinspect.shown.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    """A cell that a spreadsheet and a terminal show as it is."""
    return not_computed(visible(text))
