"""``list``: a line for each array, the answer at a glance to what the arrays of a model are."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from kerasinspect.commands.options import CONFIG, FILTERS, FORMAT, JOBS, MODELS, PAGE, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.inspection import Inspection
    from kerasinspect.commands.listing.each import Outcome
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.commands.options import Filters, ListForm
    from kerasinspect.limits import Limits
    from kerasinspect.writing import Target


@click.command("list")
@options(MODELS, CONFIG, FILTERS)
@click.option("--hash", "hashes", is_flag=True, help="Add the SHA-256 of each array, and the fingerprint of the model.")
@click.option("--spark", "sparks", is_flag=True, help="Add a small histogram of each array.")
@options(JOBS, FORMAT, PAGE)
def list_weights(
    locations: tuple[str, ...],
    *,
    config: str | None,
    filters: Filters,
    hashes: bool,
    sparks: bool,
    jobs: int | None,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """List every array of each MODEL in one line.

    The line has its position in get_weights(), its layer and name, its shape, what runs along the axes and what its
    numbers do, its dtype, and how many numbers it has.
    """
    from kerasinspect.commands.listing.models import emit_models
    from kerasinspect.limits import DEFAULT, with_limits

    allowed = with_limits(DEFAULT, limits)
    asked = _Asked(allowed, config, filters, form, hashes=hashes, sparks=sparks, quiet=quiet)
    return emit_models(locations, allowed, partial(_listed, asked), form, output, jobs=jobs)


class _Asked(NamedTuple):
    """What is asked of each model; it travels to other processes."""

    limits: Limits
    config: str | None
    filters: Filters
    form: ListForm
    hashes: bool
    sparks: bool
    quiet: bool


@contextmanager
def _listed(asked: _Asked, location: str, outcome: Outcome) -> Iterator[Listing]:
    """The listing of one model, which is open meanwhile."""
    from kerasinspect.analysis.inspection import InspectionOptions, inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.commands.emitting import finish
    from kerasinspect.opening import open_model
    from kerasinspect.output.arrays.histograms import SPARK

    with open_model(location, asked.limits, config=asked.config) as model:
        selection = select(model, *asked.filters)
        with inspecting(
            selection,
            InspectionOptions(bins=SPARK, bulk=asked.form in {"table", "markdown"}),
            whole=(asked.hashes or asked.sparks) and not selection.filtered,
        ) as inspection:
            inspection.expect_readings(asked.hashes + 2 * asked.sparks)
            yield _listing(inspection, hashes=asked.hashes, sparks=asked.sparks)
            inspection.checksum()
        outcome.add(finish(selection, inspection.damage, quiet=asked.quiet, of=outcome.name_of(location)))


def _listing(inspection: Inspection, *, hashes: bool, sparks: bool) -> Listing:
    """The result in every form."""
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.output.documents.list import list_columns, list_document, list_lines
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.list import list_blocks

    return Listing(
        lambda: list_blocks(inspection, hashes=hashes, sparks=sparks),
        lambda: list_document(inspection, hashes=hashes, sparks=sparks),
        lambda: list_lines(inspection, hashes=hashes, sparks=sparks),
        lambda: flat_table(list_lines(inspection, hashes=hashes), list_columns(hashes=hashes)),
    )
