"""Begins a long page with what gives an overview of it; no value is read for that which is not shown next."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, assert_never

from kerasinspect.late.dataclasses import replace
from kerasinspect.output.blocks import Bars, Block, Grid, Heading, HeatMap, Paragraph, Table
from kerasinspect.output.layout.bars import BAR_LINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def with_overview(blocks: Iterator[Block], overview: Iterable[Block], room: int) -> Iterator[Block]:
    """The blocks, after the overview where they take more lines than there is room for."""
    begun: list[Block] = []
    for block in blocks:
        kept, lines = _measured(block, room)
        begun.append(kept)
        room -= lines
        if room < 0:
            yield from overview
            break
    yield from chain(begun, blocks)


def _measured(block: Block, room: int) -> tuple[Block, int]:
    """A block to be written later, and about how many lines it takes; of a grid rows are read until they are enough."""
    match block:
        case Heading():
            return block, 2
        case Paragraph():
            return block, 1
        case Table():
            return block, len(block.rows) + 2
        case Grid():
            rows = iter(block.rows)
            begun = [*islice(rows, max(0, room))]
            return replace(block, rows=chain(begun, rows)), len(begun) + 2
        case HeatMap():
            return block, sum(len(strip.labels) // (1 + block.halves) + 2 for strip in block.strips)
        case Bars():
            return block, BAR_LINES
        case _:
            assert_never(block)
