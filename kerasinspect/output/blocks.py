"""The handful of blocks that every page is made of: what is on it, not how it looks.

Text in a block is as the file has it. Each format escapes it for its own medium.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable


Tone: TypeAlias = Literal["plain", "quiet", "warning", "error"]
"""How much a line matters."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of what follows, what kind of thing that is, and facts about it on the same line."""

    name: str
    level: Literal[1, 2, 3]
    """1: the model, 2: a layer, 3: a weight."""
    word: str = ""
    """What is named: model, layer."""
    facts: tuple[str, ...] = ()
    tone: Tone = "quiet"
    """How much the word matters."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or a line of facts."""

    text: str
    tone: Tone = "plain"
    level: Literal[1, 2, 3] = 1
    """That of the heading above it."""
    apart: bool = False
    """Has an empty line before it, whatever that follows."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    title: str
    numeric: bool = False
    """Aligned right."""
    shrinks: bool = False
    """Is cut in the middle where a page is too narrow; without a width, never."""
    optional: bool = False
    """Is left out before anything is cut, the last such column first; without a width, never."""
    telling: bool = False
    """Has room before others that are optional, for which names are cut less."""
    wraps: bool = False
    """Goes on in further lines where a page is too narrow."""
    below: bool = False
    """Holds a sentence, which stands below its row where there is too little room beside it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    cells: tuple[str, ...]
    last: tuple[bool, ...] = ()
    """For each level of the tree down to this row, whether nothing follows there; empty at the top."""
    mark: str = ""
    """What stands before the first cell and is never cut: ``[12]``; as wide in all rows."""
    tone: Tone = "plain"
    """How much the row matters."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under titled columns; the first column may be a tree."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    titled: bool = True
    """Whether a page has its titles; without them each cell says what it is. Forms that need titles have them."""

    def filled(self) -> Table:
        """The table without the columns that no row fills."""
        kept = [at for at in range(len(self.columns)) if at == 0 or any(row.cells[at] for row in self.rows)]
        rows = (replace(row, cells=tuple(row.cells[at] for at in kept)) for row in self.rows)
        return replace(self, columns=tuple(self.columns[at] for at in kept), rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class GridRow:
    """The label of a row and its numbers; a row without numbers stands for those left out."""

    label: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers under labelled columns beside labelled rows, all of them as wide as ``cell``.

    ``rows`` is read once, in order, so that an array of any size passes through.
    """

    columns: tuple[str, ...]
    rows: Iterable[GridRow]
    cell: int
    """Characters of the widest number."""
    label: int
    """Characters of the widest row label."""
    groups: tuple[tuple[str, int], ...] = ()
    """Labels over consecutive columns, each with its number of columns: gates, filters, heads."""
    title: str = ""
    """Which part of a larger array this is: ``channel 2``."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A plane of an array: for each cell a number from -1 to 1, as a share of the scale, or None for no number."""

    cells: tuple[tuple[float | None, ...], ...]
    """Row by row, all equally long."""
    title: str = ""
    """Which gate, head or filter it is."""
    ends: tuple[str, str] = ("", "")
    """The labels of its first and its last column."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Pictures of one height that stand side by side."""

    pictures: tuple[Picture, ...]
    labels: tuple[str, ...]
    """What stands beside each row of cells; empty where nothing does."""
    title: str = ""
    """Which part of a larger array this is: ``channel 2``."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Numbers as colours around zero, or as shades with a sign where there are no colours."""

    strips: tuple[Strip, ...]
    scale: str
    """The number that the strongest colour stands for."""
    is_flawed: bool
    """Whether any cell has no number."""
    is_painted: bool = False
    """Whether it is for a page with colours."""
    wide: int = 2
    """Columns that each cell takes."""
    halves: bool = False
    """Whether a line has two rows of cells; only with colours."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram: how high each bar is, as a share of the picture's height, and a curve of what is expected."""

    heights: tuple[float, ...]
    top: str
    """What the full height stands for."""
    ends: tuple[str, str]
    """The numbers at the left and at the right end."""
    zero: float | None = None
    """Where zero is, as a share of the way from left to right; None where it is not between the ends."""
    curve: tuple[float, ...] = ()
    """How high the curve is over each bar; what is above 1 goes beyond the picture. Empty where nothing is expected."""
    wide: int = 1
    """Columns that each bar takes."""


Block: TypeAlias = "Heading | Paragraph | Table | Grid | HeatMap | Bars"
