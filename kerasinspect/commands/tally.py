"""``tally``: what a log of ``check`` holds, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import DISPLAY, OUTPUT, QUIET, TALLY_FORMAT, options

if TYPE_CHECKING:
    from kerasinspect.commands.options import TallyForm
    from kerasinspect.writing import Target


@click.command()
@click.argument("logs", metavar="LOG...", nargs=-1, required=True)
@options(TALLY_FORMAT, OUTPUT, QUIET, DISPLAY)
def tally(logs: tuple[str, ...], *, form: TallyForm, output: Target | None, quiet: bool) -> None:
    """Count what each LOG that check --log wrote holds: findings by rule, files by Keras version, layers by class."""
    from itertools import chain

    from kerasinspect.checking.fleet.log import read_log
    from kerasinspect.checking.fleet.tallies import tally as counts_of
    from kerasinspect.commands.emitting import say_written
    from kerasinspect.commands.listing.listing import Listing, emit_listing
    from kerasinspect.output.documents.tally import TALLY_COLUMNS, tally_document, tally_lines
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.tally import tally_blocks

    found = counts_of(chain.from_iterable(map(read_log, logs)))
    if form == "parquet":
        from kerasinspect.output.formats.parquet import write_parquet
        from kerasinspect.writing import replaced

        if output is None:
            raise click.UsageError("Parquet needs a file: -o tally.parquet.")
        with replaced(output, *logs) as stream:
            write_parquet(tally_lines(found), TALLY_COLUMNS, stream)
        say_written("Tally", output, quiet=quiet)
        return
    listing = Listing(
        lambda: tally_blocks(found),
        lambda: tally_document(found),
        lambda: tally_lines(found),
        lambda: flat_table(tally_lines(found), TALLY_COLUMNS),
    )
    emit_listing(listing, form, output, *logs)
    say_written("Tally", output, quiet=quiet)
