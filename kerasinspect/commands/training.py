"""``training``: whether each layer was trained, and what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CONFIG, FILTERS, FORMAT, MODEL, PAGE, options

if TYPE_CHECKING:
    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.training import Training
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.commands.options import Filters, ListForm
    from kerasinspect.writing import Target


@click.command()
@options(MODEL, CONFIG, FILTERS, FORMAT, PAGE)
def training(
    location: str,
    *,
    config: str | None,
    filters: Filters,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show for each layer of MODEL whether it was trained, from its values, initializers and optimizer state.

    A layer is "at initial values" where its numbers are still those of its initializers, "trained" where they are not,
    and "undetermined" where the file proves neither. The JSON says "initial", "changed" and "cannot tell".
    """
    from kerasinspect.analysis.inspection import inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.training import assess_training
    from kerasinspect.commands.emitting import finish
    from kerasinspect.commands.listing.listing import emit_listing
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.writing import require_replaceable

    require_replaceable(output, location)
    with open_model(location, with_limits(DEFAULT, limits), config=config) as model:
        selection = select(model, *filters)
        with inspecting(selection, whole=True, in_passing=True) as inspection:
            inspection.expect_readings(1)
            result = assess_training(model, damage=inspection.damage)
            verified = inspection.checksum()
        emit_listing(_listing(result, selection, verified), form, output, location)
        return finish(selection, inspection.damage, quiet=quiet)


def _listing(result: Training, selection: Selection, verified: Verified | None) -> Listing:
    """The result in every form."""
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.output.documents.training import TRAINING_COLUMNS, training_document, training_lines
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.training import training_blocks

    return Listing(
        lambda: training_blocks(result, selection),
        lambda: training_document(result, selection, verified),
        lambda: training_lines(result, selection),
        lambda: flat_table(training_lines(result, selection), TRAINING_COLUMNS),
    )
