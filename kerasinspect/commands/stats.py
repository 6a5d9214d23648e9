"""``stats``: figures of every weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CLASS, INDEX, LAYER, LIMITS, MODEL, OUTPUT, QUIET, WEIGHT, options

if TYPE_CHECKING:
    from kerasinspect.analysis.surveying import Survey, SurveyOrder
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.writing import Target

ORDERS = ("order", "name", "parameters", "minimum", "maximum", "mean", "std", "norm", "zeros", "nan", "infinities")


@click.command(short_help="Show figures of every weight: range, mean, standard deviation, zeros, NaN, infinities.")
@options(MODEL, LAYER, WEIGHT, CLASS, INDEX)
@click.option("--sort", "order", type=click.Choice(ORDERS), default="order", help="The largest first. Default: order.")
@click.option("--top", type=click.IntRange(1), metavar="N", help="Only the first N.")
@click.option("--quantiles", is_flag=True, help="Add the values below which 1, 25, 50, 75 and 99 % of all lie.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["table", "json", "csv", "markdown"]),
    default="table",
    help="Default: table.",
)
@options(OUTPUT, LIMITS, QUIET)
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
    format_name: str,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show figures of every weight of MODEL, over its finite values, and the spread that its initializer gives."""
    from kerasinspect.analysis.inspection import inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.surveying import survey
    from kerasinspect.commands.emitting import finish
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.writing import require_replaceable

    require_replaceable(output, location)
    with open_model(location, with_limits(DEFAULT, limits)) as model:
        selection = select(model, layers, weights, classes, indices)
        with inspecting(selection, whole=not selection.filtered) as inspection:
            result = survey(inspection, order, top, with_quantiles=quantiles)
            verified = inspection.checksum()
        _emit(result, verified, format_name, output, location)
        return finish(selection, inspection.damage, quiet=quiet)


def _emit(result: Survey, verified: Verified | None, format_name: str, output: Target | None, location: str) -> None:
    """Write the result in its format."""
    from kerasinspect.commands.emitting import emit_blocks, emit_document
    from kerasinspect.output.consoles import output_for_programs
    from kerasinspect.output.destination import destination
    from kerasinspect.output.documents.stats import stats_document
    from kerasinspect.output.formats.csv import write_csv
    from kerasinspect.output.formats.markdown import write_markdown
    from kerasinspect.output.pages.stats import exact_number, stats_blocks, stats_table

    if format_name == "json":
        emit_document(stats_document(result, verified), output, location)
    elif format_name == "table":
        emit_blocks(stats_blocks(result), output, location)
    else:
        with destination(output, output_for_programs(output), location) as stream:
            if format_name == "csv":
                write_csv([stats_table(result, exact_number, str)], stream)
            else:
                write_markdown(stats_blocks(result), stream)
