"""``stats``: figures of every weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CLASS, FORMAT, INDEX, LAYER, LIMITS, MODEL, OUTPUT, QUIET, WEIGHT, options

if TYPE_CHECKING:
    from kerasinspect.analysis.surveying import Survey, SurveyOrder
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.commands.listing import Listing
    from kerasinspect.commands.options import ListForm
    from kerasinspect.writing import Target

ORDERS = ("order", "name", "parameters", "minimum", "maximum", "mean", "std", "norm", "zeros", "nan", "infinities")


@click.command(short_help="Show figures of every weight: range, mean, standard deviation, zeros, NaN, infinities.")
@options(MODEL, LAYER, WEIGHT, CLASS, INDEX)
@click.option("--sort", "order", type=click.Choice(ORDERS), default="order", help="The largest first. Default: order.")
@click.option("--top", type=click.IntRange(1), metavar="N", help="Only the first N.")
@click.option("--quantiles", is_flag=True, help="Add the values below which 1, 25, 50, 75 and 99 % of all lie.")
@options(FORMAT, OUTPUT, LIMITS, QUIET)
def stats(
    location: str,
    *,
    layers: tuple[str, ...],
    weights: tuple[str, ...],
    classes: tuple[str, ...],
    indices: tuple[str, ...],
    order: SurveyOrder,
    top: int | None,
    quantiles: bool,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show figures of every weight of MODEL, over its finite values, and the spread that its initializer gives."""
    from kerasinspect.analysis.inspection import inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.surveying import survey
    from kerasinspect.commands.emitting import finish
    from kerasinspect.commands.listing import emit_listing
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.writing import require_replaceable

    require_replaceable(output, location)
    with open_model(location, with_limits(DEFAULT, limits)) as model:
        selection = select(model, layers, weights, classes, indices)
        with inspecting(selection, whole=not selection.filtered) as inspection:
            result = survey(inspection, order, top, with_quantiles=quantiles)
            verified = inspection.checksum()
        emit_listing(_listing(result, verified), form, output, location)
        return finish(selection, inspection.damage, quiet=quiet)


def _listing(result: Survey, verified: Verified | None) -> Listing:
    """The result in every form."""
    from kerasinspect.commands.listing import Listing
    from kerasinspect.output.documents.stats import stats_document, stats_lines
    from kerasinspect.output.pages.stats import exact_number, stats_blocks, stats_table

    return Listing(
        lambda: stats_blocks(result),
        lambda: stats_document(result, verified),
        lambda: stats_lines(result),
        lambda: stats_table(result, exact_number, str),
    )
