"""``stats``: figures of every weight."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CONFIG, FILTERS, FORMAT, MODELS, PAGE, WholeNumber, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.surveying import Survey, SurveyOrder
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.commands.listing import Listing
    from kerasinspect.commands.options import Filters, ListForm
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
@options(FORMAT, PAGE)
def stats(
    locations: tuple[str, ...],
    *,
    config: str | None,
    filters: Filters,
    order: SurveyOrder,
    top: int | None,
    quantiles: bool,
    histogram: bool,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show figures of every weight of each MODEL, over its finite values, and the spread that its initializer gives."""
    from kerasinspect.analysis.inspection import BINS, InspectionOptions, inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.surveying import survey
    from kerasinspect.commands.emitting import finish, page_width
    from kerasinspect.commands.listing import Outcome, emit_models
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.arrays.histograms import bins_of_a_page

    allowed, width = with_limits(DEFAULT, limits), page_width(output)
    is_page = form in {"table", "markdown"}
    bins = bins_of_a_page(width) if is_page else BINS

    @contextmanager
    def surveyed(location: str, outcome: Outcome) -> Iterator[Listing]:
        with open_model(location, allowed, config=config) as model:
            selection = select(model, *filters)
            options = InspectionOptions(bins=bins, bulk=is_page)
            with inspecting(selection, options, whole=not selection.filtered, in_passing=True) as inspection:
                result = survey(inspection, order, top, with_quantiles=quantiles, with_histograms=histogram)
                verified = inspection.checksum()
            yield _listing(result, verified, width)
            outcome.add(finish(selection, inspection.damage, quiet=quiet, of=outcome.name_of(location)))

    return emit_models(locations, allowed, surveyed, form, output)


def _listing(result: Survey, verified: Verified | None, width: int | None) -> Listing:
    """The result in every form."""
    from kerasinspect.commands.listing import Listing
    from kerasinspect.output.documents.stats import stats_document, stats_lines
    from kerasinspect.output.flat_tables import located
    from kerasinspect.output.pages.stats import exact_number, stats_blocks, stats_table

    return Listing(
        lambda: stats_blocks(result, width),
        lambda: stats_document(result, verified),
        lambda: stats_lines(result),
        lambda: located(stats_table(result, exact_number, str), result.model.location),
    )
