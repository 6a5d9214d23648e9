"""``compat``: which Keras versions accept the config of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CONFIG, FORMAT, MODEL, PAGE, options

if TYPE_CHECKING:
    from kerasinspect.commands.options import ListForm
    from kerasinspect.writing import Target


@click.command()
@options(MODEL, CONFIG)
@click.option(
    "--for-keras",
    "wanted",
    metavar="VERSION",
    multiple=True,
    help="Answer for this version first, and exit with 1 where it refuses the config: 3.10 is every release of it. "
    "May be given several times.",
)
@options(FORMAT, PAGE)
def compat(
    location: str,
    *,
    config: str | None,
    wanted: tuple[str, ...],
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show which releases of Keras 3 accept the config of MODEL, and which keys of which layers stop the others.

    It goes by a table of the classes of every release and the keys that they take. Whether the arrays then fit, only
    `kerasinspect verify` tells. Exit status 1 only with --for-keras.
    """
    from kerasinspect.analysis.compat.judging import asked_of, compatibility, refused_by
    from kerasinspect.commands.emitting import say
    from kerasinspect.commands.listing.listing import Listing, emit_listing
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.documents.compat import compat_document, compat_lines
    from kerasinspect.output.flat_tables import located
    from kerasinspect.output.pages.compat import compat_blocks, refusal, releases_table, untold_sentence

    with open_model(location, with_limits(DEFAULT, limits), config=config) as model:
        result = compatibility(model)
        asked = asked_of(result, wanted)
        refusing = refused_by(asked)
        listing = Listing(
            lambda: compat_blocks(model, result, asked),
            lambda: compat_document(model, result, asked),
            lambda: compat_lines(model, result),
            lambda: located(releases_table(result), model.location),
        )
        emit_listing(listing, form, output, location)
        is_read_here = output is None and form in {"table", "markdown"}
        if not quiet and not is_read_here:  # the page says both itself
            say("note", [*refusal(refusing), *([untold_sentence(result)] if result.untold else [])])
    return 1 if refusing else 0
