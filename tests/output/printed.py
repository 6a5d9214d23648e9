"""Reads printed grids back: which headings and labels stand over and beside each number, by columns alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kerasinspect.shown.escaping import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MARGIN = "    "
"""What a page puts left of a grid."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed number with the words around it; empty where nothing stands there."""

    number: str
    title: str
    heading: str
    column: str
    row: str


def cells(text: str) -> Iterator[Cell]:
    """Every number of the grids on a page that holds nothing else, as a reader finds its labels."""
    for grid in text.split("\n\n"):
        yield from cells_of_grid(grid.splitlines())


def cells_of_grid(lines: Sequence[str]) -> Iterator[Cell]:
    """The numbers of one grid: an unruled line of one label before the columns is its title."""
    lines = [line for line in lines if not line.startswith(f"{MARGIN}left out")]
    title = lines.pop(0).strip() if not lines[0].startswith(MARGIN + "  ") else ""
    headings = spans(lines.pop(0)) if "─" in lines[0] else {}
    columns = spans(lines.pop(0))
    for line in lines:
        label, *_ = re.split(r"\s{2,}", line.removeprefix(MARGIN), maxsplit=1)
        for (start, end), number in spans(line).items():
            if start >= columns_of(MARGIN + label):
                yield Cell(number, title, over(headings, start, end), ending(columns, end), label)


def spans(line: str) -> Mapping[tuple[int, int], str]:
    """The words of a line that two spaces part, each with the columns that it takes."""
    found = {}
    for match in re.finditer(r"\S+(?: \S+)*", line):
        start = columns_of(line[: match.start()])
        found[start, start + columns_of(match[0])] = match[0].strip("─ ")
    return found


def over(headings: Mapping[tuple[int, int], str], start: int, end: int) -> str:
    """The heading whose stroke covers these columns."""
    return next((word for (left, right), word in headings.items() if left <= start and end <= right), "")


def ending(columns: Mapping[tuple[int, int], str], end: int) -> str:
    """The label that ends at a column; a number whose decimals are left blank ends before."""
    return next((word for (_, right), word in columns.items() if end <= right), "")
