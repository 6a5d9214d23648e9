"""``series``: how each layer moves over checkpoints."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import FILTERS, FORMAT, MODELS, PAGE, WholeNumber, options

if TYPE_CHECKING:
    from kerasinspect.analysis.comparison.series.results import LayerOrder, Series
    from kerasinspect.commands.options import Filters, ListForm
    from kerasinspect.writing import Target

ORDERS = ("order", "name", "total", "largest", "last")


@click.command()
@options(MODELS, FILTERS)
@click.option(
    "--order",
    "files",
    type=click.Choice(["natural", "given"]),
    default="natural",
    help="The order of the files: natural (epoch_2 before epoch_10), or as given. Default: natural.",
)
@click.option(
    "--sort",
    "order",
    type=click.Choice(ORDERS),
    default="order",
    help="Sort layers by this, largest first. Default: order.",
)
@click.option("--top", type=WholeNumber(1), metavar="N", help="Only the first N layers.")
@options(FORMAT, PAGE)
def series(
    locations: tuple[str, ...],
    *,
    filters: Filters,
    files: str,
    order: LayerOrder,
    top: int | None,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show how each layer moves over checkpoints, and the first one with a NaN.

    Each MODEL is a file, a folder of files, or a pattern.

    Each file is held against the one before it that can be read: the change of a layer is the L2 norm of the
    difference of its weights, as a share of their norm before.
    """
    from kerasinspect.analysis.selection.several import SelectionFilters
    from kerasinspect.commands.listing.listing import Listing, emit_listing
    from kerasinspect.comparing import files_of_series, follow
    from kerasinspect.formats.locating.locations import models_as_named
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.output.documents.series import SERIES_COLUMNS, series_document, series_lines
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.series import series_blocks
    from kerasinspect.writing import require_replaceable

    allowed = with_limits(DEFAULT, limits)
    found = files_of_series(models_as_named(locations, allowed), natural=files == "natural")
    paths = [location.path for location in found]
    require_replaceable(output, *paths)
    result = follow(found, SelectionFilters(*filters), allowed)
    layers = result.arranged(order, top)
    listing = Listing(
        lambda: series_blocks(result, layers),
        lambda: series_document(result, layers),
        lambda: series_lines(result, layers),
        lambda: flat_table(series_lines(result, layers), SERIES_COLUMNS),
    )
    emit_listing(listing, form, output, *paths)
    return _say(result, quiet=quiet)


def _say(result: Series, *, quiet: bool) -> int:
    """Say on standard error what is odd and what could not be read; give the exit status."""
    from kerasinspect.commands.emitting import say

    read = [one for one in result.checkpoints if not one.error]
    pairs = [(before.location, one.location) for before, one in pairwise(read) if one.new and one.movement is None]
    if not quiet:
        say("note", (f"{location} has no listed layer in common with {before}." for before, location in pairs))
    say("error", (one.error for one in result.checkpoints if one.error))
    say("damaged", (f"{one.location}: {sentence}" for one in result.checkpoints for sentence in one.damage))
    return 3 if result.partial else 0
