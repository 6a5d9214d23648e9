"""``show``: what every array of a model is, in labelled tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CONFIG, FILTERS, MODEL, PAGE, VALUE_FORMAT, WholeNumber, options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.analysis.inspection import Inspection
    from kerasinspect.commands.options import Filters, ValueForm
    from kerasinspect.output.show_options import ShowOptions
    from kerasinspect.writing import Target


MOST_BYTES = 16 << 20
"""Bytes of a file with names."""


@click.command()
@options(MODEL, CONFIG, FILTERS)
@click.option("--heatmap", is_flag=True, help="Draw values as colors around zero instead of numbers.")
@click.option(
    "--histogram", is_flag=True, help="Draw how values are spread, and how the initializer's are, instead of numbers."
)
@click.option("--full", is_flag=True, help="Show all values, not only the corners of large arrays.")
@click.option(
    "--slice", "slice_text", metavar="SLICE", help='This part of each array, in NumPy slice syntax: "0:3, :".'
)
@click.option("--precision", type=WholeNumber(0, 17), default=4, help="Digits after the decimal point. Default: 4.")
@click.option("--explain", is_flag=True, help="Say in one sentence each what a layer and a weight do.")
@click.option("--dequantize", is_flag=True, help="Show quantized weights as the values that the layer computes with.")
@click.option(
    "--stats", "statistics", is_flag=True, help="Add range, mean, standard deviation, zeros, NaN and infinities."
)
@click.option("--hash", "hashes", is_flag=True, help="Add the SHA-256 of each array's bytes.")
@click.option("--values", is_flag=True, help="Add all values; only with --format json or jsonl.")
@click.option("--show-code", is_flag=True, help="Show code in the config, as far as it can be read without running it.")
@click.option("--input-names", metavar="FILE", help="Names for the rows of the first kernel, one per line.")
@click.option("--output-names", metavar="FILE", help="Names for the columns of the last layer, one per line.")
@options(VALUE_FORMAT, PAGE)
def show(
    location: str,
    *,
    config: str | None,
    filters: Filters,
    heatmap: bool,
    histogram: bool,
    full: bool,
    slice_text: str | None,
    precision: int,
    explain: bool,
    dequantize: bool,
    statistics: bool,
    hashes: bool,
    values: bool,
    show_code: bool,
    input_names: str | None,
    output_names: str | None,
    form: ValueForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show what every array of MODEL is.

    For each weight of each layer: its index in get_weights(), its shape with what runs along each axis,
    fan-in and fan-out, its initializer, and its values under labelled columns beside labelled rows.
    """
    from kerasinspect.analysis.inspection import BINS, InspectionOptions, inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.slicing import parse_slice
    from kerasinspect.analysis.user_labels import user_labels
    from kerasinspect.commands.emitting import finish, page_height, page_paints, page_width, say
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.arrays.histograms import bins_of_a_page
    from kerasinspect.output.notes import slice_notes
    from kerasinspect.output.show_options import GridOptions, ShowOptions

    _require_form(form, values=values, heatmap=heatmap)
    parts = (...,) if slice_text is None else parse_slice(slice_text)
    names = _read_names(input_names), _read_names(output_names)
    grid = GridOptions(full, precision, page_width(output), heatmap and page_paints(output))
    bins = bins_of_a_page(grid.width) if form == "table" else BINS
    asked = ShowOptions(
        hashes, statistics, explain, show_code, page_height(output), heatmap, histogram, grid=grid, values=values
    )
    with open_model(location, with_limits(DEFAULT, limits), config=config) as model:
        selection = select(model, *filters)
        options = InspectionOptions(parts, dequantize, user_labels(model, *names), bins, form == "table")
        measured = statistics or histogram  # by several threads, where one takes a digest
        whole = (hashes or measured or (slice_text is None and (full or values or heatmap))) and not selection.filtered
        with inspecting(selection, options, whole=whole, in_passing=measured and not hashes) as inspection:
            inspection.expect_readings(hashes + measured + histogram + (full or values or heatmap))
            _emit(inspection, asked, form, output, (location, input_names, output_names))
            inspection.checksum()
        if not quiet:
            say("note", slice_notes(inspection))
        return finish(selection, inspection.damage, quiet=quiet, explain=explain)


def _require_form(form: ValueForm, *, values: bool, heatmap: bool) -> None:
    """Raise UsageError for what the form has no room for."""
    if values and form == "table":
        raise click.UsageError("--values goes with --format json or jsonl; in tables --full shows all values.")
    if heatmap and form != "table":
        raise click.UsageError("--heatmap draws on a page; --format json has the numbers with --values.")


def _emit(
    inspection: Inspection, asked: ShowOptions, form: ValueForm, output: Target | None, read: Sequence[str | None]
) -> None:
    """Write the result in its form."""
    from kerasinspect.commands.emitting import emit_blocks, emit_document, emit_lines

    if form == "table":
        from kerasinspect.output.pages.show import show_blocks

        emit_blocks(show_blocks(inspection, asked), output, *read)
        return
    from kerasinspect.output.documents.show import show_document, show_lines

    if form == "json":
        emit_document(show_document(inspection, asked), output, *read)
    else:
        emit_lines(show_lines(inspection, asked), output, *read)


def _read_names(path: str | None) -> tuple[str, ...] | None:
    """The names in a file, one per line; raises RequestError where they cannot be read."""
    from kerasinspect.analysis.user_labels import names_in
    from kerasinspect.containers.sources import read_user_file
    from kerasinspect.errors import RequestError

    if path is None:
        return None
    data = read_user_file(path, MOST_BYTES, f"the names in {path}")
    if len(data) > MOST_BYTES:
        raise RequestError(
            f"The names in {path} take more than {MOST_BYTES:,} bytes.", "Name a text file with one name per line."
        )
    return names_in(data, path)
