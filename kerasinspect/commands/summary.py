"""``summary``: the layer tree with its sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CONFIG, FILTERS, FORMAT, MODEL, PAGE, WholeNumber, options

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.analysis.summarising import Order, Summary
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.commands.options import Filters, ListForm
    from kerasinspect.writing import Target


@click.command()
@options(MODEL, CONFIG, FILTERS)
@click.option("--depth", type=WholeNumber(1), metavar="N", help="Show N levels of nested layers; the totals count all.")
@click.option(
    "--sort",
    "order",
    type=click.Choice(["order", "parameters", "bytes", "name"]),
    default="order",
    help="List the layers that own weights, largest first, instead of the tree. Default: order.",
)
@click.option(
    "--top",
    type=WholeNumber(1),
    metavar="N",
    help="Only the first N of that list, by parameters unless --sort says otherwise.",
)
@options(FORMAT, PAGE)
def summary(
    location: str,
    *,
    config: str | None,
    filters: Filters,
    depth: int | None,
    order: Order,
    top: int | None,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show the layers of MODEL as a tree, with class, output shape, parameters, share, size, dtype, and the totals."""
    from kerasinspect.analysis.damage import Damage
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.summarising import summarise
    from kerasinspect.analysis.weights_checksum import verifying
    from kerasinspect.commands.emitting import finish
    from kerasinspect.commands.listing.listing import emit_listing
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model

    with open_model(location, with_limits(DEFAULT, limits), config=config) as model:
        selection = select(model, *filters)
        result = summarise(selection, order, top, depth)
        damage = Damage(frozenset(model.damage))
        with verifying(model, damage.note, whole=False) as checksum:
            emit_listing(_listing(result, checksum), form, output, location)
        return finish(selection, damage, quiet=quiet)


def _listing(result: Summary, checksum: Callable[[], Verified | None]) -> Listing:
    """The result in every form; only the document has what came of the checksum."""
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.output.documents.summary import SUMMARY_COLUMNS, summary_document, summary_lines
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.summary import summary_blocks

    return Listing(
        lambda: summary_blocks(result),
        lambda: summary_document(result, checksum()),
        lambda: summary_lines(result),
        lambda: flat_table(summary_lines(result), SUMMARY_COLUMNS),
    )
