"""Blocks as JSON that a page carries and draws: text is safe to show, and nothing in it ends the page's own tags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, assert_never

from kerasinspect.output.blocks import Bars, Block, Grid, Heading, HeatMap, Paragraph, Table
from kerasinspect.shown.escaping import visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.output.blocks import Row
    from kerasinspect.output.formats.json import Document, Writable


def embedded(value: Writable) -> str:
    """A value as JSON on one line, for a script element of data: no ``<`` in it can begin a tag."""
    return _ENCODER.encode(value).replace("<", "\\u003c")


_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def blocks_document(blocks: Iterable[Block]) -> list[Writable]:
    """Blocks as the script of a page draws them."""
    return [block_document(block) for block in blocks]


def block_document(block: Block) -> Document:
    """One block."""
    match block:
        case Heading():
            facts = [visible_name(fact) for fact in block.facts]
            name = visible_name(block.name)
            return {"kind": "heading", "level": block.level, "word": block.word, "name": name, "facts": facts}
        case Paragraph():
            return {"kind": "paragraph", "tone": block.tone, "level": block.level, "text": visible(block.text)}
        case Table():
            return {"kind": "table", **table_document(block)}
        case Grid():
            return {"kind": "grid", **_grid_document(block)}
        case HeatMap() | Bars():
            raise TypeError("A page of HTML has pictures of its own.")
        case _:
            assert_never(block)


def table_document(table: Table) -> Document:
    """The titles of a table, which of its columns are numbers, and its rows, each with its depth in a tree."""
    return {
        "titles": [column.title for column in table.columns],
        "numeric": [column.numeric for column in table.columns],
        "long": [column.below for column in table.columns],
        "rows": [_cells(row) for row in table.rows],
        "depths": [len(row.last) for row in table.rows] if any(row.last for row in table.rows) else None,
        "tones": {str(at): row.tone for at, row in enumerate(table.rows) if row.tone != "plain"},
    }


def _cells(row: Row) -> list[str]:
    """The cells of a row, its mark before the first, each safe to show."""
    first, *others = (visible_name(cell) if cell else "" for cell in row.cells)
    return [f"{row.mark} {first}" if row.mark else first, *others]


def _grid_document(grid: Grid) -> Document:
    """A part of an array as labelled numbers; a row without numbers stands for those left out."""
    return {
        "title": visible_name(grid.title) if grid.title else "",
        "columns": [visible_name(label) for label in grid.columns],
        "groups": [[visible_name(label), width] for label, width in grid.groups],
        "rows": [[visible_name(row.label), *row.cells] for row in grid.rows],
    }
