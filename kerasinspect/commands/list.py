"""``list``: a line for each array, the answer at a glance to what the arrays of a model are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CONFIG, FILTERS, FORMAT, MODELS, PAGE, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.inspection import Inspection
    from kerasinspect.commands.listing import Listing
    from kerasinspect.commands.options import Filters, ListForm
    from kerasinspect.writing import Target


@click.command("list")
@options(MODELS, CONFIG, FILTERS)
@click.option("--hash", "hashes", is_flag=True, help="Add the SHA-256 of each array, and the fingerprint of the model.")
@click.option("--spark", "sparks", is_flag=True, help="Add a small histogram of each array.")
@options(FORMAT, PAGE)
def list_weights(
    locations: tuple[str, ...],
    *,
    config: str | None,
    filters: Filters,
    hashes: bool,
    sparks: bool,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """List every array of each MODEL in one line.

    The line has its position in get_weights(), its layer and name, its shape, what runs along the axes and what its
    numbers do, its dtype, and how many numbers it has.
    """
    from kerasinspect.analysis.inspection import InspectionOptions, inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.commands.emitting import finish
    from kerasinspect.commands.listing import Outcome, emit_models
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.arrays.histograms import SPARK

    allowed = with_limits(DEFAULT, limits)

    @contextmanager
    def listed(location: str, outcome: Outcome) -> Iterator[Listing]:
        with open_model(location, allowed, config=config) as model:
            selection = select(model, *filters)
            with inspecting(
                selection,
                InspectionOptions(bins=SPARK, bulk=form in {"table", "markdown"}),
                whole=(hashes or sparks) and not selection.filtered,
            ) as inspection:
                inspection.expect_readings(hashes + 2 * sparks)
                yield _listing(inspection, hashes=hashes, sparks=sparks)
                inspection.checksum()
            outcome.add(finish(selection, inspection.damage, quiet=quiet, of=outcome.name_of(location)))

    return emit_models(locations, allowed, listed, form, output)


def _listing(inspection: Inspection, *, hashes: bool, sparks: bool) -> Listing:
    """The result in every form."""
    from kerasinspect.commands.listing import Listing
    from kerasinspect.output.documents.list import list_columns, list_document, list_lines
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.list import list_blocks

    return Listing(
        lambda: list_blocks(inspection, hashes=hashes, sparks=sparks),
        lambda: list_document(inspection, hashes=hashes, sparks=sparks),
        lambda: list_lines(inspection, hashes=hashes, sparks=sparks),
        lambda: flat_table(list_lines(inspection, hashes=hashes), list_columns(hashes=hashes)),
    )
