"""Says how singular values of kernels and of their differences lie, where that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.figures import short_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.comparison.results import Spectrum
    from kerasinspect.model import Weight

_COLUMNS = (
    Column("kernel", shrinks=True),
    Column("effective rank", numeric=True),
    Column("top 20", numeric=True),
    Column("old largest", numeric=True),
    Column("new largest", numeric=True),
    Column("old stable rank", numeric=True, optional=True),
    Column("new stable rank", numeric=True, optional=True),
)

_ABOUT = (
    "effective rank: how many directions the change of a kernel has. top 20: the share of it that the 20 largest have; "
    "a low-rank edit has all of it in few. largest: the largest singular value of the kernel itself."
)


def spectra_blocks(listed: ListedDiff) -> Iterator[Block]:
    """A row for each kernel whose singular values were computed."""
    weights = (weight for layer in listed.layers for weight in layer.weights)
    rows = [_row((one.new or one.old), one.spectrum) for one in weights if one.spectrum is not None]
    if rows:
        yield Table(_COLUMNS, tuple(rows))
        yield Paragraph(_ABOUT, "quiet")


def _row(weight: Weight | None, spectrum: Spectrum) -> Row:
    """The figures of one kernel."""
    share = "" if spectrum.top_share is None else f"{100 * spectrum.top_share:.1f}%"
    ranks = (spectrum.old_stable_rank, spectrum.new_stable_rank)
    figures = (spectrum.old_largest, spectrum.new_largest, *ranks)
    path = weight.path if weight else ""
    return Row((path, short_number(spectrum.effective_rank, 3), share, *(short_number(one, 4) for one in figures)))
