"""A result that lists things, written in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
