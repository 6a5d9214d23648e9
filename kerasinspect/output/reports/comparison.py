"""The pages about two models that are held against each other, and about a series of checkpoints."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Heading
from kerasinspect.output.pages.diff import diff_blocks
from kerasinspect.output.pages.series import series_blocks
from kerasinspect.output.reports.embedding import blocks_document, embedded
from kerasinspect.output.reports.page import write_page
from kerasinspect.output.wording import counted
from kerasinspect.shown.escaping import visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.comparison.series.results import Series
    from kerasinspect.output.blocks import Block


def write_diff_page(listed: ListedDiff, stream: TextIO) -> None:
    """Write the page about what differs between two models."""
    blocks = [*diff_blocks(listed)]
    heads = takewhile(lambda block: isinstance(block, Heading), blocks)
    names = [block.name for block in heads if isinstance(block, Heading)]
    _write(" → ".join(names), ["what differs between two models"], blocks, stream)


def write_series_page(series: Series, stream: TextIO) -> None:
    """Write the page about how layers move over checkpoints."""
    head, *blocks = series_blocks(series, series.arranged())
    facts = head.facts if isinstance(head, Heading) else ()
    _write(f"Series of {counted(len(series.checkpoints), 'file')}", [*facts[1:]], blocks, stream)


def _write(title: str, about: Iterable[str], blocks: Iterable[Block], stream: TextIO) -> None:
    """Write a page of blocks."""
    head = {"title": visible_name(title), "about": [*map(visible_name, about)], "facts": []}
    body = {"data": embedded({"blocks": blocks_document(blocks)}), "details": [], "closing": ""}
    write_page("comparison.html.j2", {**head, **body}, stream)
