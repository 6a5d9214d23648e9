"""Figures of weights as blocks, as a document, and as facts beside a weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasinspect.analysis.statistics.survey import POINTS, measured_array
from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.documents.show import model_document
from kerasinspect.output.figures import figures_document, finite, initial_std, short_number
from kerasinspect.output.pages.head import head_blocks
from kerasinspect.output.wording import counted, shape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.analysis.statistics.survey import Survey, Surveyed
    from kerasinspect.formats.weights_checksum import Verified

STATS_SCHEMA = "kerasinspect.stats/1"

NUMBERS = ("minimum", "maximum", "mean", "std", "initial std", "norm")
COUNTS = ("zeros", "NaN", "infinities", "subnormals")

UNREADABLE = "cannot be read"


def stats_blocks(survey: Survey) -> Iterator[Block]:
    """The page of ``stats``."""
    yield from head_blocks(survey.model)
    yield stats_table(survey, short_number, "{:,}".format)
    if survey.left_out:
        yield Paragraph(f"left out: {counted(survey.left_out, 'weight')}", "quiet")


def stats_table(survey: Survey, number: Callable[[float | None], str], count: Callable[[int], str]) -> Table:
    """One row for each weight, its numbers and counts as these functions write them."""
    titles = (*NUMBERS, *map(_point_title, POINTS if survey.with_quantiles else ()), *COUNTS)
    columns = (Column("weight", shrinks=True), Column("shape", shrinks=True), Column("dtype"))
    rows = (_row(one, number, count, survey) for one in survey.weights)
    return Table((*columns, *(Column(title, numeric=True) for title in titles)), tuple(rows))


def exact_number(value: float | None) -> str:
    """A number with all its digits, for another program; nothing for None."""
    return "" if value is None else repr(value)


def _point_title(point: float) -> str:
    """What a quantile is called."""
    return f"{100 * point:g}%"


def _row(one: Surveyed, number: Callable[[float | None], str], count: Callable[[int], str], survey: Survey) -> Row:
    """The figures of one weight."""
    weight, figures = one.weight, one.figures
    points = POINTS if survey.with_quantiles else ()
    head = (weight.path, shape_text(weight.shape), weight.dtype)
    if figures is None:
        return Row((*head, UNREADABLE, *[""] * (len(NUMBERS) - 1 + len(points) + len(COUNTS))))
    numbers = (figures.minimum, figures.maximum, figures.mean, figures.std, initial_std(weight), figures.norm)
    counts = (figures.zeros, figures.nan, figures.infinities, figures.subnormals)
    quantiles = one.quantiles or (None,) * len(points)
    return Row((*head, *map(number, (*numbers, *quantiles)), *map(count, counts)))


def stats_document(survey: Survey, checksum: Verified | None = None) -> dict[str, Any]:
    """The figures with keys that stay; None for what is unknown or no finite number."""
    return {
        "schema": STATS_SCHEMA,
        "model": model_document(survey.model),
        "weights": [_weight_document(one) for one in survey.weights],
        "left_out": survey.left_out,
        "remarks": [*map(str, survey.model.remarks)],
        "damage": list(survey.model.damage),
        "checksum": checksum,
    }


def _weight_document(one: Surveyed) -> dict[str, Any]:
    """One weight."""
    weight = one.weight
    document: dict[str, Any] = {
        "index": weight.index,
        "layer": weight.layer,
        "name": weight.name,
        "stored_path": weight.stored_path,
        "shape": measured_array(weight).shape,
        "dtype": weight.dtype,
        "initial_std": finite(initial_std(weight)),
        "statistics": None if one.figures is None else figures_document(one.figures),
    }
    if one.quantiles is not None:
        document["quantiles"] = {
            f"{point:g}": finite(value) for point, value in zip(POINTS, one.quantiles, strict=True)
        }
    return document
