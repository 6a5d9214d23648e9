"""``summary`` as blocks: the layer tree, or the sorted list, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.pages.head import TOTAL_WORDS, head_blocks
from kerasinspect.output.wording import bytes_in_words, counted, shape_text, share_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.summarising import Summary, SummedLayer

_COLUMNS = (
    Column("layer", shrinks=True),
    Column("class", shrinks=True),
    Column("output shape", wraps=True),
    Column("parameters", numeric=True),
    Column("share", numeric=True, optional=True),
    Column("size", numeric=True, optional=True),
    Column("dtype", optional=True),
    Column("trainable"),
)

_CONNECTED = Column("connected to", wraps=True, optional=True)


def summary_blocks(summary: Summary) -> Iterator[Block]:
    """The page of ``summary``."""
    yield from head_blocks(summary.model)
    yield layer_table(summary)
    if summary.left_out:
        yield Paragraph(f"left out: {counted(summary.left_out, 'smaller layer')}", "quiet")
    yield Table(
        (Column("total"), Column("parameters", numeric=True), Column("size", numeric=True)), tuple(_totals(summary))
    )


def layer_table(summary: Summary) -> Table:
    """One row for each layer, those below it after it."""
    columns = (*_COLUMNS, _CONNECTED) if summary.branches else _COLUMNS
    rows = tuple(_rows(summary, summary.entries, (), connected=summary.branches))
    return _without_empty_columns(Table(columns, rows))


def _without_empty_columns(table: Table) -> Table:
    """The table without the columns that say nothing in any row."""
    kept = [number for number, cells in enumerate(zip(*(row.cells for row in table.rows), strict=True)) if any(cells)]
    rows = tuple(Row(tuple(row.cells[number] for number in kept), row.last) for row in table.rows)
    return Table(tuple(table.columns[number] for number in kept), rows) if kept else table


def _rows(
    summary: Summary, entries: tuple[SummedLayer, ...], last: tuple[bool, ...], *, connected: bool
) -> Iterator[Row]:
    """The rows of some entries and of everything below them."""
    for number, entry in enumerate(entries):
        layer, total = entry.layer, entry.total
        cells = (
            layer.name if summary.tree else layer.path,
            layer.class_name,
            shape_text(layer.output_shape),
            f"{total.parameters:,}" if total.arrays else _unbuilt(entry),
            share_in_words(total.parameters, summary.total.parameters) if total.arrays else "",
            bytes_in_words(total.nbytes) if total.arrays else "",
            ", ".join(entry.dtypes),
            _trainable(entry) if total.arrays else "",
        )
        inside = (*last, number == len(entries) - 1)
        own = inside[1:] if summary.tree else ()
        yield Row((*cells, ", ".join(layer.inbound)) if connected else cells, own)
        yield from _rows(summary, entry.entries, inside, connected=connected)


def _trainable(entry: SummedLayer) -> str:
    """Whether the layer trains; nothing where some of it does, or nothing tells."""
    if entry.layer.trainable is False:
        return "frozen"
    return {True: "yes", False: "no", None: ""}[entry.trainable]


def _unbuilt(entry: SummedLayer) -> str:
    """What stands for the parameters of a layer without weights."""
    return "unbuilt" if entry.layer.built is False and not entry.layer.weightless else ""


def _totals(summary: Summary) -> Iterator[Row]:
    """One row for each kind of array."""
    yield Row(("all weights", f"{summary.total.parameters:,}", bytes_in_words(summary.total.nbytes)))
    for kind, total in summary.totals.items():
        yield Row((TOTAL_WORDS[kind], f"{total.parameters:,}", bytes_in_words(total.nbytes)))
