"""The pages about two models that are held against each other, and about a series of checkpoints."""

from __future__ import annotations

from itertools import chain, takewhile
from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Heading
from kerasinspect.output.pages.diff import diff_blocks
from kerasinspect.output.pages.series import series_blocks
from kerasinspect.output.reports.changes import change_documents
from kerasinspect.output.reports.embedding import blocks_document, embedded
from kerasinspect.output.reports.lines import line_documents
from kerasinspect.output.reports.page import write_page
from kerasinspect.output.wording import counted
from kerasinspect.shown.escaping import visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.comparison.series.results import Series
    from kerasinspect.output.formats.json import Writable


def write_diff_page(listed: ListedDiff, stream: TextIO) -> None:
    """Write the page about what differs between two models."""
    blocks = [*diff_blocks(listed)]
    heads = takewhile(lambda block: isinstance(block, Heading), blocks)
    names = [block.name for block in heads if isinstance(block, Heading)]
    documents = chain(blocks_document(blocks), () if listed.diff.same_file else change_documents(listed))
    _write(" → ".join(names), ["what differs between two models"], documents, stream)


def write_series_page(series: Series, stream: TextIO) -> None:
    """Write the page about how layers move over checkpoints."""
    head, *blocks = series_blocks(series, series.arranged())
    facts = head.facts if isinstance(head, Heading) else ()
    documents = chain(blocks_document(blocks), line_documents(series))
    _write(f"Series of {counted(len(series.checkpoints), 'file')}", [*facts[1:]], documents, stream)


def _write(title: str, about: Iterable[str], documents: Iterable[Writable], stream: TextIO) -> None:
    """Write a page of blocks, given as the script of the page draws them."""
    head = {"title": visible_name(title), "about": [*map(visible_name, about)], "facts": []}
    body = {"data": embedded({"blocks": [*documents]}), "details": [], "closing": ""}
    write_page("comparison.html.j2", {**head, **body}, stream)
