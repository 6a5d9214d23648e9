"""``stats`` as blocks, and as a table for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.inspection import POINTS
from kerasinspect.output.arrays.histograms import histogram_blocks
from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.figures import initial_std, short_number
from kerasinspect.output.pages.head import head_blocks
from kerasinspect.output.wording import counted, no_weights, shape_in_words, shape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kerasinspect.analysis.surveying import Survey, Surveyed

_NUMBERS = ("minimum", "maximum", "mean", "std", "initial std", "norm")
_COUNTS = ("zeros", "NaN", "infinities", "subnormals")

_FIRM = frozenset({"minimum", "maximum", "mean", "std", "NaN", "infinities"})
"""Figures that a narrow page has before others."""

_UNREADABLE = "cannot be read"


def stats_blocks(survey: Survey, width: int | None = None) -> Iterator[Block]:
    """The page of ``stats``, with histograms for a page of this width where they were asked for."""
    yield from head_blocks(survey.model)
    if not survey.weights:
        yield Paragraph(no_weights(survey.model))
        return
    yield _table(survey.weights, survey.points)
    if survey.left_out:
        yield Paragraph(f"left out: {counted(survey.left_out, 'weight')}", "quiet")
    if survey.with_histograms:
        for one in survey.weights:
            yield from _histogram(one, width)


def figures_blocks(weights: Sequence[Surveyed]) -> Iterator[Block]:
    """The figures of a few weights without anything else of the model; of a single one all, below each other."""
    if len(weights) != 1:
        yield _table(weights, ()) if weights else Paragraph("no weights of its own", "quiet")
        return
    inspected, figures = weights[0].inspected, weights[0].figures
    if isinstance(figures, Unread):
        yield Paragraph(f"{inspected.weight.path} cannot be read: {figures.message}", "warning")
        return
    cells = _row(weights[0], short_number, "{:,}".format, POINTS).cells
    rows = (Row(pair) for pair in zip(("weight", "shape", "dtype", *_titles(POINTS)), cells, strict=True) if pair[1])
    yield Table((Column("figure"), Column("value", shrinks=True)), tuple(rows), titled=False)


def stats_table(survey: Survey, number: Callable[[float | None], str], count: Callable[[int], str]) -> Table:
    """One row for each weight, its numbers and counts as these functions write them."""
    return _table(survey.weights, survey.points, number, count)


def _table(
    weights: Iterable[Surveyed],
    points: Sequence[float],
    number: Callable[[float | None], str] = short_number,
    count: Callable[[int], str] = "{:,}".format,
) -> Table:
    """One row for each weight."""
    columns = (Column("weight", shrinks=True), Column("shape", optional=True), Column("dtype", optional=True))
    figures = (Column(title, numeric=True, optional=title not in _FIRM) for title in _titles(points))
    return Table((*columns, *figures), tuple(_row(one, number, count, points) for one in weights))


def _titles(points: Sequence[float]) -> tuple[str, ...]:
    """What the figures are called."""
    return (*_NUMBERS, *map(_point_title, points), *_COUNTS)


def exact_number(value: float | None) -> str:
    """A number with all its digits, for another program; nothing for None."""
    return "" if value is None else repr(value)


def _histogram(one: Surveyed, width: int | None) -> Iterator[Block]:
    """The histogram of one weight under its name."""
    weight = one.inspected.weight
    yield Heading(weight.path, 3, facts=(shape_in_words(weight.shape, weight.axes), weight.dtype))
    drawn = histogram_blocks(one.inspected, width)
    if isinstance(drawn, Unread):
        yield Paragraph(f"cannot be read: {drawn.message}", "warning", 3)
    else:
        yield from drawn


def _point_title(point: float) -> str:
    """What a quantile is called."""
    return f"{100 * point:g}%"


def _row(
    one: Surveyed, number: Callable[[float | None], str], count: Callable[[int], str], points: Sequence[float]
) -> Row:
    """The figures of one weight."""
    weight, figures = one.inspected.weight, one.figures
    head = (weight.path, shape_text(weight.shape), weight.dtype)
    if isinstance(figures, Unread):
        return Row((*head, _UNREADABLE, *[""] * (len(_NUMBERS) - 1 + len(points) + len(_COUNTS))))
    numbers = (figures.minimum, figures.maximum, figures.mean, figures.std, initial_std(weight), figures.norm)
    counts = (figures.zeros, figures.nan, figures.infinities, figures.subnormals)
    quantiles = one.quantiles or (None,) * len(points)
    is_counted = figures.count == figures.finite + figures.nan + figures.infinities  # complex numbers and texts are not
    return Row((*head, *map(number, (*numbers, *quantiles)), *(count(one) if is_counted else "" for one in counts)))
