"""``stats``: figures of every weight."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from kerasinspect.commands.options import CONFIG, FILTERS, FORMAT, JOBS, MODELS, PAGE, WholeNumber, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.surveying import Survey, SurveyOrder
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.commands.listing.each import Outcome
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.commands.options import Filters, ListForm
    from kerasinspect.limits import Limits
    from kerasinspect.writing import Target

ORDERS = ("order", "name", "parameters", "minimum", "maximum", "mean", "std", "norm", "zeros", "nan", "infinities")


@click.command()
@options(MODELS, CONFIG, FILTERS)
@click.option(
    "--sort", "order", type=click.Choice(ORDERS), default="order", help="Sort by this, largest first. Default: order."
)
@click.option("--top", type=WholeNumber(1), metavar="N", help="Only the first N.")
@click.option("--quantiles", is_flag=True, help="Add the 1, 25, 50, 75 and 99 % quantiles.")
@click.option(
    "--histogram", is_flag=True, help="Draw how the values of each are spread, and how its initializer's are."
)
@options(JOBS, FORMAT, PAGE)
def stats(
    locations: tuple[str, ...],
    *,
    config: str | None,
    filters: Filters,
    order: SurveyOrder,
    top: int | None,
    quantiles: bool,
    histogram: bool,
    jobs: int | None,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show figures of every weight of each MODEL, over its finite values, and the spread that its initializer gives."""
    from kerasinspect.commands.emitting import page_width
    from kerasinspect.commands.listing.models import emit_models
    from kerasinspect.limits import DEFAULT, with_limits

    allowed = with_limits(DEFAULT, limits)
    asked = _Asked(
        *(allowed, config, filters, order, top, form, page_width(output)),
        quantiles=quantiles,
        histogram=histogram,
        quiet=quiet,
    )
    return emit_models(locations, allowed, partial(_surveyed, asked), form, output, jobs=jobs)


class _Asked(NamedTuple):
    """What is asked of each model; it travels to other processes."""

    limits: Limits
    config: str | None
    filters: Filters
    order: SurveyOrder
    top: int | None
    form: ListForm
    width: int | None
    quantiles: bool
    histogram: bool
    quiet: bool


@contextmanager
def _surveyed(asked: _Asked, location: str, outcome: Outcome) -> Iterator[Listing]:
    """The figures of one model."""
    from kerasinspect.analysis.inspection import BINS, InspectionOptions, inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.surveying import survey
    from kerasinspect.commands.emitting import finish
    from kerasinspect.opening import open_model
    from kerasinspect.output.arrays.histograms import bins_of_a_page

    is_page = asked.form in {"table", "markdown"}
    options = InspectionOptions(bins=bins_of_a_page(asked.width) if is_page else BINS, bulk=is_page)
    with open_model(location, asked.limits, config=asked.config) as model:
        selection = select(model, *asked.filters)
        with inspecting(selection, options, whole=not selection.filtered, in_passing=True) as inspection:
            result = survey(
                inspection,
                asked.order,
                asked.top,
                with_quantiles=asked.quantiles,
                with_histograms=asked.histogram,
            )
            verified = inspection.checksum()
        yield _listing(result, verified, asked.width)
        outcome.add(finish(selection, inspection.damage, quiet=asked.quiet, of=outcome.name_of(location)))


def _listing(result: Survey, verified: Verified | None, width: int | None) -> Listing:
    """The result in every form."""
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.output.documents.stats import stats_document, stats_lines
    from kerasinspect.output.flat_tables import located
    from kerasinspect.output.pages.stats import exact_number, stats_blocks, stats_table

    return Listing(
        lambda: stats_blocks(result, width),
        lambda: stats_document(result, verified),
        lambda: stats_lines(result),
        lambda: located(stats_table(result, exact_number, str), result.model.location),
    )
