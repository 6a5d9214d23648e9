"""A result that lists things, written in the form that was asked for, and those of several models as one."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, assert_never

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kerasinspect.commands.options import ListForm
    from kerasinspect.output.blocks import Block, Table
    from kerasinspect.output.formats.json import Document
    from kerasinspect.writing import Target


@dataclass(frozen=True, slots=True)
class Listing:
    """One result in every form, of which only the one that is asked for is made."""

    page: Callable[[], Iterable[Block]]
    document: Callable[[], Document]
    lines: Callable[[], Iterable[Document]]
    """A document for each thing that is listed."""
    table: Callable[[], Table]
    """The same things in one flat table, with all digits."""


def emit_listing(listing: Listing, form: ListForm, output: Target | None, *read: str | None) -> None:
    """Write a listing to standard output, or to a file that is none of those read."""
    from kerasinspect.commands.emitting import emit_blocks, emit_csv, emit_document, emit_lines, emit_markdown

    match form:
        case "table":
            emit_blocks(listing.page(), output, *read)
        case "json":
            emit_document(listing.document(), output, *read)
        case "jsonl":
            emit_lines(listing.lines(), output, *read)
        case "csv":
            emit_csv(listing.table(), output, *read)
        case "markdown":
            emit_markdown(listing.page(), output, *read)
        case _:
            assert_never(form)


def together(listings: Iterator[Listing]) -> Listing:
    """The listings of several models as one."""
    return Listing(
        lambda: chain.from_iterable(listing.page() for listing in listings),
        lambda: {"schema": "kerasinspect.models/1", "models": (listing.document() for listing in listings)},
        lambda: chain.from_iterable(listing.lines() for listing in listings),
        lambda: _joined(listing.table() for listing in listings),
    )


def _joined(tables: Iterable[Table]) -> Table:
    """The rows of several tables under the titles that they share."""
    from kerasinspect.output.blocks import Table

    read = [*tables]
    columns = next((table.columns for table in read if table.columns), ())
    return Table(columns, tuple(row for table in read for row in table.rows))
