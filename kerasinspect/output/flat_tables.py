"""Documents as rows of one flat table, for spreadsheets: a column has the name that JSON has for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import replace
from kerasinspect.output.blocks import Column, Row, Table
from kerasinspect.output.wording import shape_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.output.formats.json import Document, Writable


def flat_table(documents: Iterable[Document], keys: Sequence[str]) -> Table:
    """One row for each document, with what it has under these keys."""
    rows = (Row(tuple(_cell(document.get(key)) for key in keys)) for document in documents)
    return Table(tuple(map(Column, keys)), tuple(rows))


def located(table: Table, location: str) -> Table:
    """The table with a last column that says which file each row is of."""
    rows = (replace(row, cells=(*row.cells, location)) for row in table.rows)
    return Table((*table.columns, Column("location")), tuple(rows))


def _cell(value: Writable) -> str:
    """A value as text: nothing for None, a shape in brackets, other lists with commas, numbers with all digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return shape_text(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_cell, value))
    return str(value)
