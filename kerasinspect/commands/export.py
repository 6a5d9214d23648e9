"""``export``: takes arrays out of models, each under its right name, to a file of another program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import click

from kerasinspect.commands.options import COLOR, CONFIG, FILTERS, LIMITS, MODELS, OUTPUT, QUIET, options

if TYPE_CHECKING:
    from kerasinspect.commands.options import Filters
    from kerasinspect.exporting.results import FormName
    from kerasinspect.writing import Target

_Form: TypeAlias = Literal["npz", "npy", "safetensors", "csv", "json"]


@click.command()
@options(MODELS, CONFIG, FILTERS)
@click.option("--dequantize", is_flag=True, help="Write quantized weights as the values that the layer computes with.")
@click.option(
    "--hash", "hashes", is_flag=True, help="Add each array's SHA-256 to a .safetensors; a .json always has it."
)
@click.option(
    "--format", "form", type=click.Choice(get_args(_Form)), help="Default: what the ending of the file's name says."
)
@options(OUTPUT, LIMITS, QUIET, COLOR)
def export(
    locations: tuple[str, ...],
    *,
    config: str | None,
    filters: Filters,
    dequantize: bool,
    hashes: bool,
    form: FormName | None,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Write the arrays of each MODEL to the file that -o names; its ending says what it is.

    An array is called by its path, layer/weight; those of several models have the name of the file before it. A file
    .npy holds one array. A .csv of one matrix has labelled rows and columns; of more, a line for each number.
    """
    from contextlib import ExitStack

    from kerasinspect.analysis.damage import Damage
    from kerasinspect.analysis.selection import select
    from kerasinspect.commands.emitting import finish, say, say_written
    from kerasinspect.commands.mistakes import layer_among
    from kerasinspect.errors import NotAModel
    from kerasinspect.exporting.writing import export_selections
    from kerasinspect.formats.locating.locations import find_models
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.wording import counted

    if output is None:
        raise click.UsageError("export needs a file to write: -o weights.npz, or .npy, .safetensors, .csv, .json.")
    if mistaken := layer_among(locations):
        raise mistaken
    allowed = with_limits(DEFAULT, limits)
    with ExitStack() as files:
        found = find_models(locations, allowed)
        for location in found:
            if location.error:
                raise NotAModel(location.error, "Nothing was written.")
        models = [files.enter_context(open_model(location.path, allowed, config=config)) for location in found]
        selections = [select(model, *filters) for model in models]
        written = export_selections(selections, output, form, dequantize=dequantize, hashes=hashes)
        several = len(models) > 1
        statuses = [finish(one, Damage(), quiet=quiet, of=one.model.location if several else "") for one in selections]
        if not quiet:
            say("note", written.notes)
        say_written(counted(len(written), "array"), output, quiet=quiet)
        return max(statuses)
